"""The one file that knows everything: from settings to the running parts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from talkoot.audience import Audience
from talkoot.backends import open_backends, open_blobs
from talkoot.chat.access.cache import AccessCache
from talkoot.chat.access.operations import TABLE
from talkoot.chat.accounts.origins import is_own_origin
from talkoot.chat.accounts.socket import LOOKED_AT_EVERY, close_ended_sessions, hello_for
from talkoot.chat.applications.granting import JWT_BEARER, Granting
from talkoot.chat.commands import socket as commands_socket
from talkoot.chat.identities.desk import Desk
from talkoot.chat.messages import socket as messages_socket
from talkoot.chat.messages.timelines import Timelines
from talkoot.chat.moderation.deciding import TO_DECIDE, Deciders
from talkoot.chat.notifications.jobs import Whereabouts
from talkoot.chat.polls import socket as polls_socket
from talkoot.chat.presence import socket as presence_socket
from talkoot.chat.presence.acquaintance import Acquaintance
from talkoot.chat.presence.watches import PresenceWatches
from talkoot.chat.reactions import socket as reactions_socket
from talkoot.chat.reads import socket as reads_socket
from talkoot.chat.reads.live import MOVED, ReaderWatches
from talkoot.chat.rooms import socket as rooms_socket
from talkoot.chat.rooms.heads import RoomHeads
from talkoot.chat.rooms.live import LiveRooms
from talkoot.chat.rooms.notices import JOINED, RoomNotices
from talkoot.chat.statuses.queries import statuses_among
from talkoot.controls import Controls
from talkoot.doubt import Doubt
from talkoot.fence import Fence
from talkoot.kernel import failpoints
from talkoot.kernel.chosen_limits import LimitWatch
from talkoot.kernel.clock import SystemClock
from talkoot.kernel.context import Kernel
from talkoot.kernel.database import open_database
from talkoot.kernel.errors import Unavailable
from talkoot.kernel.hosts import Hosts
from talkoot.kernel.log_tails import LogTails
from talkoot.kernel.outgoing import Outgoing
from talkoot.kernel.outside import OutsideWatch
from talkoot.kernel.secrets import load_secrets
from talkoot.kernel.unit_of_work import UnitOfWork
from talkoot.limit_table import LIMITS
from talkoot.listeners import table_of
from talkoot.lookout import Lookout
from talkoot.parts import gate, metrics_of, socket_limits
from talkoot.realtime.gateway import Gateway
from talkoot.realtime.hub import Hub
from talkoot.realtime.wheel import Every
from talkoot.work import Work

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.kernel.clock import Clock
    from talkoot.kernel.secrets import Secrets
    from talkoot.kernel.transactions import Listeners
    from talkoot.listeners import Table
    from talkoot.realtime.operations import Operation
    from talkoot.settings import Settings

log = logging.getLogger("talkoot.app")


class Program:
    """All parts of one running process, wired to each other."""

    def __init__(self, settings: Settings, installation: UUID | None = None, *, works: bool = True) -> None:
        self.settings = settings
        self.hosts = Hosts(settings.public_url, settings.allowed_hosts)
        failpoints.arm(settings.fail)
        self._background: set[asyncio.Task[None]] = set()
        self._listeners: Table = {}
        clock = SystemClock()
        secrets = load_secrets(settings)
        self.backends = open_backends(settings, clock, secrets, installation, LIMITS)
        self.bus = self.backends.bus
        self.kernel = self._kernel(clock, secrets)
        uow = self.kernel.uow
        self.gate = gate(self.kernel, self.backends)
        self.desk = Desk(self.kernel)
        self.hub = Hub(socket_limits(settings))
        self.tails = uow.caches.of(LogTails)
        self.timelines = uow.caches.of(Timelines)
        self.live = LiveRooms(self.hub, uow)
        self.readers = ReaderWatches(uow, self.bus, self._spawn, settings.read_by_members)
        self.watches = PresenceWatches(self.backends.presence)
        self.acquaintance = Acquaintance(uow, self.watches, self.backends.presence)
        self.operations = self._operations()
        self.gateway = self._gateway()
        self.metrics = metrics_of(uow, self.gateway, self.backends)
        self.heads = RoomHeads(self.hub, uow, self.gateway.connections)
        self.notices, self.deciders = self._tellers()
        self.fence, self.lookout = self._guards()
        self.controls = Controls(
            self.bus, self.hub, self.gate.sessions, self.timelines, self.fence, self.watches
        )
        self.work = Work(self.kernel, self.metrics, self.controls.tell_enqueued, here=works)
        self._connect_hub()

    def _kernel(self, clock: Clock, secrets: Secrets) -> Kernel:
        settings = self.settings
        database = open_database(settings)
        return Kernel(
            settings,
            clock,
            secrets,
            database,
            UnitOfWork(database, clock, self._listeners, shared=settings.clustered),
            self.backends.limits,
            self.backends.rates,
            open_blobs(settings),
            Outgoing(settings.outgoing_networks, settings.member_networks),
        )

    def _operations(self) -> list[Operation]:
        """What can be asked on the socket."""
        uow, backends = self.kernel.uow, self.backends
        return [
            *rooms_socket.operations(self.hub, self.live),
            *messages_socket.operations(uow, backends.rates),
            *reactions_socket.operations(uow),
            *polls_socket.operations(uow, self.kernel.secrets),
            *commands_socket.operations(uow, self.backends.rates),
            *reads_socket.operations(uow, self.readers),
            *presence_socket.operations(uow, self.bus, backends.presence, self.acquaintance),
        ]

    def _gateway(self) -> Gateway:
        return Gateway(
            self.hub,
            self.operations,
            presence=self.backends.presence,
            spending=self.backends.spending,
            allows_origin=partial(is_own_origin, self.settings),
            allows_host=self.hosts.knows,
            trusted_proxies=self.settings.trusted_proxies,
            public=[row.socket for row in TABLE.values() if row.public and row.socket],
        )

    def _tellers(self) -> tuple[RoomNotices, Deciders]:
        parts = (self.bus, self.hub, self.kernel.uow, self._spawn)
        return RoomNotices(*parts), Deciders(*parts, self.gateway.connections)

    def _guards(self) -> tuple[Fence, Lookout]:
        """What stands between the bus and the hub, and what finds out what the bus has lost."""
        uow, gateway = self.kernel.uow, self.gateway
        audience = Audience(self.live, self.heads, self.acquaintance, gateway.connections)
        fence = Fence(uow, audience, self._spawn, self.hub.receive)
        lookout = Lookout(
            uow,
            self.kernel.clock,
            self.hub,
            fence,
            self.gate.sessions,
            self.timelines,
            self.settings.check_seconds,
            self.settings.clustered,
        )
        return fence, lookout

    def acting(self) -> Listeners:
        """Only those who act inside a transaction: for commands that write without a server around them."""
        return {event: (inside, ()) for event, (inside, _) in table_of(self).items()}

    def _connect_hub(self) -> None:
        hub = self.hub
        self._listeners.update(table_of(self))
        self.backends.presence.listen(self.watches.tell)
        hub.on_close += [self.watches.forget, self.readers.forget]
        self.gate.grants[JWT_BEARER] = Granting(self.kernel)
        self.tails.shared = self.backends.tails
        self.kernel.uow.caches.of(AccessCache).public = self.settings.anonymous_readers == "on"
        hub.authenticate = hello_for(self.gate)
        hub.holes.fill = self.live.fill
        hub.on_open.append(lambda connection: self._spawn(self.heads.watch([connection])))
        self.controls.connect()
        hub.controls |= self.backends.controls
        hub.controls |= {JOINED: self.notices.look, TO_DECIDE: self.deciders.look, MOVED: self.readers.look}
        book = self.kernel.limits.book
        self.limit_watch = LimitWatch(self.kernel.uow, book, clustered=self.settings.clustered)
        book.on_change.append(self._use_limits)
        hub.controls["limits.chosen"] = lambda _said: self.limit_watch.look_now()
        self.outside_watch = OutsideWatch(self.kernel.uow, self._believe_nothing)
        if self.work.here:
            hub.controls["jobs.enqueued"] = self.work.runner.wake
        self.fence.watched_by(self.metrics)
        self.live.deliver = self.heads.deliver = self.fence.receive
        self.fence.on_dropped = self.lookout.look_now
        self.bus.on_gap.append(self.lookout.look_now)
        self.bus.listen(self.fence.receive)
        uow = self.kernel.uow
        uow.on_told = self.hub.write_now
        self.acquaintance.statuses_among = partial(statuses_among, clock=self.kernel.clock)
        uow.caches.of(Whereabouts).look = self.backends.presence.state_of
        uow.on_doubt = Doubt(uow, self.gate.sessions, self.fence, self._spawn).begin

    @asynccontextmanager
    async def running(self) -> AsyncIterator[dict[str, Any]]:
        """Start every part, and stop them in the opposite order."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.kernel.database.close)
            stack.push_async_callback(self.backends.close)
            await self.backends.start()
            stack.push_async_callback(self._finish_background)
            self.kernel.uow.start()
            await self.gate.look_for_keys()
            stack.push_async_callback(self.kernel.uow.close)
            await self.limit_watch.start()
            stack.push_async_callback(self.limit_watch.close)
            await self.outside_watch.start()
            stack.push_async_callback(self.outside_watch.close)
            await self.fence.begin()
            self.lookout.start()
            stack.push_async_callback(self.lookout.close)
            stack.callback(self.gate.close)
            self.metrics.start()
            stack.push_async_callback(self.metrics.close)
            self.work.start()
            stack.push_async_callback(self.work.close)
            self.gateway.start()
            often = min(LOOKED_AT_EVERY, self.settings.check_seconds)
            self.hub.wheel.add(Every(often, self._look_at_sessions), 0.0)
            stack.push_async_callback(self.gateway.stop)
            yield {
                "kernel": self.kernel,
                "gate": self.gate,
                "desk": self.desk,
                "gateway": self.gateway,
                "search": self.work.search,
            }

    async def not_draining(self, _kernel: Kernel) -> None:
        """Raises Unavailable once the clients are being sent away."""
        if not self.gateway.ready:
            raise Unavailable("The server is stopping")

    # After the commit

    def _look_at_sessions(self) -> None:
        self._spawn(self.gate.look_for_keys())
        self._spawn(close_ended_sessions(self.gate, self.hub, self.gateway.connections))

    def _believe_nothing(self) -> None:
        """Somebody else has written, and told nobody: what they changed is in the database alone."""
        self.gate.sessions.forget_all()
        self.tails.forget_all()
        self.timelines.forget_all()
        self.lookout.look_now()
        self.limit_watch.look_now()
        if self.work.follower is not None:
            self.work.follower.look_again()
        self._look_at_sessions()
        if self.work.here:
            self.work.runner.wake()

    def _use_limits(self) -> None:
        if self.kernel.limits.book.enforced:
            self.gateway.conversation.use(self.hub.limits.with_rates(self.kernel.limits.book))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._background.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("What follows from a commit failed", exc_info=error)

    async def _finish_background(self) -> None:
        await asyncio.gather(*self._background, return_exceptions=True)
