"""What was read of a log is told again only where the log still ends with the same event."""

from uuid import UUID, uuid4

from talkoot.kernel.log import Event, Head
from talkoot.kernel.log_readings import BYTES, LogReadings


def events(log: UUID, first: int, last: int, body: str = "{}") -> list[Event]:
    return [Event(log, seq, uuid4(), "mark", None, None, seq, 0, 0, body) for seq in range(first, last + 1)]


def head_at(event: Event) -> Head:
    return Head(event.log, UUID(int=0), event.seq, 0, event.ts, event.id)


def test_a_reading_is_told_from_where_it_began() -> None:
    readings, log = LogReadings(), uuid4()
    read = events(log, 5, 9)
    readings.keep(head_at(read[-1]), read)
    assert readings.leading_to(head_at(read[-1]), 4) == read
    assert readings.leading_to(head_at(read[-1]), 7) == read[3:]
    assert readings.leading_to(head_at(read[-1]), 3) is None
    assert (
        readings.leading_to(head_at(*events(log, 9, 9)), 4) is None
    )  # the database lost that, and got another
    assert readings.leading_to(head_at(*events(log, 10, 10)), 4) is None
    readings.forget(log)
    assert readings.leading_to(head_at(read[-1]), 4) is None


def test_only_what_reaches_the_end_is_kept_and_not_too_much() -> None:
    readings, log = LogReadings(), uuid4()
    read = events(log, 1, 9)
    readings.keep(head_at(*events(log, 12, 12)), read)
    assert readings.leading_to(head_at(read[-1]), 0) is None
    large = events(log, 1, 9, "x" * (BYTES // 16))
    readings.keep(head_at(large[-1]), large)
    assert readings.leading_to(head_at(large[-1]), 0) is None
    readings.keep(head_at(read[-1]), [])
    many = [events(UUID(int=other), 1, 1) for other in range(20_000)]
    for some in many:
        readings.keep(head_at(some[0]), some)
    assert readings.leading_to(head_at(many[-1][0]), 0) == many[-1]
    assert readings.leading_to(head_at(many[0][0]), 0) is None
