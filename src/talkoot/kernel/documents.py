"""An answer as bytes, with the tag by which a client that has it already is recognised."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Document:
    """JSON as it is sent. The tag changes with every byte of it (RFC 9110, a strong entity tag)."""

    body: bytes
    tag: str = field(init=False)

    def __post_init__(self) -> None:
        digest = hashlib.blake2b(self.body, digest_size=16).hexdigest()
        object.__setattr__(self, "tag", f'"{digest}"')

    def is_among(self, tags: str) -> bool:
        """Whether `If-None-Match` names it; a proxy that compresses may have made the tag a weak one."""
        return is_named(self.tag, tags)


def is_named(tag: str, tags: str) -> bool:
    """Whether `If-None-Match` names this tag, or any (`*`)."""
    return any(each.strip().removeprefix("W/") in {tag, "*"} for each in tags.split(","))
