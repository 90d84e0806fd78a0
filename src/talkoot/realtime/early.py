"""Events that came before their turn, bounded: what is too much is read from the log instead."""

from __future__ import annotations

MOST = 1000  # events of one topic
MOST_BYTES = 1024 * 1024


class Early:
    """Framed events by position."""

    __slots__ = ("_bytes", "_framed")

    def __init__(self) -> None:
        self._framed: dict[int, bytes] = {}
        self._bytes = 0

    def __bool__(self) -> bool:
        return bool(self._framed)

    def keep(self, seq: int, framed: bytes) -> None:
        """Until its turn, if there is room."""
        if seq in self._framed or len(self._framed) >= MOST or self._bytes + len(framed) > MOST_BYTES:
            return
        self._framed[seq] = framed
        self._bytes += len(framed)

    def pop(self, seq: int) -> bytes | None:
        """The one whose turn it is, if it came."""
        framed = self._framed.pop(seq, None)
        if framed is not None:
            self._bytes -= len(framed)
        return framed

    def pass_by(self, position: int) -> None:
        """Those up to this position have had their turn."""
        for seq in [seq for seq in self._framed if seq <= position]:
            self.pop(seq)

    def take_over(self, other: Early) -> None:
        """What another one has kept."""
        for seq, framed in other._framed.items():
            self.keep(seq, framed)

    def clear(self) -> None:
        """Nothing of it will have a turn."""
        self._framed.clear()
        self._bytes = 0
