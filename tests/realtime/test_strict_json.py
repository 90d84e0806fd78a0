"""Strict JSON agrees with the standard library on what both take, and refuses what has been a hole."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talkoot.kernel.errors import Malformed
from talkoot.kernel.strict_json import LARGEST, loads

TEXT = st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
NUMBERS = st.integers(-LARGEST, LARGEST) | st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | TEXT | NUMBERS
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=12)
SPACED = (", ", ": ", True), (",", ":", False), (" ,\n", "\t:\r", True)


@given(VALUES, st.sampled_from(SPACED))
def test_it_reads_what_json_writes(value: Any, style: tuple[str, str, bool]) -> None:
    text = json.dumps(value, separators=style[:2], ensure_ascii=style[2])
    assert loads(text) == json.loads(text)
    assert loads(text.encode()) == value


@given(st.text(alphabet='{}[]":,\\u03a0d8trefalsn1e-. ', max_size=40))
def test_it_takes_nothing_that_json_refuses(text: str) -> None:
    try:
        expected = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except (ValueError, RecursionError):
        with pytest.raises(Malformed):
            loads(text)
        return
    try:
        assert loads(text) == expected
    except Malformed:
        assert _is_refused(expected)


@given(st.dictionaries(TEXT, SCALARS, min_size=1), st.data())
def test_row_27_a_repeated_key_is_refused_wherever_it_stands(
    value: dict[str, Any], data: st.DataObject
) -> None:
    key = data.draw(st.sampled_from(sorted(value)))
    pairs = [*value.items(), (key, data.draw(SCALARS))]
    entries = [f"{json.dumps(name)}:{json.dumps(item)}" for name, item in pairs]
    for text in (f"{{{','.join(entries)}}}", f'[{{"a":{{{",".join(entries)}}}}}]'):
        with pytest.raises(Malformed):
            loads(text)


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbf{}",
        b'"\xff"',
        b'"\xed\xa0\x80"',
        '{"a":"\\u003a","a":1}',
        '{"a":"\\u003A","\\u0061":"::"}',
        '"\\u0000"',
        '{"\\u0000":1}',
        '["a",["\\u0000"]]',
        '{"a":9007199254740993}',
        "-9007199254740993",
        "[" * 17 + "]" * 17,
        '{"a":' * 17 + "1" + "}" * 17,
        "NaN",
        "1 2",
    ],
)
def test_row_27_holes_of_others_are_closed(text: str | bytes) -> None:
    with pytest.raises(Malformed):
        loads(text)


@pytest.mark.parametrize(
    "text", ['"\\\\u0000"', '"\\u003a"', "9007199254740992", "[" * 16 + "]" * 16, '{"a":":"}']
)
def test_what_only_looks_like_one_is_taken(text: str) -> None:
    assert loads(text) == json.loads(text)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError
    return dict(pairs)


def _refuse(_constant: str) -> None:
    raise ValueError


def _is_refused(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value)
    if isinstance(value, float):
        return math.isinf(value)
    if isinstance(value, int):
        return abs(value) > LARGEST
    if isinstance(value, dict):
        return any(map(_is_refused, (*value, *value.values())))
    return isinstance(value, list) and (any(map(_is_refused, value)) or _depth(value) > 16)


def _depth(value: Any) -> int:
    if isinstance(value, list | dict):
        items = value.values() if isinstance(value, dict) else value
        return 1 + max(map(_depth, items), default=0)
    return 0
