"""The bus carries hints between nodes: what it loses, the log still has."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Annotated, Literal, Protocol
from uuid import UUID

import msgspec

log = logging.getLogger("talkoot.realtime")

_Number = Annotated[int, msgspec.Meta(ge=0, le=2**53)]  # as far as every language counts exactly
_EVERY_NODE = UUID(int=0)  # the topic of control messages


class Message(msgspec.Struct, frozen=True, array_like=True):
    """One hint: `log` and `ephemeral` go to a topic, `user` to the user with that id, `control` to nodes.

    `head` says of a topic how far its log reaches, without the event. Where rules say who may see it, `scope`
    names them, and `version` is the one it was made under: a node must know them up to that one.
    It travels as a list, between versions too: new fields come last, and have a default.
    """

    kind: Literal["log", "head", "ephemeral", "user", "control"]
    topic: UUID
    frame: bytes
    seq: _Number = 0
    count: _Number = 0
    except_user: UUID | None = None
    except_connection: UUID | None = None
    scope: UUID | None = None
    version: _Number = 0


def control_message(name: str, **said: object) -> Message:
    """What every node is told to do: `hub.controls` has who obeys to the name, and gets `said` as text."""
    frame = msgspec.json.encode({"name": name, **{key: str(value) for key, value in said.items()}})
    return Message("control", _EVERY_NODE, frame)


Listener = Callable[[Message], None]
Gap = Callable[[], None]


class Bus(Protocol):
    """Publishes without waiting; calls listeners in the order of publication of each topic.

    `on_gap` are called when messages of other nodes may have been lost: what they told has to be looked up.
    """

    on_gap: list[Gap]

    def publish(self, message: Message) -> None:
        """Send to every node, this one included; never blocks, and may lose."""
        ...

    def listen(self, listener: Listener) -> None:
        """Call this for each message from now on."""
        ...


class MemoryBus:
    """The bus of a single process: listeners are called at once, in order."""

    def __init__(self) -> None:
        self.on_gap: list[Gap] = []
        self._listeners: list[Listener] = []

    def publish(self, message: Message) -> None:
        """Hand the message to every listener."""
        for listener in self._listeners:
            try:
                listener(message)
            except Exception:  # a bus may lose, and who publishes has more to tell
                log.exception("A message of the bus could not be taken")

    def listen(self, listener: Listener) -> None:
        """Call this for each message from now on."""
        self._listeners.append(listener)
