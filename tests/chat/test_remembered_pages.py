"""What is remembered of timelines is bounded, whatever is asked for."""

import tracemalloc
import uuid

from talkoot.chat.messages.stretches import Stretch
from talkoot.chat.messages.timelines import Timelines
from talkoot.chat.messages.wire import Cursor, Sender, Shown
from talkoot.kernel.log_tails import LogTails

SENDER = Sender(uuid.uuid4(), "someone", "Someone", False)


def stretch(room: uuid.UUID, messages: int) -> Stretch:
    shown = [
        Shown(
            uuid.uuid4(),
            room,
            n,
            SENDER,
            "x" * 100,
            "2026-01-01T00:00:00.000000Z",
            None,
            False,
            None,
            0,
            None,
        )
        for n in range(1, messages + 1)
    ]
    return Stretch(messages, None, shown, whole=True)


def test_ever_new_positions_do_not_fill_the_memory() -> None:
    tails, timelines, room = LogTails(), Timelines(), uuid.uuid4()
    timelines.remember(tails, room, timelines.begin(tails), stretch(room, 20))
    tracemalloc.start()
    for position in range(20_000):
        assert timelines.page(tails, room, Cursor(after=position, limit=1)) is not None
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert timelines.pages < 100
    assert grown < 200_000


def test_pages_go_with_what_they_were_made_of() -> None:
    tails, timelines, room = LogTails(), Timelines(), uuid.uuid4()
    timelines.remember(tails, room, timelines.begin(tails), stretch(room, 20))
    page = timelines.page(tails, room, Cursor(limit=5))
    assert timelines.page(tails, room, Cursor(limit=5)) is page
    timelines.forget_all()
    assert (timelines.page(tails, room, Cursor(limit=5)), timelines.pages) == (None, 0)
