"""Between the columns of a row and the fields of a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, Boolean, LargeBinary, Uuid

from talkoot.kernel.clock import from_text, rfc3339
from talkoot.kernel.types import Id

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import KeyedColumnElement

    from talkoot.moving.sections import Section

_MOMENTS = frozenset({"ts", "last_ts", "until", "since"})
Turn = Callable[[Any], Any]


def is_moment(name: str) -> bool:
    """Whether a column of this name holds a moment, which stands in a line as RFC 3339 has it."""
    return name.endswith("_at") or name in _MOMENTS


def line_of(section: Section, row: Mapping[str, Any]) -> bytes:
    """A row as a line of JSON."""
    values: dict[str, Any] = {"what": section.kind}
    for name, turn in _outward(section):
        value = row[name]
        values[name] = value if value is None or turn is None else turn(value)
    return msgspec.json.encode(values)


def row_of(section: Section, line: Mapping[str, Any]) -> dict[str, Any]:
    """A line as the row that it was; ValueError, TypeError or KeyError for what never was one.

    A field that is missing is left to the table, so that older exports fit.
    """
    row: dict[str, Any] = {}
    for column, turn in _inward(section):
        if column.name not in line:
            if column.primary_key:
                raise KeyError(column.name)
            continue
        value = line[column.name]
        if value is None and not column.nullable:
            raise ValueError(f"{column.name} is missing")
        row[column.name] = None if value is None else turn(value)
    return row


@cache
def _outward(section: Section) -> list[tuple[str, Turn | None]]:
    return [(column.name, _out(section, column)) for column in section.columns]


@cache
def _inward(section: Section) -> list[tuple[KeyedColumnElement[Any], Turn]]:
    return [(column, _in(section, column)) for column in section.columns]


def _out(section: Section, column: KeyedColumnElement[Any]) -> Turn | None:
    if column.name in section.json:
        return _raw
    if isinstance(column.type, BigInteger) and is_moment(column.name):
        return rfc3339
    return bytes.hex if isinstance(column.type, LargeBinary) else None


def _in(section: Section, column: KeyedColumnElement[Any]) -> Turn:
    if column.name in section.json:
        return _text_of
    if isinstance(column.type, Id | Uuid):
        return UUID
    if isinstance(column.type, BigInteger):
        return from_text if is_moment(column.name) else _of(int)
    if isinstance(column.type, Boolean):
        return _of(bool)
    return bytes.fromhex if isinstance(column.type, LargeBinary) else _text


def _raw(text: str) -> msgspec.Raw:
    return msgspec.Raw(text.encode())


def _text_of(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _of(kind: type) -> Turn:
    def same(value: Any) -> Any:
        if type(value) is not kind:
            raise TypeError(f"{value!r} is no {kind.__name__}")
        return value

    return same


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise TypeError(f"{value!r} is no text")
    return value
