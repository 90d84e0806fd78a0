"""What is found out about files."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, slots=True)
class Received:
    """What came."""

    type: str
    size: int
    sha256: bytes


class Drawn(msgspec.Struct, frozen=True):
    """A picture: its pixels, and a tiny one as a `data:` URL."""

    width: int
    height: int
    blur: str


@dataclass(frozen=True, slots=True)
class Picture:
    """What is known of a picture now; `clean` is the size and the sum of its clean copy, if there is one."""

    drawn: Drawn
    clean: tuple[int, bytes] | None
