"""What waits for its turn or for rules, or is remembered, is bounded by bytes and not by number alone."""

from __future__ import annotations

import sys
from uuid import uuid4

import msgspec

from talkoot.chat.messages.stretches import Stretch
from talkoot.chat.messages.wire import Sender, Shown
from talkoot.kernel.log import Appended, Event
from talkoot.kernel.log_tails import BYTES, LogTails
from talkoot.realtime.bus import Message
from talkoot.realtime.early import MOST, MOST_BYTES, Early
from talkoot.waiting import MOST_BYTES as MOST_WAITING
from talkoot.waiting import Waiting

FRAME = b"x" * 100_000
TEXTS = ("a" * 64_000, "é" * 16_000, "я" * 16_000, "🦊" * 16_000)


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


def test_what_is_remembered_of_logs() -> None:
    for text in TEXTS:
        tails, logs = LogTails(), [uuid4() for _ in range(10)]
        for seq in range(1, 101):
            for log in logs:
                event = Event(log, seq, uuid4(), "message.created", None, None, seq, seq, 0, written(text))
                tails.appended(Appended([event], {log: log}))
        longest = [next(filter(None, (tails.after(log, seq) for seq in range(100))), ()) for log in logs]
        held = sum(sys.getsizeof(event.body) for events in longest for event in events)
        assert BYTES // 10 < held <= BYTES, text[:1]


def test_what_is_remembered_of_timelines() -> None:
    for text in TEXTS:
        own = written(text)
        sender = Sender(uuid4(), "", "", bot=False)
        shown = Shown(uuid4(), uuid4(), 1, sender, own, "", None, False, None, 0, None)
        assert sys.getsizeof(own) <= Stretch(1, None, [shown], whole=True).cost, text[:1]


def written(text: str) -> str:
    """A text of its own, with the UTF-8 that it keeps beside it after it was written once."""
    own = text[:1] + text[1:]
    msgspec.json.encode(own)
    return own
