"""JSON without the parts that have been holes: every reader of what we accept sees the same value.

Refused besides what RFC 8259 refuses: nesting deeper than 16, NaN and Infinity, numbers out of range,
integers beyond 2**53 (a browser would round them), a key twice in one object, NUL, and lone surrogates.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from talkoot.kernel.errors import Malformed

DEPTH = 16
LARGEST = 2**53

_decode = msgspec.json.Decoder().decode


def loads(data: bytes | str) -> Any:
    """The value of strict JSON; raises Malformed."""
    try:
        text = data if isinstance(data, str) else data.decode()
        value = _decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise Malformed("This is not strict JSON") from None
    # Colons outside of strings are as many as there are keys, the repeated ones included: msgspec keeps the
    # last of them, so a repeated key leaves the value with fewer colons than the text.
    if _colons(value, DEPTH) != text.count(":") or "\\u00" in text:
        _look_closely(text)
    return value


def _colons(value: Any, depth: int) -> int:
    """Colons that a text of this value has: in its strings, and one after each key."""
    kind = type(value)
    if kind is str:
        return value.count(":")  # type: ignore[no-any-return]
    if kind is dict:
        _enter(depth)
        count = len(value)
        for key, item in value.items():
            count += key.count(":") + (item.count(":") if type(item) is str else _colons(item, depth - 1))
        return count
    if kind is list:
        _enter(depth)
        return sum(_colons(item, depth - 1) for item in value)
    if kind is int and not -LARGEST <= value <= LARGEST:
        raise Malformed("An integer is beyond 2**53")
    return 0


def _enter(depth: int) -> None:
    if not depth:
        raise Malformed(f"Nested deeper than {DEPTH}")


def _look_closely(text: str) -> None:
    """The slow way, for texts that escape a colon or a NUL, and to be sure of a repeated key."""
    value = json.loads(text, object_pairs_hook=_unique)
    if "\\u0000" in text:
        _refuse_nul(value)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("A key is there twice")
    return found


def _refuse_nul(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise Malformed("A string holds NUL")
    elif isinstance(value, dict):
        for key, item in value.items():
            _refuse_nul(key)
            _refuse_nul(item)
    elif isinstance(value, list):
        for item in value:
            _refuse_nul(item)
