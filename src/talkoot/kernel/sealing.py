"""Secrets that have to be read again, as they stand in tables: sealed with a key made of the secret key.

What only has to be recognised is kept as a hash instead. A column of what is sealed has the type `Sealed`:
that is how `talkoot rekey` finds all of them. A seal belongs to its table, column and row; put into another
one it does not open.
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

from sqlalchemy import Column, LargeBinary, MetaData, and_, select, update
from sqlalchemy.types import TypeDecorator

from talkoot.kernel.errors import Unavailable
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Table
    from sqlalchemy.ext.asyncio import AsyncConnection
    from sqlalchemy.orm import InstrumentedAttribute

    from talkoot.kernel.secrets import Secrets
    from talkoot.kernel.transactions import Tx

log = logging.getLogger("talkoot.sealing")

Key: TypeAlias = UUID | str | int
"""A part of a primary key."""

_PURPOSE = "sealed columns"
_FORM = b"\x01"  # AES-256-GCM: this byte, 12 random ones, what is sealed, 16 that prove it
_NONCE = 12


class Sealed(TypeDecorator[bytes]):
    """The type of a column that holds what `seal` made."""

    impl: type[LargeBinary] = LargeBinary  # type: ignore[mutable-override]
    cache_ok = True  # type: ignore[mutable-override]


class DoesNotOpen(Unavailable):
    """It was sealed with another key, for another place, or is damaged."""


def seal(
    secrets: Secrets, column: InstrumentedAttribute[Any], row: Key | tuple[Key, ...], text: str
) -> bytes:
    """What to store in this column of the row with this primary key."""
    return _seal(secrets, _place(_column(column), row), text.encode())


def unseal(
    secrets: Secrets, column: InstrumentedAttribute[Any], row: Key | tuple[Key, ...], sealed: bytes
) -> str:
    """What was sealed; DoesNotOpen, which says in the log what to do, when this is another key."""
    try:
        return _unseal(secrets, _place(_column(column), row), sealed).decode()
    except DoesNotOpen:
        log.error(  # noqa: TRY400 - where it happened tells nothing
            "%s can not be opened: was the secret key changed without `talkoot rekey`?", _column(column)
        )
        raise


def sealed_columns(metadata: MetaData) -> Iterator[Column[Any]]:
    """Every column of these tables whose type is `Sealed`."""
    for table in metadata.sorted_tables:
        yield from (column for column in table.columns if isinstance(column.type, Sealed))


async def reseal(tx: Tx, metadata: MetaData, old: Secrets | None, new: Secrets) -> int:
    """Seal anew with the new key whatever is not yet; how much that was. DoesNotOpen with none changed."""
    resealed = 0
    for kept in await _all_kept(tx.connection, metadata):
        if _opens(new, kept):
            continue
        if old is None:
            raise DoesNotOpen(f"{kept.column} is sealed with another key")
        anew = _seal(new, kept.place, _unseal(old, kept.place, kept.sealed))
        table: Table = kept.column.table
        is_it = and_(*(key == value for key, value in zip(table.primary_key.columns, kept.row, strict=True)))
        await tx.connection.execute(update(table).where(is_it).values({kept.column: anew}))
        resealed += 1
    return resealed


async def unopened(connection: AsyncConnection, metadata: MetaData, secrets: Secrets) -> int:
    """How many of all that is sealed do not open with these secrets."""
    return sum(not _opens(secrets, kept) for kept in await _all_kept(connection, metadata))


class _Kept(Value, frozen=True):
    """What stands in one place; `row` is its primary key."""

    column: Column[Any]
    row: tuple[Key, ...]
    sealed: bytes

    @property
    def place(self) -> bytes:
        return _place(self.column, self.row)


async def _all_kept(connection: AsyncConnection, metadata: MetaData) -> list[_Kept]:
    kept = []
    for column in sealed_columns(metadata):
        keys = column.table.primary_key.columns
        found = await connection.execute(select(*keys, column).where(column.is_not(None)))
        kept += [_Kept(column, tuple(row[:-1]), row[-1]) for row in found.all()]
    return kept


def _column(column: InstrumentedAttribute[Any]) -> Column[Any]:
    found = column.expression
    assert isinstance(found, Column)
    assert isinstance(found.type, Sealed), f"{found} is not of the type Sealed: rekey would not find it"
    return found


def _place(column: Column[Any], row: Key | tuple[Key, ...]) -> bytes:
    keys = row if isinstance(row, tuple) else (row,)
    return "/".join([str(column), *map(str, keys)]).encode()


def _opens(secrets: Secrets, kept: _Kept) -> bool:
    try:
        _unseal(secrets, kept.place, kept.sealed)
    except DoesNotOpen:
        return False
    return True


def _seal(secrets: Secrets, place: bytes, text: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # few need it, and it takes its time

    nonce = os.urandom(_NONCE)
    return _FORM + nonce + AESGCM(secrets.key_for(_PURPOSE)).encrypt(nonce, text, place)


def _unseal(secrets: Secrets, place: bytes, sealed: bytes) -> bytes:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce, rest = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
    if sealed[:1] != _FORM or len(nonce) < _NONCE:
        raise DoesNotOpen("What is sealed here is damaged")
    try:
        return AESGCM(secrets.key_for(_PURPOSE)).decrypt(nonce, rest, place)
    except InvalidTag:
        raise DoesNotOpen("What is sealed here does not open") from None
