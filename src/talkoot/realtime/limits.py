"""What a connection may cost: every number of the gateway in one place."""

from __future__ import annotations

from msgspec.structs import replace

from talkoot.kernel.limit_book import LimitBook, Rule
from talkoot.kernel.values import Value

CONNECTION = Rule("socket.connection", limit=10, period_seconds=1, burst=40)
USER = Rule("socket.user", limit=20, period_seconds=1, burst=80)
SERVER = Rule("socket.server", limit=20_000, period_seconds=1, burst=40_000)


class Limits(Value, frozen=True):
    """Sizes in bytes, times in seconds, rates in frames a second; a rate of 0 is not limited."""

    level: int = 1
    """The newest level of the protocol that is spoken here."""
    oldest_level: int = 1
    """The oldest one that clients may still speak."""

    frame_bytes: int = 64 * 1024
    hello_bytes: int = 8 * 1024
    head_seconds: float = 10.0
    hello_seconds: float = 5.0
    welcome_seconds: float = 30.0
    fragments: int = 64
    message_seconds: float = 10.0
    unanswered: int = 16
    subscriptions: int = 500

    rate: float = float(CONNECTION.limit)
    burst: int = CONNECTION.capacity
    user_rate: float = float(USER.limit)
    user_burst: int = USER.capacity
    server_rate: float = float(SERVER.limit)
    server_burst: int = SERVER.capacity
    violations: int = 3
    violation_seconds: float = 10.0

    heartbeat: float = 25.0
    missed_heartbeats: int = 2

    out_bytes: int = 1024 * 1024
    out_writes: int = 8192
    out_seconds: float = 15.0
    reorder_seconds: float = 0.03
    repair_seconds: float = 30.0
    kernel_bytes: int = 128 * 1024

    connections: int = 50_000
    connections_per_user: int = 100
    connections_per_address: int = 2_000
    unauthenticated: int = 2_000
    hello_rate: float = 500.0
    hello_burst: int = 500

    heads_seconds: float = 1.0
    close_seconds: float = 2.0
    drain_seconds: float = 10.0
    drain_rate: float = 500.0
    """Connections that come back within one second of a drain: the window grows with how many there are."""

    def without_rates(self) -> Limits:
        """The same without limits on rates and on connections: for benchmarks."""
        many = 1_000_000
        return replace(
            self,
            rate=0.0,
            user_rate=0.0,
            server_rate=0.0,
            connections_per_user=many,
            connections_per_address=many,
            unauthenticated=many,
            hello_rate=0.0,
        )

    def with_rates(self, book: LimitBook) -> Limits:
        """The same with the rates that hold now."""
        connection, user, server = map(book.now, (CONNECTION, USER, SERVER))
        return replace(
            self,
            rate=connection.rate,
            burst=connection.capacity,
            user_rate=user.rate,
            user_burst=user.capacity,
            server_rate=server.rate,
            server_burst=server.capacity,
        )
