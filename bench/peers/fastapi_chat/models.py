"""The one table."""

import os
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Index, event
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

URL = os.environ["DATABASE_URL"]
SQLITE = URL.startswith("sqlite")

engine = create_async_engine(URL, connect_args={"timeout": 30} if SQLITE else {})
Session = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    pass


class Message(Base):
    __tablename__ = "messages"
    __table_args__ = (Index("place", "room", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    room: Mapped[str]
    user: Mapped[str]
    text: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=lambda: datetime.now(UTC))

    def as_dict(self) -> dict[str, Any]:
        return {
            "type": "message",
            "id": self.id,
            "room": self.room,
            "user": self.user,
            "text": self.text,
            "created_at": self.created_at.isoformat(),
        }


if SQLITE:

    @event.listens_for(engine.sync_engine, "connect")
    def use_wal(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
