"""A workspace of a test's own on a server that many tests share: people and rooms made in one line."""

import itertools
import time
from typing import Any, Self

from tests.clients import PASSWORD, Api, Json, Socket, join

names = itertools.count(1)
_PROVED_FOR = 180.0  # seconds: a proof is good for ten minutes, and a test may take its time


class Workspace:
    """A fresh workspace; `owner` owns it. What was opened through it is closed with it."""

    def __init__(self, owner: Api, made: Json) -> None:
        self.owner = owner
        self.id: str = made["id"]
        self._open: list[Api | Socket] = []

    @classmethod
    async def make(cls, owner: Api) -> "Workspace":
        """Let the owner of the server make a workspace for one test.

        They have signed in when the tests began, and show from time to time that it is them.
        """
        if time.monotonic() - owner.proved_at > _PROVED_FOR:
            await owner.post("/users/me/proof", {"password": PASSWORD}, expect=204)
            owner.proved_at = time.monotonic()
        return cls(owner, await owner.post("/workspaces", {"name": f"Workspace {next(names)}"}))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close every client."""
        for client in reversed(self._open):
            await client.close()

    async def member(self, name: str = "member") -> Api:
        """A new person who joined by invitation; names are made unique."""
        person = await join(self.owner, self.id, f"{name}{next(names)}")
        self._open.append(person)
        return person

    async def room(self, name: str = "room", kind: str = "public", **more: Any) -> str:
        """A new room, made by the owner; its id."""
        body = {"name": f"{name}{next(names)}", "kind": kind, **more}
        made = await self.owner.post(f"/workspaces/{self.id}/rooms", body)
        return str(made["id"])

    async def socket(self, person: Api, *rooms: str) -> Socket:
        """A socket of that person, subscribed to the rooms."""
        socket = await Socket.of(person)
        self._open.append(socket)
        if rooms:
            await socket.subscribe(*rooms)
        return socket
