"""What travels between nodes: batches of messages, each with who sends it and how many came before.

A batch is a head of 33 bytes and a list of messages in msgpack. The head: the version of all this, the node,
how many messages the node has published before this batch (lost ones too), and when, by the node's own clock.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

import msgspec

from talkoot.realtime.bus import Message

CHANNELS = 16
"""How many channels all topics share. Nodes with another number would not hear each other."""

LARGEST = 256 * 1024
"""Bytes of messages that are put into one batch, if it is not a single message."""

REMEMBERED = 3600.0
"""Seconds that a silent node is remembered; a node that begins again has another name."""

NODES = 1000
"""How many are remembered at most: the longest silent one is heard for the first time again."""

_VERSION = 1
_HEAD = struct.Struct("!B16sQd")
_BESIDE_FRAME = 64

_encode = msgspec.msgpack.Encoder(uuid_format="bytes").encode
_decode = msgspec.msgpack.Decoder(list[Message]).decode


class NotOurs(Exception):
    """These bytes are no batch of this version."""


def channel_of(message: Message) -> int:
    """Messages of one topic share a channel, and so keep their order."""
    return message.topic.int % CHANNELS


def weight_of(message: Message) -> int:
    """About how many bytes it takes."""
    return len(message.frame) + _BESIDE_FRAME


def portions(messages: Sequence[Message]) -> Iterator[Sequence[Message]]:
    """The messages in batches that are not too large for others to wait behind."""
    start = weight = 0
    for end, message in enumerate(messages):
        weight += weight_of(message)
        if weight > LARGEST and end > start:
            yield messages[start:end]
            start, weight = end, weight_of(message)
    yield messages[start:]


def looks_newer(payload: bytes) -> bool:
    """Whether what can not be read may come from a newer node, and so be something to know."""
    return len(payload) >= _HEAD.size and payload[0] == _VERSION


class Sender:
    """Writes the batches of one node; `counted` are all its messages so far."""

    def __init__(self) -> None:
        self.counted = 0
        self._node = uuid4().bytes
        self._mine = bytes((_VERSION,)) + self._node

    def batch(self, messages: Sequence[Message], now: float) -> bytes:
        """The bytes of a batch; it may be empty, to say how many there were before."""
        head = _HEAD.pack(_VERSION, self._node, self.counted, now)
        self.counted += len(messages)
        return head + _encode(messages)

    def sent_at(self, payload: bytes) -> float | None:
        """When this node has sent it; None when another has."""
        if not payload.startswith(self._mine) or len(payload) < _HEAD.size:
            return None
        return float(_HEAD.unpack_from(payload)[3])


@dataclass(slots=True)
class Receiver:
    """Reads the batches of other nodes, and knows when some did not come."""

    missed: int = 0
    _next: dict[bytes, tuple[int, float]] = field(default_factory=dict)

    def read(self, payload: bytes, now: float) -> tuple[list[Message], bool]:
        """The messages of a batch, and whether there may have been others before it; raises NotOurs."""
        try:
            version, node, first, _ = _HEAD.unpack_from(payload)
            if version != _VERSION:
                raise NotOurs(f"version {version}")
            messages = _decode(memoryview(payload)[_HEAD.size :])
        except (struct.error, msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise NotOurs(str(error)) from None
        known = self._next.get(node)
        expected = first if known is None else known[0]
        self.missed += max(0, first - expected)
        if known is None and len(self._next) >= NODES:
            del self._next[min(self._next, key=lambda each: self._next[each][1])]
        self._next[node] = max(expected, first + len(messages)), now
        return messages, first > (0 if known is None else expected)

    def forget(self, now: float) -> None:
        """Forget nodes that are silent for long."""
        self._next = {node: at for node, at in self._next.items() if at[1] > now - REMEMBERED}
