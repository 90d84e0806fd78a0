"""What travels between nodes: batches of messages, each with who sends it and how many came before.

A batch is a head of 33 bytes, a seal of 16, and a list of messages in msgpack. The head: the version of all
this, the node, how many messages the node has published before this batch (lost ones too), and when, by the
node's own clock. The seal is made of all the rest with a key that only the nodes of one installation have.
"""

from __future__ import annotations

import hmac
import struct
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from uuid import uuid4

import msgspec
from msgspec import field

from talkoot.kernel.values import State
from talkoot.realtime.bus import Message

CHANNELS = 16
"""How many channels all topics share. Nodes with another number would not hear each other."""

LARGEST = 256 * 1024
"""Bytes of messages that are put into one batch, if it is not a single message."""

MOST = 2 * 1024 * 1024
"""Bytes of any batch: a larger one is not even looked at."""

REMEMBERED = 3600.0
"""Seconds that a silent node is remembered; a node that begins again has another name."""

NODES = 1000
"""How many are remembered at most: the longest silent one is heard for the first time again."""

_VERSION = 2
_HEAD = struct.Struct("!B16sQd")
_SEAL = 16
_BODY = _HEAD.size + _SEAL
_BESIDE_FRAME = 64

_encode = msgspec.msgpack.Encoder(uuid_format="bytes").encode
_decode = msgspec.msgpack.Decoder(list[Message]).decode


class NotOurs(Exception):
    """These bytes are no batch of this version and installation, or one that was told before.

    `newer`: a node of ours has made it, of a version that says more than this one knows.
    """

    def __init__(self, why: str, *, newer: bool = False) -> None:
        super().__init__(why)
        self.newer = newer


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


class Sender:
    """Writes the batches of one node; `counted` are all its messages so far."""

    def __init__(self, key: bytes) -> None:
        self.counted = 0
        self.node = uuid4().bytes
        self._key = key

    def batch(self, messages: Sequence[Message], now: float) -> bytes:
        """The bytes of a batch; it may be empty, to say how many there were before."""
        head = _HEAD.pack(_VERSION, self.node, self.counted, now)
        self.counted += len(messages)
        body = _encode(messages)
        return b"".join((head, _sealed(self._key, head, body), body))


class Receiver(State):
    """Reads batches, those of other nodes and one's own, and knows when some did not come."""

    key: bytes
    missed: int = 0
    _next: dict[bytes, tuple[int, float]] = field(default_factory=dict)

    def open(self, payload: bytes) -> tuple[bytes, int, float]:
        """Which node has made it, how many messages came before, and when; raises NotOurs.

        Nothing that is not sealed by a node of the installation gets any further.
        """
        if not _BODY < len(payload) <= MOST:
            raise NotOurs(f"{len(payload)} bytes")
        if payload[0] != _VERSION:
            raise NotOurs(f"version {payload[0]}")
        view = memoryview(payload)
        seal = _sealed(self.key, view[: _HEAD.size], view[_BODY:])
        if not hmac.compare_digest(view[_HEAD.size : _BODY], seal):
            raise NotOurs("another installation, or nobody who may")
        _, node, first, sent_at = _HEAD.unpack_from(payload)
        return node, first, sent_at

    def read(self, payload: bytes, node: bytes, first: int, now: float) -> tuple[list[Message], bool]:
        """The messages of an opened batch, and whether there may have been others before it."""
        known = self._next.get(node)
        expected = first if known is None else known[0]
        if first < expected:
            raise NotOurs("told before")
        try:
            messages = _decode(memoryview(payload)[_BODY:])
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise NotOurs(str(error), newer=True) from None
        self.missed += max(0, first - expected)
        if known is None and len(self._next) >= NODES:
            del self._next[min(self._next, key=lambda each: self._next[each][1])]
        self._next[node] = first + len(messages), now
        return messages, first > (0 if known is None else expected)

    def forget(self, now: float) -> None:
        """Forget nodes that are silent for long."""
        self._next = {node: at for node, at in self._next.items() if at[1] > now - REMEMBERED}


def _sealed(key: bytes, head: bytes | memoryview, body: bytes | memoryview) -> bytes:
    seal = blake2b(head, key=key, digest_size=_SEAL)
    seal.update(body)
    return seal.digest()
