"""The one file that knows everything: from settings to the running parts, and who listens to which event."""

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
from talkoot.chat.access.events import AccessChanged, RoleLeaving, WorkspaceMemberLeaving
from talkoot.chat.access.operations import TABLE
from talkoot.chat.accounts.events import (
    AddressGiven,
    AddressTakenBack,
    PasswordChanged,
    PasswordReset,
    ProfileChanged,
    SessionClosed,
    UserDeactivated,
)
from talkoot.chat.accounts.origins import is_own_origin
from talkoot.chat.accounts.socket import LOOKED_AT_EVERY, close_ended_sessions, hello_for
from talkoot.chat.addresses.actions.addresses import ask_to_confirm
from talkoot.chat.addresses.actions.links import forget_all_links, forget_links_to_password
from talkoot.chat.addresses.jobs import write_notice
from talkoot.chat.administration.events import LimitChosen
from talkoot.chat.applications.granting import JWT_BEARER, Granting
from talkoot.chat.bots.actions import retire_bot
from talkoot.chat.digests.actions import note
from talkoot.chat.files.actions.preparing import give_up_picture
from talkoot.chat.files.events import PicturePrepared
from talkoot.chat.groups.actions.rules import keep_roles_in_rules
from talkoot.chat.groups.actions.settling import settle_who_came, settle_who_unlinked
from talkoot.chat.identities.desk import Desk
from talkoot.chat.identities.events import CameIn, IdentityUnlinked
from talkoot.chat.identities.ways_in import tell_what_else_opens, unlink_what_came_since
from talkoot.chat.mail.events import NoticeDue
from talkoot.chat.messages import socket as messages_socket
from talkoot.chat.messages.actions.attach import show_picture
from talkoot.chat.messages.events import (
    AuthorsNamed,
    LinksChanged,
    NotableSaid,
    OwnChanged,
    PinnedErased,
    PollSent,
    PollsErased,
    PostComing,
    PostsErased,
    PreviewedErased,
    ReactedErased,
    Replied,
    ToDecide,
)
from talkoot.chat.messages.notices import own_notice
from talkoot.chat.messages.timelines import Timelines
from talkoot.chat.moderation.deciding import TO_DECIDE, Deciders
from talkoot.chat.moderation.events import AppealDecided, ReportHandled, Reviewed, Sanctioned
from talkoot.chat.moderation.notices import appeal_notice, held_notice, report_notice, sanction_notice
from talkoot.chat.notifications.actions import enqueue_notify, enqueue_replies
from talkoot.chat.notifications.events import Notified, QuietChanged
from talkoot.chat.notifications.jobs import Whereabouts
from talkoot.chat.notifications.notices import told_notice
from talkoot.chat.notifications.reacting import enqueue_reacted
from talkoot.chat.onboarding.actions import revoke_invitations_of
from talkoot.chat.pins.actions import forget_pins
from talkoot.chat.polls import socket as polls_socket
from talkoot.chat.polls.actions import forget_polls, open_poll
from talkoot.chat.posts.actions.naming import name_blog
from talkoot.chat.posts.actions.writing import forget_posts, keep_new_post
from talkoot.chat.presence import socket as presence_socket
from talkoot.chat.presence.acquaintance import Acquaintance
from talkoot.chat.presence.watches import PresenceWatches
from talkoot.chat.previews.actions import forget_removed, look_soon
from talkoot.chat.push.actions import forget_session, tell_browsers
from talkoot.chat.reactions import socket as reactions_socket
from talkoot.chat.reactions.actions import forget_reactions
from talkoot.chat.reactions.events import ReactionMoved
from talkoot.chat.reads import socket as reads_socket
from talkoot.chat.reads.actions import begin_at_head
from talkoot.chat.reads.events import ReadMoved
from talkoot.chat.reads.live import MOVED, ReaderWatches
from talkoot.chat.reads.notices import read_notice
from talkoot.chat.rooms import socket as rooms_socket
from talkoot.chat.rooms.actions import leave_rooms_of_workspace
from talkoot.chat.rooms.events import MemberLeft, MembersJoined, PostsRoomMade
from talkoot.chat.rooms.heads import RoomHeads
from talkoot.chat.rooms.live import LiveRooms
from talkoot.chat.rooms.notices import JOINED, RoomNotices
from talkoot.chat.rooms.wire import event_message
from talkoot.chat.statuses.actions import tell_status
from talkoot.chat.statuses.events import StatusChanged
from talkoot.chat.statuses.queries import statuses_among
from talkoot.chat.threads.actions import follow_by_mention, follow_by_replying, follow_by_writing
from talkoot.chat.threads.events import ThreadMoved
from talkoot.chat.threads.notices import thread_notice
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
from talkoot.kernel.jobs import Enqueued, GivenUp
from talkoot.kernel.log import Appended, Redacted
from talkoot.kernel.log_tails import LogTails
from talkoot.kernel.outgoing import Outgoing
from talkoot.kernel.outside import OutsideWatch
from talkoot.kernel.secrets import load_secrets
from talkoot.kernel.unit_of_work import UnitOfWork
from talkoot.limit_table import LIMITS
from talkoot.lookout import Lookout
from talkoot.parts import gate, metrics_of, socket_limits
from talkoot.realtime.gateway import Gateway
from talkoot.realtime.hub import Hub
from talkoot.realtime.wheel import Every
from talkoot.work import Work

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.kernel.transactions import Inside, Listeners
    from talkoot.settings import Settings

log = logging.getLogger("talkoot.app")


class Program:
    """All parts of one running process, wired to each other."""

    def __init__(self, settings: Settings, installation: UUID | None = None, *, works: bool = True) -> None:
        self.settings, self.hosts = settings, Hosts(settings.public_url, settings.allowed_hosts)
        failpoints.arm(settings.fail)
        self._background: set[asyncio.Task[None]] = set()
        clock, secrets, database = SystemClock(), load_secrets(settings), open_database(settings)
        self._listeners: dict[type, tuple[list[Inside], list[Any]]] = {}
        uow = UnitOfWork(database, clock, self._listeners, shared=settings.clustered)
        self.backends = open_backends(settings, clock, secrets, installation, LIMITS)
        self.bus, presence = self.backends.bus, self.backends.presence
        blobs, out = open_blobs(settings), Outgoing(settings.outgoing_networks, settings.member_networks)
        limited = self.backends.limits, self.backends.rates
        self.kernel = Kernel(settings, clock, secrets, database, uow, *limited, blobs, out)
        self.gate = gate(self.kernel, self.backends)
        self.desk = Desk(self.kernel)
        self.hub = Hub(socket_limits(settings))
        self.tails, self.timelines, self.live = (
            uow.caches.of(LogTails),
            uow.caches.of(Timelines),
            LiveRooms(self.hub, uow),
        )
        self.readers = ReaderWatches(uow, self.bus, self._spawn, settings.read_by_members)
        watches = PresenceWatches(presence)
        self.acquaintance = Acquaintance(uow, watches, presence)
        self.operations = [
            *rooms_socket.operations(self.hub, self.live),
            *messages_socket.operations(uow, self.backends.rates),
            *reactions_socket.operations(uow),
            *polls_socket.operations(uow, secrets),
            *reads_socket.operations(uow, self.readers),
            *presence_socket.operations(uow, self.bus, presence, self.acquaintance),
        ]
        self.gateway = Gateway(
            self.hub,
            self.operations,
            presence=presence,
            spending=self.backends.spending,
            allows_origin=partial(is_own_origin, settings),
            allows_host=self.hosts.knows,
            trusted_proxies=settings.trusted_proxies,
            public=[row.socket for row in TABLE.values() if row.public and row.socket],
        )
        self.metrics = metrics_of(uow, self.gateway, self.backends)
        self.heads = RoomHeads(self.hub, uow, self.gateway.connections)
        self.notices, self.deciders = self._tellers()
        self.fence, self.lookout = self._guards()
        self.controls = Controls(self.bus, self.hub, self.gate.sessions, self.timelines, self.fence, watches)
        self.work = Work(self.kernel, self.metrics, self.controls.tell_enqueued, here=works)
        presence.listen(watches.tell)
        self.hub.on_close += [watches.forget, self.readers.forget]
        self._listeners.update(self._table())
        self._connect_hub()

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

    def _table(self) -> dict[type, tuple[list[Inside], list[Any]]]:
        """Every event: who acts on it in its transaction, and who is told after the commit."""
        controls, follower, mails = self.controls, self.work.follower, self.settings.mails
        telling: list[Inside] = [tell_browsers] if self.settings.web_push == "on" else []
        telling += [partial(note, minutes=self.settings.letter_minutes)] if mails else []
        return {
            Appended: ([], [self.tails.appended, self._publish, *([follower.appended] if follower else [])]),
            Redacted: ([], [self.tails.redacted]),
            ReactedErased: ([forget_reactions], []),
            ReactionMoved: ([enqueue_reacted], []),
            PinnedErased: ([forget_pins], []),
            LinksChanged: ([look_soon] if self.settings.link_previews == "on" else [], []),
            PreviewedErased: ([forget_removed], []),
            PollSent: ([partial(open_poll, self.kernel.secrets)], []),
            PollsErased: ([forget_polls], []),
            PostComing: ([keep_new_post], []),
            PostsErased: ([forget_posts], []),
            AuthorsNamed: ([follow_by_writing], []),
            PostsRoomMade: ([name_blog], []),
            NotableSaid: ([enqueue_notify, follow_by_mention], []),
            Notified: (telling, [self._tell_notified]),
            QuietChanged: ([tell_status], []),
            StatusChanged: ([], [controls.tell_status_changed]),
            AccessChanged: ([], [controls.tell_access]),
            WorkspaceMemberLeaving: ([leave_rooms_of_workspace, retire_bot], []),
            RoleLeaving: ([keep_roles_in_rules], []),
            CameIn: ([settle_who_came], []),
            IdentityUnlinked: ([settle_who_unlinked], []),
            MembersJoined: ([begin_at_head], [self.notices.joined]),
            MemberLeft: ([], [self.notices.left]),
            OwnChanged: ([], [lambda event: self.bus.publish(own_notice(event))]),
            ReadMoved: ([], [lambda event: self.bus.publish(read_notice(event)), self.readers.moved]),
            Replied: ([follow_by_replying, enqueue_replies], []),
            ThreadMoved: ([], [lambda event: self.bus.publish(thread_notice(event))]),
            SessionClosed: ([forget_session], [controls.tell_session_closed]),
            PicturePrepared: ([show_picture], []),
            PasswordChanged: ([forget_links_to_password], []),
            PasswordReset: ([tell_what_else_opens], []),
            AddressTakenBack: ([unlink_what_came_since], []),
            AddressGiven: ([ask_to_confirm] if mails else [], []),
            NoticeDue: ([write_notice] if mails else [], []),
            UserDeactivated: ([forget_all_links, revoke_invitations_of], [controls.tell_user_closed]),
            ProfileChanged: ([], [controls.tell_profile_changed]),
            ToDecide: ([], [self.deciders.came]),
            Reviewed: ([], [lambda event: self.bus.publish(held_notice(event))]),
            LimitChosen: ([], [controls.tell_limits]),
            ReportHandled: ([], [lambda event: self.bus.publish(report_notice(event))]),
            AppealDecided: ([], [lambda event: self.bus.publish(appeal_notice(event))]),
            Sanctioned: ([], [lambda event: self.bus.publish(sanction_notice(event))]),
            Enqueued: ([], [self.work.enqueued]),
            GivenUp: ([give_up_picture], []),
        }

    def acting(self) -> Listeners:
        """Only those who act inside a transaction: for commands that write without a server around them."""
        return {event: (inside, ()) for event, (inside, _) in self._table().items()}

    def _connect_hub(self) -> None:
        hub = self.hub
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

    def _publish(self, appended: Appended) -> None:
        for event in appended.events:
            self.bus.publish(event_message(event, event.scope))

    def _tell_notified(self, event: Notified) -> None:
        for told in event.told:
            self.bus.publish(told_notice(told))

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
