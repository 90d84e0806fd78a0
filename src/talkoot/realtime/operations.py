"""What a client may ask: a plain table from the name of an operation to its schema and its handler."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

import msgspec

from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.realtime.connection import Connection

Ref = int | str | None


class Reply(Value, frozen=True):
    """A result, and what is to happen right after it was sent."""

    result: msgspec.Struct | dict[str, Any]
    then: Callable[[], None]


Result = msgspec.Struct | dict[str, Any] | Reply | None


class Later(Value, frozen=True):
    """What is told when it is done, and how the result is made of it: cheaper than a coroutine that waits."""

    start: Callable[[Callable[[Any], None]], None]
    """Is given whom to tell: what came of it, or the exception."""
    result: Callable[[Any], Result]


Handler = Callable[["Connection", Any], "Result | Later | Awaitable[Result]"]


class Operation(Value, frozen=True):
    """One operation. The handler is called in order of arrival; what it returns, or awaits, is the reply.

    A frame with a `ref` gets exactly one reply: the result with the ref added, `ok` for None, or for a
    TalkootError a `nack` or an `error`, as `refusal` says.
    """

    name: str
    schema: type[msgspec.Struct]
    handle: Handler
    refusal: Literal["nack", "error"] = "error"


class Hello(msgspec.Struct, frozen=True):
    """The first frame: a token (programs), a one-use ticket (browsers), or neither, and the levels it speaks.

    `level` is the newest of them, `least` the oldest; without it there is no other.
    """

    token: str | None = None
    ticket: str | None = None
    anonymous: bool = False
    level: int = 1
    least: int | None = None
    ref: Ref = None


def common_level(hello: Hello, newest: int, oldest: int) -> int | None:
    """The newest level that both sides speak, or None."""
    level = min(hello.level, newest)
    needed = hello.level if hello.least is None else hello.least
    return level if level >= max(oldest, needed) else None


class Auth(msgspec.Struct, frozen=True):
    """Renews an open socket before its token ends."""

    token: str
    ref: Ref = None


class Heartbeat(msgspec.Struct, frozen=True):
    """A sign of life, with the last position that was seen of each topic."""

    seen: dict[UUID, int] = {}
    ref: Ref = None
