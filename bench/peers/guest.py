"""A member of a peer's room: it counts what it gets, and decodes next to nothing.

Texts tell when and by whom they were made, as which of its sender: `~MOMENTxxx...|SENDER|NUMBER`. So
everybody recognizes its own, and the members that are sampled check the order of each sender.
"""

import itertools
import re
import time
from typing import Any

from bench.latency import TEXT
from bench.member import Member, Shared

MARK = re.compile(rb"~(\d{20})x+\|(\d{8})\|(\d{8})")
NUMBER = 8
_TAIL = 2 * NUMBER + 3
_senders = itertools.count(1)


class Guest(Member):
    """`token` is the name of the user; what a peer says is read by `take`."""

    answered = False  # with acknowledgements; else a sender waits for its own message

    def __init__(self, shared: Shared, host: str, token: str, room: str, *, sampled: bool = False) -> None:
        super().__init__(shared, host, token, room, sampled=sampled)
        self._upgraded = False
        self._sender = next(_senders)
        self._own = f"|{self._sender:0{NUMBER}d}|".encode()
        self._heard: dict[bytes, int] = {}

    def marked(self, ref: int, text: str) -> str:
        """The text as this member sends it."""
        return f"~{text[: TEXT - _TAIL]}|{self._sender:0{NUMBER}d}|{ref:0{NUMBER}d}"

    def message(self, ref: int, room: str, text: str) -> bytes:
        """The bytes that send it: an encoder."""
        raise NotImplementedError

    def take(self, data: bytearray, at: int, end: int) -> int:
        """Read what is whole; where the rest begins."""
        raise NotImplementedError

    def beat(self) -> None:
        """Nobody asks for it."""

    def buffer_updated(self, nbytes: int) -> None:
        self.read_at = time.monotonic()
        data, end = self.shared.buffer, len(self._rest) + nbytes
        at = self.take(data, 0, end)
        self._rest = bytes(data[at:end])

    def delivered(self, data: bytearray, at: int, end: int, number: int) -> None:
        """So many messages stand here."""
        self.count += number
        self.last = self.count
        self.wrong += not self.ready.done()
        if self.sampled:
            self._check(bytes(data[at:end]))
        if self.on_ack and not self.answered:
            while (at := data.find(self._own, at, end)) >= 0:
                at += NUMBER + 2
                self.on_ack({"ref": int(data[at : at + NUMBER])})

    def _check(self, data: bytes) -> None:
        now = time.monotonic_ns()
        for moment, sender, number in MARK.findall(data):
            self.wrong += self._heard.get(sender, 0) + 1 != int(number)
            self._heard[sender] = int(number)
            if self.shared.sampling:
                self.shared.seconds.append((now - int(moment)) / 1e9)

    def enter(self) -> None:
        """It is in the room."""
        if not self.ready.done():
            self.ready.set_result(None)

    def refuse(self, what: Any) -> None:
        """The peer did not do what it was asked."""
        self.refused.append({"said": what})
        self._fail(str(what))
