"""Members who send: as fast as answers come (closed loop), or at a fixed rate (open loop)."""

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Sequence
from typing import Any, Protocol

from bench.frames import client_frame
from bench.latency import stamped
from bench.member import Member
from bench.waiting import until

UNANSWERED = 16
RECORD = 256


class Encoder(Protocol):
    """Makes the bytes that send a message."""

    def __call__(self, ref: int, room: str, text: str) -> bytes: ...


def talkoot_encoder() -> Encoder:
    """Frames of the operation `send`, each with a `cid` of its own."""
    raw = secrets.token_hex(10)
    prefix = f"{raw[:8]}-{raw[8:12]}-{raw[12:16]}-{raw[16:]}"

    def encode(ref: int, room: str, text: str) -> bytes:
        cid = f"{prefix}-{ref:012x}"
        return client_frame(
            f'{{"op":"send","ref":{ref},"cid":"{cid}","room":"{room}","text":"{text}"}}'.encode()
        )

    return encode


def reference_encoder() -> Encoder:
    """Records of a fixed size, which send_loop.c reads."""

    def encode(ref: int, room: str, text: str) -> bytes:
        del room
        return f"{ref:08d}{text}".ljust(RECORD).encode()

    return encode


class Publisher:
    """Sends through one member; keeps at most `in_flight` messages unanswered, and ends after `quota`.

    The time of an answer is from the call that writes the message to the return of the one that read the
    answer: what this program does before and after is no part of it.
    """

    def __init__(
        self, member: Member, encode: Encoder, in_flight: int = UNANSWERED, quota: float = float("inf")
    ) -> None:
        self.member = member
        self.sent = 0
        self.acknowledged = 0
        self.skipped = 0  # of a fixed rate, because too many were unanswered
        self.seconds: list[float] = []
        self.running = False
        self._encode = encode
        self._in_flight = in_flight
        self._quota = quota
        self._closed_loop = False
        self._waiting: deque[tuple[int, float]] = deque()
        member.on_ack = self._acknowledged

    @property
    def answered(self) -> bool:
        """Nothing is under way."""
        return not self._waiting

    def saturate(self) -> None:
        """Keep as many under way as allowed, until `running` is False."""
        self.running = self._closed_loop = True
        for _ in range(self._in_flight - len(self._waiting)):
            self.send()

    def send(self) -> None:
        """Send one message, unless too many are unanswered."""
        if len(self._waiting) >= self._in_flight:
            self.skipped += 1
            return
        if self.sent >= self._quota:
            return
        self.sent += 1
        frame = self._encode(self.sent, self.member.room, stamped())
        self._waiting.append((self.sent, time.monotonic()))
        self.member.write_raw(frame)

    def stop(self) -> None:
        """Send nothing more."""
        self.running = self._closed_loop = False

    def _acknowledged(self, ack: dict[str, Any]) -> None:
        ref, at = self._waiting.popleft()
        if ack["ref"] != ref:
            raise AssertionError(f"{ack['ref']} was answered before {ref}")
        self.acknowledged += 1
        self.seconds.append(self.member.read_at - at)
        if self._closed_loop:
            self.send()


def saturated(publishers: Sequence[Publisher]) -> None:
    """All of them keep messages under way."""
    for publisher in publishers:
        publisher.saturate()


def paced(publishers: Sequence[Publisher], rate: float) -> None:
    """All of them together send `rate` messages a second, evenly, whatever the answers do."""
    loop = asyncio.get_running_loop()
    begin = loop.time()
    number = 0

    def due() -> None:
        nonlocal number
        while (now := loop.time()) >= begin + number / rate:
            if not publishers[0].running:
                return
            publishers[number % len(publishers)].send()
            number += 1
            if now > begin + (number + rate) / rate:  # a second late: this is no light load any more
                number = int((now - begin) * rate)
        loop.call_at(begin + number / rate, due)

    for publisher in publishers:
        publisher.running = True
    due()


async def finish(publishers: Sequence[Publisher]) -> None:
    """Stop, and wait for the last answer."""
    for publisher in publishers:
        publisher.stop()
    await until(lambda: all(publisher.answered for publisher in publishers))


def acknowledged(publishers: Sequence[Publisher]) -> int:
    """Messages of all of them that were answered until now."""
    return sum(publisher.acknowledged for publisher in publishers)


def forget(publishers: Sequence[Publisher]) -> None:
    """Begin with empty samples."""
    for publisher in publishers:
        publisher.seconds.clear()
        publisher.skipped = 0
