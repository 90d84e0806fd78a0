"""The tables of the index on PostgreSQL. On SQLite they stay empty: there it has a file of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from talkoot.kernel.types import Model, on_postgresql

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect
    from sqlalchemy.types import TypeEngine


class Tokens(TypeDecorator[str]):
    """What PostgreSQL searches in."""

    impl: type[String] = String  # type: ignore[mutable-override]
    cache_ok = True  # type: ignore[mutable-override]

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """How this database keeps it."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String())
        from sqlalchemy.dialects.postgresql import TSVECTOR

        return dialect.type_descriptor(TSVECTOR())


class SearchDocument(Model):
    """A message's tokens. `place` orders by time and is unique; `slice` of some thousand is a token too."""

    __tablename__ = "search_documents"
    __table_args__ = (
        # What is inserted waits in a list that every search reads: a short one.
        Index(
            "ix_search_documents_tokens",
            "tokens",
            info=on_postgresql(using="gin", **{"with": {"gin_pending_list_limit": "512"}}),
        ),
    )

    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    message_id: Mapped[UUID] = mapped_column(unique=True)
    room_id: Mapped[UUID]
    tokens: Mapped[str] = mapped_column(Tokens())


class SearchSlice(Model):
    """A stretch of places that is searched at once, from the newest on."""

    __tablename__ = "search_slices"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first_place: Mapped[int]
    documents: Mapped[int]


class SearchPosition(Model):
    """How far a log is indexed."""

    __tablename__ = "search_positions"

    room_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int]


class SearchState(Model):
    """By which rules the index was made, and how far the messages that were there before it are in it."""

    __tablename__ = "search_state"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int]
    scanned: Mapped[UUID]
    complete: Mapped[bool]
