"""Which bytes of a file somebody wants (RFC 9110, 14)."""

from __future__ import annotations

import re
from collections.abc import Mapping

_ONE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def wanted_range(header: str, size: int) -> tuple[int, int] | None:
    """From which byte to before which; None for all of it. ValueError if there are no such bytes.

    Who asks for several ranges gets the whole: answering them together helps nobody but attackers.
    """
    found = _ONE.fullmatch(header.strip())
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1 if last else size)
        if last and int(last) < start:
            return None
    if start >= end:
        raise ValueError
    return start, end


def serve_range(asked: Mapping[str, str], headers: dict[str, str], size: int) -> tuple[int, int, int] | None:
    """Status, the first byte, and the one after the last; `headers`, with an `ETag`, say then which they are.

    None if there are no such bytes: that is 416.
    """
    wanted = None
    if asked.get("if-range", headers["ETag"]) == headers["ETag"]:
        try:
            wanted = wanted_range(asked.get("range", ""), size)
        except ValueError:
            headers["Content-Range"] = f"bytes */{size}"
            return None
    start, end = wanted or (0, size)
    headers["Content-Length"] = str(end - start)
    if wanted:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return 206 if wanted else 200, start, end
