"""Connections to PostgreSQL: what each may take, how a dead one is noticed, and what a pooler can not do."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

    from talkoot.settings import Settings

_GRACE = 3.0  # seconds for the server to end a statement, before the client gives the connection up
_IDLE, _BETWEEN, _PROBES = 15, 5, 3  # seconds without a word, between the probes after it, and how many
_UNANSWERED = 30_000  # milliseconds that what was sent may stay without an answer of the other machine


class Patience(Value, frozen=True):
    """Seconds for a connection, one statement, a row that others hold, a transaction that does nothing."""

    connect: float
    statement: float
    lock: float
    idle: float
    pooler: bool
    """Whether a pooler hands each transaction to another server process."""

    @classmethod
    def of(cls, settings: Settings) -> Patience:
        """What the settings say."""
        return cls(
            settings.database_connect_seconds,
            settings.database_statement_seconds,
            settings.database_lock_seconds,
            settings.database_idle_seconds,
            settings.database_pooler == "on",
        )

    def limits(self) -> dict[str, str]:
        """What the server shall hold a connection to, in milliseconds."""
        return {
            "statement_timeout": _milliseconds(self.statement),
            "lock_timeout": _milliseconds(self.lock),
            "idle_in_transaction_session_timeout": _milliseconds(self.idle),
        }

    def beginning(self, lane: int) -> str:
        """How a writer begins: through a pooler every transaction has to bring its limits along.

        It also takes a lock that belongs to its lane, and so begins only after the one before it has ended,
        wherever that ran.
        """
        if not self.pooler:
            return "BEGIN"
        limits = "; ".join(f"SET LOCAL {name} = {value}" for name, value in self.limits().items())
        return f"BEGIN; {limits}; SELECT pg_advisory_xact_lock({lane})"


def open_engine(url: URL, patience: Patience, *, size: int, use: Literal["write", "read"]) -> AsyncEngine:
    """A pool of connections that write as they are told, or that read one state of everything."""
    reads = use == "read"
    engine = create_async_engine(
        url,
        isolation_level="REPEATABLE READ" if reads else "AUTOCOMMIT",
        execution_options={"postgresql_readonly": True} if reads else {},
        pool_size=size,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=reads,  # a writer keeps its connection, and notices by itself
        connect_args=_arguments(patience, limits=patience.limits(), command=patience.statement + _GRACE),
    )
    _watch(engine)
    return engine


def open_migrating_engine(url: URL, patience: Patience) -> AsyncEngine:
    """Connections that may take their time, each used once."""
    engine = create_async_engine(
        url, poolclass=NullPool, connect_args=_arguments(patience, limits={}, command=None)
    )
    _watch(engine)
    return engine


def _arguments(patience: Patience, *, limits: dict[str, str], command: float | None) -> dict[str, Any]:
    # The server's side of the same: it lets go of what a machine held that is not there any more.
    probes = {
        "tcp_keepalives_idle": str(_IDLE),
        "tcp_keepalives_interval": str(_BETWEEN),
        "tcp_keepalives_count": str(_PROBES),
        "tcp_user_timeout": str(_UNANSWERED),
    }
    arguments = {"timeout": patience.connect, "command_timeout": command}
    if not patience.pooler:
        return {**arguments, "server_settings": {"application_name": "talkoot", **probes, **limits}}
    # A pooler refuses settings it does not know, and the next statement may meet another process, which knows
    # no prepared statement: all are without a name, and prepared again.
    unnamed = {"prepared_statement_cache_size": 0, "prepared_statement_name_func": str}
    return {
        **arguments,
        **unnamed,
        "statement_cache_size": 0,
        "server_settings": {"application_name": "talkoot"},
    }


def _watch(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        _notice_when_gone(connection.driver_connection)

    @event.listens_for(engine.sync_engine, "handle_error")
    def handle_error(context: Any) -> None:
        if isinstance(context.original_exception, TimeoutError):
            context.is_disconnect = True  # the server would have ended the statement by itself, long ago


def _notice_when_gone(connection: Any) -> None:
    """Have the kernel end a connection whose other end does not answer any more."""
    found: socket.socket | None = connection._transport.get_extra_info("socket")  # noqa: SLF001 - no other way
    if found is None or found.family not in {socket.AF_INET, socket.AF_INET6}:
        return
    found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (
        ("TCP_KEEPIDLE", _IDLE),
        ("TCP_KEEPINTVL", _BETWEEN),
        ("TCP_KEEPCNT", _PROBES),
        ("TCP_USER_TIMEOUT", _UNANSWERED),
    ):
        if hasattr(socket, name):  # not every system has all of them
            found.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _milliseconds(seconds: float) -> str:
    return str(round(seconds * 1000))
