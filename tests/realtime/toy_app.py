"""The smallest application on the gateway: a log in memory, and operations that provoke what must hold."""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import replace
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute

from talkoot import serve
from talkoot.kernel.errors import Conflict, NotAuthenticated
from talkoot.realtime.asgi import AsgiGateway
from talkoot.realtime.bus import MemoryBus, Message, control_message
from talkoot.realtime.close_codes import CloseCode
from talkoot.realtime.connection import Connection, Identity
from talkoot.realtime.gateway import Gateway
from talkoot.realtime.hub import Hub
from talkoot.realtime.limits import Limits
from talkoot.realtime.operations import Hello, Operation
from talkoot.realtime.subscription import Subscription


class Frame(msgspec.Struct):
    """Everything the toy understands."""

    topic: UUID | None = None
    since: int | None = None
    text: str = ""
    times: int = 1
    lost: bool = False
    code: int = 0
    ref: int | str | None = None


class Toy:
    """Topics with a log each; `held` are operations that wait to be released."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.bus = MemoryBus()
        self.bus.listen(hub.receive)
        self.logs: dict[UUID, list[bytes]] = {}
        self.held: list[asyncio.Future[None]] = []
        self.handled = 0
        hub.authenticate = self.authenticate
        hub.holes.fill = self.fill
        hub.controls["session.closed"] = lambda said: hub.close_session(UUID(said["session"]))

    async def authenticate(self, hello: Hello, _connection: Connection) -> Identity:
        """A token is `user/session/seconds to live`."""
        if hello.token == "crash":
            raise RuntimeError("The toy was asked to crash")
        if hello.token == "late":
            await asyncio.sleep(0.3)
            hello = Hello(token=f"{UUID(int=1)}/{UUID(int=77)}/60")
        try:
            user, session, life = (hello.token or "").split("/")
            expires = time.time_ns() // 1000 + int(float(life) * 1_000_000)
            return Identity(UUID(user), UUID(session), expires, welcome={"toy": True})
        except ValueError:
            raise NotAuthenticated from None

    async def fill(self, topic: UUID, position: int) -> None:
        """Deliver what the log has behind a position."""
        await asyncio.sleep(0)
        for seq, said in self.read(topic, position):
            self.hub.receive(Message("log", topic, said, seq=seq, count=seq))

    async def repair(self, subscription: Subscription) -> None:
        """Read the log behind the position, then go live."""
        await asyncio.sleep(0)
        subscription.replay(self.read(subscription.topic, subscription.position))
        subscription.go_live()

    def read(self, topic: UUID, after: int) -> list[tuple[int, bytes]]:
        """The events of a log behind a position."""
        return list(enumerate(self.logs.get(topic, [])[after:], after + 1))

    async def subscribe(self, connection: Connection, frame: Frame) -> dict[str, Any]:
        """Register first, read second, merge by position."""
        assert frame.topic is not None
        subscription = self.hub.subscribe(connection, frame.topic)
        head = len(self.logs.get(frame.topic, []))
        subscription.position = head if frame.since is None else frame.since
        await asyncio.sleep(0)
        subscription.replay(self.read(frame.topic, subscription.position))
        subscription.go_live()
        return {"op": "subd", "head": subscription.position}

    def unsubscribe(self, connection: Connection, frame: Frame) -> None:
        assert frame.topic is not None
        self.hub.unsubscribe(connection, frame.topic)

    def publish(self, _connection: Connection, frame: Frame) -> dict[str, Any]:
        """Append and tell; `lost` appends only, as if the bus had lost it."""
        assert frame.topic is not None
        log = self.logs.setdefault(frame.topic, [])
        for _ in range(frame.times):
            seq = len(log) + 1
            said = json.dumps(
                {"op": "ev", "topic": str(frame.topic), "seq": seq, "text": frame.text}
            ).encode()
            log.append(said)
            if not frame.lost:
                self.bus.publish(Message("log", frame.topic, said, seq=seq, count=seq))
        return {"op": "ack", "seq": len(log)}

    async def change(self, connection: Connection, frame: Frame) -> dict[str, Any]:
        """Publish, and in the same tick hold everybody back, as when the rules of access change."""
        assert frame.topic is not None
        said = self.publish(connection, frame)
        there = self.hub.subscriptions_of(frame.topic)
        held = [self.hub.subscribe(each.connection, frame.topic, each.position) for each in there]
        for each in held:
            await self.repair(each)
        return said

    def typing(self, connection: Connection, frame: Frame) -> None:
        assert frame.topic is not None
        assert connection.identity is not None
        said = json.dumps({"op": "typing", "text": frame.text}).encode()
        for _ in range(frame.times):
            self.bus.publish(Message("ephemeral", frame.topic, said, except_user=connection.identity.user))

    def notice(self, connection: Connection, frame: Frame) -> None:
        assert connection.identity is not None
        said = json.dumps({"op": "notice", "text": frame.text}).encode()
        to_others = Message("user", connection.identity.user, said, except_connection=connection.id)
        self.bus.publish(to_others)

    def watch(self, connection: Connection, frame: Frame) -> None:
        self.hub.watch(connection, [frame.topic] if frame.topic else [])

    def revoke(self, _connection: Connection, frame: Frame) -> None:
        self.bus.publish(control_message("session.closed", session=frame.topic))

    def hold(self, _connection: Connection, _frame: Frame) -> asyncio.Future[None]:
        self.held.append(asyncio.get_running_loop().create_future())
        return self.held[-1]

    def release(self, _connection: Connection, _frame: Frame) -> None:
        for held in self.held:
            held.set_result(None)
        self.held.clear()

    def echo(self, _connection: Connection, frame: Frame) -> dict[str, Any]:
        self.handled += 1
        return {"op": "echoed", "text": frame.text}

    def refuse(self, _connection: Connection, _frame: Frame) -> None:
        raise Conflict("Already there")

    def crash(self, _connection: Connection, _frame: Frame) -> None:
        raise RuntimeError("The toy was asked to crash")

    def end(self, connection: Connection, frame: Frame) -> None:
        connection.close(CloseCode(frame.code), "as asked")

    def operations(self) -> list[Operation]:
        """The table."""
        return [
            Operation("sub", Frame, self.subscribe),
            Operation("unsub", Frame, self.unsubscribe),
            Operation("publish", Frame, self.publish, refusal="nack"),
            Operation("change", Frame, self.change),
            Operation("typing", Frame, self.typing),
            Operation("notice", Frame, self.notice),
            Operation("watch", Frame, self.watch),
            Operation("revoke", Frame, self.revoke),
            Operation("hold", Frame, self.hold),
            Operation("release", Frame, self.release),
            Operation("echo", Frame, self.echo),
            Operation("refuse", Frame, self.refuse, refusal="nack"),
            Operation("crash", Frame, self.crash),
            Operation("end", Frame, self.end),
        ]


def make_app(limits: Limits, *, fallback: bool) -> Starlette:
    """The application; its figures are at `/figures`."""
    hub = Hub(limits)
    toy = Toy(hub)
    gateway = Gateway(
        hub, toy.operations(), allows_origin=lambda origin, _host: origin == "https://chat.example.org"
    )

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[dict[str, Any]]:
        gateway.start()
        yield {"gateway": gateway}
        await gateway.stop()

    async def figures(_request: Request) -> JSONResponse:
        counters = gateway.counters
        return JSONResponse(
            {
                "connections": len(gateway.connections),
                "ready": gateway.ready,
                "handled": toy.handled,
                "tasks": len(asyncio.all_tasks()),
                "writes": counters.writes,
                "deliveries": counters.deliveries,
                "dropped": counters.dropped,
                "repairs": counters.repairs,
                "closes": {str(code): times for code, times in counters.closes.items()},
            }
        )

    routes: list[Any] = [Route("/figures", figures)]
    if fallback:
        routes.append(WebSocketRoute("/api/v1/ws", AsgiGateway()))
    return Starlette(routes=routes, lifespan=lifespan)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--gateway", choices=["own", "asgi"], default="own")
    parser.add_argument("--limits", type=json.loads, default={})
    given = parser.parse_args()
    wanted = replace(Limits(), **given.limits)
    app = make_app(wanted, fallback=given.gateway == "asgi")
    raise SystemExit(serve.run(app, host="127.0.0.1", port=0, gateway=given.gateway))
