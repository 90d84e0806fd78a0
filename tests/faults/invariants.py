"""The history checker: pure functions over a recording and what was there at the end, one for each invariant.

Each yields what is wrong with the evidence; a run holds when none of them yields anything.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.faults import invariants_of_answers as answers
from tests.faults import invariants_of_reading as reading
from tests.faults import invariants_of_writing as writing
from tests.faults.recording import Final, Recording
from tests.faults.violations import Violation

Check = Callable[[Recording, Final], Iterator[Violation]]


@dataclass(frozen=True)
class Invariant:
    """What must hold, in a sentence, and the function that looks."""

    name: str
    holds: str
    check: Check


_ALL = (
    Invariant("I1", "What was acknowledged is in history once, where and as it was", writing.once),
    Invariant("I2", "Nothing is in history that nobody sent, or that was refused", writing.sent),
    Invariant("I3", "History is exactly 1 to head, and its times rise", writing.whole),
    Invariant("I4", "A connection sees positions rise by one", reading.in_order),
    Invariant("I5", "A position is the same event for all; deleted text is gone", reading.alike),
    Invariant("I6", "In the end every subscriber has everything", reading.complete),
    Invariant("I7", "Healed to converged within the bound", reading.converged),
    Invariant("I8", "After an acknowledgement the sender reads it anywhere", writing.visible),
    Invariant("I9", "Sends of a connection to a room keep their order", writing.fifo),
    Invariant("I10", "Nothing after a revocation reaches who lost access", reading.revoked),
    Invariant("I11", "Nothing before welcome, nothing after a session ended", reading.sessions),
    Invariant("I12", "Unread counts are those of the model", writing.unread),
    Invariant("I13", "Read positions never fall", writing.forward),
    Invariant("I14", "Ephemera are not in history; the dead are not present", writing.ephemeral),
    Invariant("I15", "Descriptors and connections return to their baseline", writing.bounded),
    Invariant("I16", "A job's effect happens once", writing.effects),
    Invariant("I17", "A malformed frame gets its close code and harms nobody", writing.malformed),
    Invariant("I18", "Nothing is answered by a failure of the server's own (500)", answers.failures),
    Invariant("I19", "After a restore the epoch is new, and clients are told", reading.restored),
    Invariant("I20", "A page read under load is what the log says at one position", answers.torn),
)
INVARIANTS = {invariant.name: invariant for invariant in _ALL}


def violations(recording: Recording, final: Final) -> dict[str, list[Violation]]:
    """For each invariant what is wrong with this run, in order of time; an empty list when it holds."""
    return {name: list(invariant.check(recording, final)) for name, invariant in INVARIANTS.items()}


def doubled(final: Final) -> int:
    """How many events are in history more than once."""
    cids: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for room in final.rooms.values():
        for event in room.events:
            if event["cid"]:
                cids[event["sender"], event["type"]][event["cid"]] += 1
    return sum(count - 1 for found in cids.values() for count in found.values())
