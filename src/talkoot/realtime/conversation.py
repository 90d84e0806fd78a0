"""What a client says: hello first, then operations, in order, each answered once if it has a reference."""

from __future__ import annotations

import asyncio
import inspect
import logging
import time
from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from talkoot.kernel.errors import Forbidden, Invalid, Malformed, NotAuthenticated, RateLimited, TalkootError
from talkoot.kernel.keyed_rates import KeyedRates
from talkoot.kernel.strict_json import loads
from talkoot.kernel.token_bucket import TokenBucket
from talkoot.realtime.close_codes import CloseCode
from talkoot.realtime.limits import USER
from talkoot.realtime.operations import Auth, Heartbeat, Hello, Later, Operation, Reply, Result, common_level
from talkoot.realtime.replies import (
    Asked,
    Internal,
    asked,
    refusal_frame,
    result_frame,
    welcome_frame,
)

if TYPE_CHECKING:
    from talkoot.kernel.spending import Spending
    from talkoot.realtime.connection import Connection, Identity
    from talkoot.realtime.hub import Hub
    from talkoot.realtime.limits import Limits
    from talkoot.realtime.presence import PresenceStore

log = logging.getLogger("talkoot.realtime")


class Conversation:
    """Takes every text message of every connection and answers it."""

    def __init__(
        self,
        hub: Hub,
        operations: Iterable[Operation],
        presence: PresenceStore,
        spending: Spending | None,
        public: Collection[str] = (),
    ) -> None:
        self._hub = hub
        self._presence = presence
        self._public = frozenset(public)
        limits = hub.limits
        self._server = TokenBucket()
        self._users = KeyedRates(USER.name, spending, rate=limits.user_rate, burst=limits.user_burst)
        self._tasks: set[asyncio.Future[Any]] = set()
        own = (Operation("hb", Heartbeat, self._heartbeat), Operation("auth", Auth, self._renew))
        self._operations = {operation.name: operation for operation in (*own, *operations)}
        self.operations = frozenset({"hello", *self._operations})
        """The names of all that can be asked."""

    def take(self, connection: Connection, text: str) -> None:
        """One text message."""
        connection.heard = time.monotonic()
        self._hub.counters.frames_in += 1
        try:
            frame = loads(text)
        except Malformed as error:
            connection.close(CloseCode.BAD_PAYLOAD, error.detail)
            return
        if type(frame) is not dict or type(frame.get("op")) is not str:
            connection.close(CloseCode.BAD_PAYLOAD, "Not an object with an op")
        elif connection.identity is not None:
            self._operate(connection, frame)
        elif connection.hello_at:
            self._keep_early(connection, text)
        else:
            self._hello(connection, frame, len(text))

    def pinged(self, connection: Connection) -> bool:
        """Whether a ping may be answered: it costs as much as any other frame."""
        wait = self._wait(connection)
        if wait:
            self._violation(connection)
        return not wait

    def use(self, limits: Limits) -> None:
        """Other rates hold from now on, on open connections too."""
        self._hub.limits = limits
        self._users.use(limits.user_rate, limits.user_burst)

    # Hello

    def _hello(self, connection: Connection, frame: dict[str, Any], size: int) -> None:
        if size > self._hub.limits.hello_bytes:
            connection.close(CloseCode.TOO_BIG, "The first frame is too large")
            return
        if frame["op"] != "hello":
            connection.close(CloseCode.NOT_AUTHENTICATED, "Say hello first")
            return
        try:
            hello = msgspec.convert(frame, Hello)
        except msgspec.ValidationError:
            connection.close(CloseCode.BAD_PAYLOAD, "A hello has a token or a ticket")
            return
        limits = self._hub.limits
        level = common_level(hello, limits.level, limits.oldest_level)
        if level is None:
            spoken = f"{limits.oldest_level} to {limits.level}"
            connection.close(CloseCode.VERSION, f"Levels {spoken} are spoken here")
            return
        connection.level = level
        connection.hello_at = time.monotonic()
        self._keep(asyncio.create_task(self._welcome(connection, hello)))

    async def _welcome(self, connection: Connection, hello: Hello) -> None:
        try:
            identity = await self._hub.authenticate(hello, connection)
            if not connection.closing:
                self._let_in(connection, identity, hello)
        except TalkootError as error:
            log.info("A hello from %s was refused: %s", connection.address, error.code)
            connection.close(_ends_with(error), error.detail)
        except Exception:
            log.exception("A hello failed")
            connection.close(CloseCode.INTERNAL)

    def _let_in(self, connection: Connection, identity: Identity, hello: Hello) -> None:
        hub, limits = self._hub, self._hub.limits
        if len(hub.connections_of(identity.user)) >= limits.connections_per_user:
            connection.close(CloseCode.TOO_MANY, "Too many connections of one user")
            return
        hub.attach(connection, identity)
        _expire(connection, identity)
        connection.send(welcome_frame(hello.ref, connection.id, identity, limits, connection.level))
        if not identity.anonymous:
            self._presence.connected(identity.user, connection.id)
        for call in hub.on_open:
            call(connection)
        early, connection.early = connection.early or (), None
        for text in early:
            self.take(connection, text)

    def _keep_early(self, connection: Connection, text: str) -> None:
        """What comes while the hello is looked at waits for the welcome."""
        if connection.early is None:
            connection.early = []
        connection.early.append(text)
        if len(connection.early) > self._hub.limits.unanswered:
            connection.close(CloseCode.TOO_MANY, "Too much before the welcome")

    # Operations

    def _operate(self, connection: Connection, frame: dict[str, Any]) -> None:
        if connection.closing:
            return
        operation = self._operations.get(frame["op"])
        to = Asked()
        try:
            to = asked(frame, operation.refusal if operation else "error")
            outcome = self._handle(connection, frame, operation)
        except Exception as error:  # noqa: BLE001 - it is logged and told
            self._refuse(connection, to, error)
            return
        if isinstance(outcome, Later):
            connection.unanswered += 1
            outcome.start(partial(self._told, connection, to, connection.heard, outcome.result))
        elif inspect.isawaitable(outcome):
            connection.unanswered += 1
            future = asyncio.ensure_future(outcome)
            self._keep(future)
            future.add_done_callback(partial(self._settle, connection, to, connection.heard))
        else:
            self._reply(connection, to, outcome)

    def _handle(self, connection: Connection, frame: dict[str, Any], operation: Operation | None) -> Any:
        self._admit(connection)
        if operation is None:
            raise Invalid(f"There is no operation {frame['op'][:32]!r}", code="unknown_op")
        identity = connection.identity
        if identity is not None and identity.anonymous and operation.name not in self._public:
            raise NotAuthenticated
        if identity is not None and identity.may is not None and operation.name not in identity.may:
            raise Forbidden("The token that this socket began with is not good for this")
        try:
            command = msgspec.convert(frame, operation.schema)
        except msgspec.ValidationError as error:
            raise Invalid(str(error)) from None
        return operation.handle(connection, command)

    def _admit(self, connection: Connection) -> None:
        wait = self._wait(connection)
        if wait:
            self._violation(connection)
            raise RateLimited(retry_after=wait)
        limits = self._hub.limits
        if wait := self._server.take(connection.heard, limits.server_rate, limits.server_burst):
            raise RateLimited("The server has too much to do", retry_after=wait)  # by no fault of theirs
        if connection.unanswered >= limits.unanswered:
            raise RateLimited(
                "Too many frames are not answered yet", code="too_many_unanswered", retry_after=1.0
            )

    def _wait(self, connection: Connection) -> float:
        limits, now = self._hub.limits, time.monotonic()
        wait = connection.bucket.take(now, limits.rate, limits.burst)
        if not wait and connection.identity is not None:
            wait = self._users.take(connection.identity.user, now)
        return wait

    def _violation(self, connection: Connection) -> None:
        limits, now = self._hub.limits, time.monotonic()
        recent = [at for at in connection.violations or () if at > now - limits.violation_seconds]
        connection.violations = [*recent, now]
        if len(connection.violations) >= limits.violations:
            connection.close(CloseCode.RATE_LIMITED)

    def _settle(self, connection: Connection, to: Asked, since: float, done: asyncio.Future[Result]) -> None:
        failed = Internal() if done.cancelled() else done.exception()
        self._told(connection, to, since, _as_it_is, failed or done.result())

    def _told(
        self, connection: Connection, to: Asked, since: float, result: Callable[[Any], Result], outcome: Any
    ) -> None:
        connection.unanswered -= 1
        if isinstance(outcome, BaseException):
            self._refuse(connection, to, outcome)
            return
        try:
            reply = result(outcome)
        except Exception as error:  # noqa: BLE001 - it is logged and told
            self._refuse(connection, to, error)
        else:
            self._reply(connection, to, reply)
            if to.refusal == "nack":  # what is not read but written
                self._hub.counters.acks.observe(time.monotonic() - since)

    def _reply(self, connection: Connection, to: Asked, result: Result) -> None:
        frame = result_frame(to, result.result if isinstance(result, Reply) else result)
        if frame is not None:
            connection.send(frame)
        if isinstance(result, Reply):
            result.then()

    def _refuse(self, connection: Connection, to: Asked, error: BaseException) -> None:
        if not isinstance(error, TalkootError):
            log.error("An operation failed", exc_info=error)
            error = Internal()
        if error.code == RateLimited.code:  # told the same way whatever was asked
            to = Asked(to.ref, to.cid, "nack")
        if error.code == Forbidden.code and connection.identity is not None:
            user = connection.identity.user
            log.info("What %s asked for on a socket was refused: %s", user, error.code)
        self._hub.counters.refusals[error.code] += 1
        connection.send(refusal_frame(to, error))

    def _keep(self, future: asyncio.Future[Any]) -> None:
        """The event loop itself holds tasks by weak references only."""
        self._tasks.add(future)
        future.add_done_callback(self._tasks.discard)

    # Built in

    def _heartbeat(self, connection: Connection, beat: Heartbeat) -> dict[str, Any]:
        if connection.identity is not None and not connection.identity.anonymous:
            self._presence.connected(connection.identity.user, connection.id)
        return {"op": "hb", "heads": self._hub.heads_behind(connection, beat.seen)}

    async def _renew(self, connection: Connection, auth: Auth) -> None:
        asked_at = time.monotonic()
        identity = await self._hub.authenticate(Hello(token=auth.token), connection)
        if connection.identity is None or connection.closing:
            raise NotAuthenticated
        if identity.user != connection.identity.user:
            raise Forbidden("This token is another user's")
        if identity.limits != connection.identity.limits:
            raise Forbidden("This token is good for something else: open another socket with it")
        connection.hello_at = asked_at
        self._hub.attach(connection, identity)
        _expire(connection, identity)


def _as_it_is(result: Result) -> Result:
    return result


def _expire(connection: Connection, identity: Identity) -> None:
    left = identity.expires_at / 1_000_000 - time.time()
    connection.expires = time.monotonic() + left
    connection.plan()


def _ends_with(error: TalkootError) -> CloseCode:
    """Why a hello was refused: only who may really not come in is told to stop."""
    if isinstance(error, RateLimited):
        return CloseCode.RATE_LIMITED
    if isinstance(error, Forbidden):
        return CloseCode.FORBIDDEN
    return CloseCode.INTERNAL if error.retryable else CloseCode.NOT_AUTHENTICATED
