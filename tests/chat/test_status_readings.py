"""Whether what was read of statuses is older than what was told of them meanwhile."""

from uuid import uuid4

from talkoot.chat.presence.watches import PresenceWatches
from talkoot.realtime.presence import MemoryPresence


def test_only_statuses_of_those_who_were_asked_for_make_a_reading_old() -> None:
    asked, other = uuid4(), uuid4()
    watches = PresenceWatches(MemoryPresence())
    watches.tell_status(asked, b"{}")
    since = watches.statuses_told
    assert not watches.was_told({asked}, since)
    for _ in range(999):
        watches.tell_status(other, b"{}")
    assert not watches.was_told({asked}, since)
    watches.tell_status(asked, b"{}")
    assert watches.was_told({asked}, since)
    assert not watches.was_told({asked}, watches.statuses_told)


def test_a_reading_that_is_too_long_ago_to_know_is_old() -> None:
    watches = PresenceWatches(MemoryPresence())
    since = watches.statuses_told
    for _ in range(1001):
        watches.tell_status(uuid4(), b"{}")
    assert watches.was_told({uuid4()}, since)
    assert not watches.was_told({uuid4()}, since + 1)
