"""An answer as bytes, with the tag by which a client that has it already is recognised."""

from __future__ import annotations

import hashlib


class Document:
    """JSON as it is sent. The tag changes with every byte of it (RFC 9110, a strong entity tag)."""

    __slots__ = ("body", "tag")

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.tag = f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'

    def is_among(self, tags: str) -> bool:
        """Whether `If-None-Match` names it; a proxy that compresses may have made the tag a weak one."""
        return is_named(self.tag, tags)


def is_named(tag: str, tags: str) -> bool:
    """Whether `If-None-Match` names this tag, or any (`*`)."""
    return any(each.strip().removeprefix("W/") in {tag, "*"} for each in tags.split(","))
