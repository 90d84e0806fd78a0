"""Names that people give to files, and how they are told to browsers."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

LONGEST = 200  # bytes
_NOT_PLAIN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_OF_PATHS = '/\\:*?"<>|'


def clean_name(given: str) -> str:
    """The last part of what was given, without what controls, reorders or leads elsewhere; never empty."""
    name = unicodedata.normalize("NFC", given).replace("\\", "/").rpartition("/")[2]
    plain = ("_" if c in _OF_PATHS else c for c in name if unicodedata.category(c) not in _NOT_PLAIN)
    name = "".join(plain).strip(" .")
    if len(name.encode()) > LONGEST:
        stem, dot, ending = name.rpartition(".")
        ending = f".{ending}" if dot and len(ending.encode()) <= LONGEST // 10 else ""
        stem = stem if ending else name
        name = stem.encode()[: LONGEST - len(ending.encode())].decode(errors="ignore") + ending
    return name or "file"


def with_ending(name: str, ending: str) -> str:
    """The same name for what is of another type now."""
    stem, dot, _ = name.rpartition(".")
    return f"{stem if dot else name}.{ending}"


def disposition(name: str, *, inline: bool) -> str:
    """`Content-Disposition` (RFC 6266): the name in ASCII for old programs, and as it is."""
    plain = "".join(c if c.isascii() and c not in '"%\\' else "_" for c in name)
    how = "inline" if inline else "attachment"
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def ending_of(name: str) -> str:
    """`.txt` of `Notes.TXT`; empty if there is none."""
    dot, ending = name.rpartition(".")[1:]
    return dot + ending.lower() if dot and ending.isascii() else ""
