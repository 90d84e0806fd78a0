"""Fan-out on one node: topics, users, sessions, and what each of them is told."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from talkoot.kernel.errors import NotAuthenticated
from talkoot.realtime.close_codes import CloseCode
from talkoot.realtime.connection import Connection, Identity
from talkoot.realtime.frames import text_frame
from talkoot.realtime.holes import Holes
from talkoot.realtime.limits import Limits
from talkoot.realtime.outbound import Outbound
from talkoot.realtime.topic import Topic
from talkoot.realtime.wheel import Every, Wheel

if TYPE_CHECKING:
    from talkoot.realtime.bus import Message
    from talkoot.realtime.operations import Hello
    from talkoot.realtime.subscription import Subscription

log = logging.getLogger("talkoot.realtime")

Authenticate = Callable[["Hello", Connection], Awaitable[Identity]]
REMEMBERED = 60.0


async def _nobody(_hello: Hello, _connection: Connection) -> Identity:
    raise NotAuthenticated


class Hub(Outbound):
    """All connections of this node.

    Set `authenticate` and `holes.fill` before the first connection. `on_open` and `on_close` are called for
    each connection that was welcomed; `controls` by the name in a control message of the bus.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        super().__init__()
        self.limits = limits or Limits()
        self.wheel = Wheel()
        self.authenticate: Authenticate = _nobody
        self.holes = Holes(self.counters, self.limits.reorder_seconds, self.limits.repair_seconds)
        self.on_open: list[Callable[[Connection], None]] = []
        self.on_close: list[Callable[[Connection], None]] = []
        self.controls: dict[str, Callable[[dict[str, Any]], None]] = {}
        self.welcomed = 0
        self._topics: dict[UUID, Topic] = {}
        self._users: dict[UUID, list[Connection]] = {}
        self._sessions: dict[UUID, list[Connection]] = {}
        self._revoked: dict[UUID, float] = {}
        self._moved: set[Topic] = set()

    def start(self) -> None:
        """Begin; call it on the event loop."""
        super().start()
        self.wheel.start()
        self.wheel.add(Every(self.limits.heads_seconds, self._send_heads), 0.0)
        self.wheel.add(Every(REMEMBERED, self._forget_revoked), 0.0)

    async def stop(self) -> None:
        """End what runs by itself."""
        self.wheel.stop()
        await self.holes.stop()

    def miss(self, topic: Topic) -> None:
        """Somebody at this topic waits for what was told of, but did not come."""
        self.holes.miss(topic)

    # Topics

    def subscribe(self, connection: Connection, topic: UUID, position: int = 0) -> Subscription:
        """Register first: from now on live events are held back, until `replay` and `go_live`.

        The subscription of a connection that is closing, or that this closes, is not active.
        """
        subscription = self._topic(topic).subscribe(connection, position)
        if subscription.active:
            connection.subscriptions[topic] = subscription
        else:
            self._drop_if_unused(topic)
        return subscription

    def unsubscribe(self, connection: Connection, topic: UUID) -> None:
        """Nothing more of this topic reaches the connection, not even what this tick still owed it."""
        if connection.subscriptions.pop(topic, None) is not None:
            self._topics[topic].unsubscribe(connection)
            self._drop_if_unused(topic)

    def watch(self, connection: Connection, topics: Iterable[UUID]) -> None:
        """Tell this connection of the heads of these topics, and no longer of those it watched before."""
        watched = set() if connection.closing else set(topics)
        before, connection.watched = connection.watched or set(), watched or None
        for topic in watched - before:
            self._topic(topic).watchers.add(connection)
        for topic in before - watched:
            self._topics[topic].watchers.discard(connection)
            self._drop_if_unused(topic)

    def deliver(self, topic: UUID, seq: int, frame: bytes, count: int = 0) -> None:
        """An event of the log, for every live subscriber; `count` is for those who only watch."""
        known = self._topics.get(topic)
        if known is not None:
            known.deliver(seq, text_frame(frame), count)
            if known.watchers:
                self._moved.add(known)

    def stands_at(self, topic: UUID, seq: int, count: int) -> None:
        """A log reaches as far as this; what did not come is read from it, for those who follow it live."""
        known = self._topics.get(topic)
        if known is not None and seq > known.head:
            if known.watchers and known.head:  # else it is where they begin, and no news
                self._moved.add(known)
            known.stands_at(seq, count)

    def step_back(self, topic: UUID, seq: int, count: int) -> None:
        """A log ends here, before what was told of it: who is beyond has to come again."""
        known = self._topics.get(topic)
        if known is not None:
            for subscription in known.step_back(seq, count):
                subscription.connection.close(CloseCode.INTERNAL)

    def deliver_ephemeral(self, topic: UUID, frame: bytes, *, except_user: UUID | None = None) -> None:
        """A frame without a position, for every live subscriber but those of one user; may be dropped."""
        known = self._topics.get(topic)
        if known is None:
            return
        known.spread()
        for connection, subscription in list(known.subscriptions.items()):
            who = connection.identity
            if subscription.live and who and who.user != except_user and not who.anonymous:
                connection.send(frame, ephemeral=True)

    def deliver_to_user(self, user: UUID, frame: bytes, *, except_connection: UUID | None = None) -> None:
        """A frame for all connections of a user that are told such things, or all but one."""
        for connection in self.connections_of(user):
            told = connection.identity is not None and connection.identity.told
            if told and connection.id != except_connection:
                connection.send(frame)

    def receive(self, message: Message) -> None:
        """Do what a message of the bus says; give it to `bus.listen`."""
        if message.kind == "log":
            self.deliver(message.topic, message.seq, message.frame, message.count)
        elif message.kind == "head":
            self.stands_at(message.topic, message.seq, message.count)
        elif message.kind == "ephemeral":
            self.deliver_ephemeral(message.topic, message.frame, except_user=message.except_user)
        elif message.kind == "user":
            self.deliver_to_user(message.topic, message.frame, except_connection=message.except_connection)
        else:
            said = msgspec.json.decode(message.frame, type=dict[str, Any])
            control = self.controls.get(said.get("name", ""))
            if control is not None:
                control(said)

    @property
    def topics(self) -> list[UUID]:
        """Those that somebody here is told of."""
        return [*self._topics]

    def head_of(self, topic: UUID) -> int:
        """How far a topic reaches, as far as was told here; 0 where nothing was."""
        known = self._topics.get(topic)
        return known.head if known is not None else 0

    def subscriptions_of(self, topic: UUID) -> list[Subscription]:
        """All subscriptions to a topic, live or not."""
        known = self._topics.get(topic)
        return list(known.subscriptions.values()) if known else []

    def subscriptions_by(self, user: UUID) -> list[Subscription]:
        """All subscriptions of a user's connections."""
        return [
            self._topics[topic].subscriptions[connection]
            for connection in self.connections_of(user)
            for topic in connection.subscriptions
        ]

    def heads_behind(self, connection: Connection, seen: Mapping[UUID, int]) -> dict[str, int]:
        """The heads of those topics of this connection that are beyond what it has seen.

        Nothing of those that it only asks for, or that it is held back from: perhaps it may not know of them.
        """
        return {
            str(topic): known.head
            for topic, seq in seen.items()
            if (known := self._topics.get(topic)) is not None and known.head > seq and known.tells(connection)
        }

    # People

    def connections_of(self, user: UUID) -> list[Connection]:
        """The open connections of a user."""
        return list(self._users.get(user, ()))

    def close_session(self, session: UUID, code: CloseCode = CloseCode.NOT_AUTHENTICATED) -> None:
        """End all connections of a session, those that are saying hello right now too."""
        self._revoked[session] = time.monotonic()
        for connection in list(self._sessions.get(session, ())):
            connection.close(code)

    def close_user(self, user: UUID, code: CloseCode = CloseCode.NOT_AUTHENTICATED) -> None:
        """End all connections of a user, those that are saying hello right now too."""
        self._revoked[user] = time.monotonic()
        for connection in self.connections_of(user):
            connection.close(code)

    def attach(self, connection: Connection, identity: Identity) -> None:
        """This connection is this identity; refuses what was revoked since the hello came in."""
        if any(
            self._revoked.get(who, -1.0) >= connection.hello_at for who in (identity.session, identity.user)
        ):
            raise NotAuthenticated
        if connection.identity is not None:
            self._unlist(connection, connection.identity)
        connection.identity = identity
        self.welcomed += 1
        self._users.setdefault(identity.user, []).append(connection)
        self._sessions.setdefault(identity.session, []).append(connection)

    def detach(self, connection: Connection) -> None:
        """Forget a connection."""
        for topic in list(connection.subscriptions):
            self.unsubscribe(connection, topic)
        self.watch(connection, ())
        identity = connection.identity
        if identity is not None and connection in self._users.get(identity.user, ()):
            self._unlist(connection, identity)
            for call in self.on_close:
                try:
                    call(connection)
                except Exception:  # whatever it was, the connection still has to end
                    log.exception("What follows the end of a connection failed")

    def _unlist(self, connection: Connection, identity: Identity) -> None:
        self.welcomed -= 1
        _remove(self._users, identity.user, connection)
        _remove(self._sessions, identity.session, connection)

    # Housekeeping

    def _topic(self, topic: UUID) -> Topic:
        known = self._topics.get(topic)
        if known is None:
            known = self._topics[topic] = Topic(self, topic)
        return known

    def _drop_if_unused(self, topic: UUID) -> None:
        known = self._topics.get(topic)
        if known is not None and known.unused:
            del self._topics[topic]

    def _send_heads(self) -> None:
        owed: dict[Connection, list[str]] = {}
        for topic in self._moved:
            entry = f'"{topic.id}":{{"head":{topic.head},"count":{topic.count}}}'
            for connection in topic.watchers - topic.subscriptions.keys():
                owed.setdefault(connection, []).append(entry)
        self._moved.clear()
        for connection, entries in owed.items():
            connection.send(f'{{"op":"heads","heads":{{{",".join(entries)}}}}}'.encode(), ephemeral=True)

    def _forget_revoked(self) -> None:
        oldest = time.monotonic() - REMEMBERED
        self._revoked = {who: at for who, at in self._revoked.items() if at > oldest}


def _remove(index: dict[UUID, list[Connection]], key: UUID, connection: Connection) -> None:
    found = index[key]
    found.remove(connection)
    if not found:
        del index[key]
