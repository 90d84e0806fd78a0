"""What waits for its turn, or for rules of access, is bounded by bytes and not by number alone."""

from __future__ import annotations

from uuid import uuid4

from talkoot.realtime.bus import Message
from talkoot.realtime.early import MOST, MOST_BYTES, Early
from talkoot.waiting import MOST_BYTES as MOST_WAITING
from talkoot.waiting import Waiting

FRAME = b"x" * 100_000


def test_what_comes_before_its_turn() -> None:
    large, small = Early(), Early()
    for seq in range(2 * MOST):
        large.keep(seq, FRAME)
        small.keep(seq, b"x")
    assert [seq for seq in range(2 * MOST) if large.pop(seq)] == [*range(MOST_BYTES // len(FRAME))]
    assert [seq for seq in range(2 * MOST) if small.pop(seq)] == [*range(MOST)]
    large.keep(1, FRAME)
    assert large
    large.pass_by(1)
    assert not large


def test_what_waits_for_rules() -> None:
    waiting, scopes = Waiting(), [uuid4() for _ in range(20)]
    for number in range(400):
        scope = scopes[number % len(scopes)]
        waiting.hold(scope, Message("log", uuid4(), FRAME, seq=1, scope=scope, version=2))
    assert waiting.dropped
    assert MOST_WAITING - 2 * len(FRAME) < waiting.bytes <= MOST_WAITING
    assert waiting.let_go(scopes[0], 1) == []
    assert waiting.let_go(scopes[0], 2)
    for scope in scopes[1:]:
        waiting.forget(scope)
    assert waiting.bytes == 0
