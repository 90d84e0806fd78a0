"""The one choice of twins: what one process keeps in its memory, and several share through Redis."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import field

from talkoot.kernel.blobs import FolderBlobs
from talkoot.kernel.keyed_rates import QuickRates
from talkoot.kernel.limit_book import LimitBook
from talkoot.kernel.rate_limits import AllowEverything, MemoryRateLimiter
from talkoot.kernel.values import Value
from talkoot.realtime.bus import MemoryBus
from talkoot.realtime.presence import MemoryPresence
from talkoot.realtime.tickets import MemoryOnce
from talkoot.settings import SettingsError

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.kernel.blobs import Blobs
    from talkoot.kernel.clock import Clock
    from talkoot.kernel.limit_book import Limit
    from talkoot.kernel.metrics import Metrics
    from talkoot.kernel.rate_limits import RateLimiter
    from talkoot.kernel.secrets import Secrets
    from talkoot.kernel.shared_tails import SharedTails
    from talkoot.kernel.spending import Spending
    from talkoot.realtime.bus import Bus
    from talkoot.realtime.presence import PresenceStore
    from talkoot.realtime.tickets import OnceStore
    from talkoot.settings import Settings


class Part(Protocol):
    """What runs beside the requests; `close` bears that it was never started."""

    async def start(self) -> None:
        """Begin; what it talks to may be away."""
        ...

    async def close(self) -> None:
        """End, and give back what is held."""
        ...

    def watched_by(self, metrics: Metrics) -> None:
        """Tell these metrics how it goes."""
        ...


class Backends(Value, frozen=True):
    """What all servers on one database have in common beside it; `parts` are started in their order."""

    bus: Bus
    presence: PresenceStore
    limits: RateLimiter
    rates: QuickRates
    once: OnceStore
    spending: Spending | None = None
    tails: SharedTails | None = None
    parts: Sequence[Part] = ()
    controls: Mapping[str, Callable[[dict[str, Any]], None]] = field(default_factory=dict)
    """What other servers may tell these parts by control messages of the bus."""

    async def start(self) -> None:
        """Start what has to run."""
        for part in self.parts:
            await part.start()

    async def close(self) -> None:
        """Stop in the opposite order."""
        for part in reversed(self.parts):
            await part.close()

    def watched_by(self, metrics: Metrics) -> None:
        """Tell these metrics how all of it goes."""
        for part in self.parts:
            part.watched_by(metrics)


def open_backends(
    settings: Settings, clock: Clock, secrets: Secrets, installation: UUID | None, limits: Iterable[Limit]
) -> Backends:
    """The twins that the settings ask for; nothing is connected before `start`.

    What is in Redis belongs to one installation: it has its name, and is signed with its key.
    """
    book = LimitBook(limits, enforced=settings.rate_limits == "on")
    if not settings.clustered:
        return _in_memory(clock, book)
    if installation is None:
        raise ValueError("The servers of a cluster belong to an installation")
    return _through_redis(settings, clock, secrets, installation, book)


def open_blobs(settings: Settings) -> Blobs:
    """Where files are kept: the bucket that the settings name, or a folder."""
    if not settings.s3_bucket:
        return FolderBlobs(settings.files or settings.data / "files")
    try:
        from talkoot.kernel.s3_blobs import S3Blobs

        return S3Blobs(settings)
    except ImportError:
        raise SettingsError(
            "s3_bucket needs a library that is not there: pip install 'talkoot[s3]'"
        ) from None


def _in_memory(clock: Clock, book: LimitBook) -> Backends:
    return Backends(
        bus=MemoryBus(),
        presence=MemoryPresence(),
        limits=MemoryRateLimiter(clock, book=book) if book.enforced else AllowEverything(book),
        rates=QuickRates(book, None),
        once=MemoryOnce(),
    )


def _through_redis(
    settings: Settings, clock: Clock, secrets: Secrets, installation: UUID, book: LimitBook
) -> Backends:
    from talkoot.kernel.redis import names_of
    from talkoot.kernel.redis_calls import RedisCalls
    from talkoot.kernel.redis_limits import RedisRateLimiter
    from talkoot.kernel.shared_tails import SharedTails
    from talkoot.kernel.spending import RedisSpending
    from talkoot.realtime.redis_bus import RedisBus
    from talkoot.realtime.redis_once import RedisOnce
    from talkoot.realtime.redis_presence import CHANGED, RedisPresence

    url = settings.redis_url
    names = names_of(installation)
    bus, calls = RedisBus(url, names, secrets.key_for(f"bus {names}")), RedisCalls(url)
    spending, presence = RedisSpending(calls, names), RedisPresence(calls, names, bus)
    tails = SharedTails(calls, names, secrets.key_for(f"tails {names}"))
    limiter = RedisRateLimiter(calls, names, clock, spending, book=book)
    return Backends(
        bus=bus,
        presence=presence,
        limits=limiter if book.enforced else AllowEverything(book),
        rates=QuickRates(book, spending),
        once=RedisOnce(calls, names),
        spending=spending if book.enforced else None,
        parts=[bus, calls, presence, tails],
        tails=tails,
        controls={CHANGED: presence.look_at},
    )
