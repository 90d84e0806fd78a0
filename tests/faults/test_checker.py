"""The checker itself: a history that holds, and the same history doctored so that one invariant is red."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.faults.invariants import INVARIANTS, doubled, violations
from tests.faults.recording import Entry, Final, Json, Kind, Recording, RoomAtTheEnd
from tests.faults.waits import Waits

ROOM, ANN, BOB = "room", "ann", "bob"
Doctor = Callable[[Recording, Final], None]


def event(seq: int, kind: str = "message.created", cid: str | None = None, **body: object) -> Json:
    return {
        "room": ROOM,
        "seq": seq,
        "id": f"id{seq}",
        "type": kind,
        "sender": ANN,
        "cid": cid,
        "ts": f"2026-01-01T00:00:{seq:02}Z",
        "body": body,
    }


LOG = [
    event(1, "member.joined", user=ANN),
    event(2, cid="a", text="one", thread=None),
    event(3, cid="b", text="two", thread=None),
    event(4, cid="c", text="", thread=None, deleted=True, message="id4"),
    event(5, "message.deleted", cid="d", message="id4"),
    event(6, "member.left", user=BOB),
    event(7, cid="e", text="secret", thread=None),
]

PAGE = [
    {"id": f"id{seq}", "seq": seq, "text": text, "deleted": not text}
    for seq, text in ((2, "one"), (3, "two"), (4, ""), (7, "secret"))
]


def ack(seq: int) -> Json:
    return {"cid": LOG[seq - 1]["cid"], "seq": seq, "id": f"id{seq}", "ts": LOG[seq - 1]["ts"], "dup": False}


def good() -> tuple[Recording, Final]:
    """Ann writes over connection 1, Bob reads over connection 2 until he is removed."""
    entries: list[tuple[Kind, str, int, str, Json]] = [
        ("resources", "", 0, "", {"phase": "before", "node": "n", "descriptors": 20, "connections": 0}),
        *[("welcome", who, conn, "", {"session": who}) for conn, who in ((1, ANN), (2, BOB))],
        ("subscribing", BOB, 2, ROOM, {"since": 0}),
        ("event", BOB, 2, ROOM, LOG[0]),
        ("subscribed", BOB, 2, ROOM, {"head": 1, "epoch": "x", "recovered": True}),
        ("send", ANN, 1, ROOM, {"cid": "a", "text": "one"}),
        ("send", ANN, 1, ROOM, {"cid": "b", "text": "two"}),
        ("ack", ANN, 1, ROOM, ack(2)),
        ("ack", ANN, 1, ROOM, ack(3)),
        ("looked", ANN, 0, ROOM, {"cid": "a", "seq": 2, "event": LOG[1]}),
        ("send", ANN, 1, ROOM, {"cid": "no", "text": ""}),
        ("nack", ANN, 1, ROOM, {"cid": "no", "code": "invalid", "retryable": False}),
        ("send", ANN, 1, ROOM, {"cid": "c", "text": "three"}),
        ("ack", ANN, 1, ROOM, ack(4)),
        *[("event", BOB, 2, ROOM, seen) for seen in LOG[1:3]],
        ("event", BOB, 2, ROOM, LOG[3] | {"body": {"text": "three", "thread": None}}),
        ("read", BOB, 0, ROOM, {"seq": 3}),
        ("reads", BOB, 0, ROOM, {"read_seq": 3, "began": 1e6}),
        ("change", ANN, 1, ROOM, {"cid": "d", "message": "id4", "text": None}),
        ("changed", ANN, 1, ROOM, {"cid": "d", "message": "id4", "seq": 5, "dup": False}),
        *[("event", BOB, 2, ROOM, seen) for seen in LOG[4:6]],
        ("revoke", BOB, 0, ROOM, {"after": 6}),
        ("gone", BOB, 2, ROOM, {"seq": 6}),
        ("send", ANN, 1, ROOM, {"cid": "e", "text": "secret"}),
        ("ack", ANN, 1, ROOM, ack(7)),
        ("subscribing", ANN, 1, ROOM, {"since": 3}),
        *[("event", ANN, 1, ROOM, seen) for seen in LOG[3:]],
        ("subscribed", ANN, 1, ROOM, {"head": 7, "epoch": "x", "recovered": True}),
        ("page", ANN, 0, ROOM, {"began": 34.5, "items": PAGE}),
        ("session_ended", BOB, 0, "", {"session": BOB}),
        ("closed", BOB, 2, "", {"code": 4401}),
        ("effect", "", 0, "", {"job": "j"}),
        ("malformed", ANN, 3, "", {"wanted": [1002], "got": 1002}),
        ("present", BOB, 0, "", {"since_kill": 30.0}),
        ("healed", "", 0, "", {}),
        ("converged", "", 0, "", {}),
        ("resources", "", 0, "", {"phase": "after", "node": "n", "descriptors": 22, "connections": 0}),
    ]
    recording = Recording([Entry(float(at), *entry) for at, entry in enumerate(entries)])
    room = RoomAtTheEnd("x", 7, [dict(seen) for seen in LOG])
    return recording, Final({ROOM: room}, {BOB: {ROOM: {"read_seq": 3, "unread": 2}}})


def at(recording: Recording, kind: Kind, **data: object) -> int:
    return next(
        n
        for n, entry in enumerate(recording.entries)
        if entry.kind == kind and all(entry.data.get(name) == value for name, value in data.items())
    )


def change(kind: Kind, which: Json, **data: object) -> Doctor:
    """Put other values into one entry."""

    def doctor(recording: Recording, _final: Final) -> None:
        n = at(recording, kind, **which)
        entry = recording.entries[n]
        recording.entries[n] = replace(entry, data=entry.data | data)

    return doctor


def add(kind: Kind, who: str, conn: int, when: float, **data: object) -> Doctor:
    """Let something more happen at a moment."""

    def doctor(recording: Recording, _final: Final) -> None:
        after = [n for n, entry in enumerate(recording.entries) if entry.at <= when]
        recording.entries.insert(after[-1] + 1 if after else 0, Entry(when, kind, who, conn, ROOM, data))

    return doctor


def drop(kind: Kind, **which: object) -> Doctor:
    """Let something not have happened."""

    def doctor(recording: Recording, _final: Final) -> None:
        del recording.entries[at(recording, kind, **which)]

    return doctor


def log(edit: Callable[[list[Json]], object]) -> Doctor:
    """Change the log as it is read at the end."""

    def doctor(_recording: Recording, final: Final) -> None:
        edit(final.rooms[ROOM].events)
        final.rooms[ROOM].head = len(final.rooms[ROOM].events)

    return doctor


def miscount(_recording: Recording, final: Final) -> None:
    final.unreads[BOB][ROOM]["unread"] = 3


def put_back(told: str) -> Doctor:
    def doctor(recording: Recording, final: Final) -> None:
        final.rooms[ROOM].epoch = "y"
        recording.add("restored", epochs={ROOM: told}, followed=[(ANN, ROOM)])
        recording.entries[-1] = replace(recording.entries[-1], at=99.0)
        if told == "y":
            recording.entries.append(Entry(99.5, "reset", ANN, 0, ROOM))

    return doctor


RED: list[tuple[str, Doctor]] = [
    ("I1", change("ack", {"seq": 3}, ts="another")),
    ("I1", log(lambda events: events.append(LOG[1] | {"seq": 8, "ts": "2027", "id": "id8"}))),
    ("I1", log(lambda events: events.pop())),
    ("I1", change("changed", {}, seq=3)),
    ("I2", log(lambda events: events.append(event(8, cid="z", text="who?", thread=None)))),
    ("I2", change("nack", {}, cid="a")),
    ("I3", log(lambda events: events.pop(2))),
    ("I3", log(lambda events: events.__setitem__(2, events[2] | {"ts": "2000"}))),
    ("I4", add("event", BOB, 2, 19.5, **LOG[2])),
    ("I4", drop("event", seq=2)),
    ("I5", change("event", {"seq": 3}, body={"text": "other", "thread": None})),
    ("I5", change("event", {"seq": 3}, id="other")),
    ("I5", add("event", ANN, 0, 34.5, **LOG[3] | {"began": 34.4, "body": {"text": "three", "thread": None}})),
    ("I5", add("event", ANN, 0, 34.5, **event(8))),
    ("I5", log(lambda events: events[3].update(body={"text": "three"}))),
    ("I6", drop("event", seq=7)),
    ("I7", change("converged", {})),
    ("I7", drop("converged")),
    ("I8", change("looked", {}, event=None)),
    ("I9", change("ack", {"seq": 3}, seq=1)),
    ("I10", add("event", BOB, 2, 26.5, **LOG[6])),
    ("I10", add("event", BOB, 0, 32.5, **LOG[6])),
    ("I11", add("early", BOB, 2, 0.5)),
    ("I11", add("event", BOB, 2, 39.5, **LOG[0])),
    ("I12", miscount),
    ("I13", change("reads", {}, read_seq=2)),
    ("I14", log(lambda events: events.append(event(8, "typing")))),
    ("I14", change("present", {}, since_kill=71.0)),
    ("I15", change("resources", {"phase": "after"}, descriptors=50)),
    ("I15", change("resources", {"phase": "after"}, connections=1)),
    ("I16", add("effect", "", 0, 42.5, job="j")),
    ("I16", change("effect", {}, times=0)),
    ("I17", change("malformed", {}, got=1000)),
    ("I17", add("harmed", ANN, 1, 42.5)),
    ("I18", change("nack", {}, code="internal")),
    ("I18", add("failure", ANN, 0, 42.5, status=500)),
    ("I19", put_back("y")),
    ("I19", put_back("x")),
    ("I20", change("page", {}, items=PAGE[:-1])),
    ("I20", change("page", {}, items=[PAGE[0], *PAGE[2:]])),
    ("I20", change("page", {}, items=[PAGE[0] | {"text": "another"}, *PAGE[1:]])),
    ("I20", change("page", {}, items=[*PAGE[:2], PAGE[2] | {"text": "three", "deleted": False}, PAGE[3]])),
]


def test_a_history_that_holds() -> None:
    recording, final = good()
    assert {name: [*map(str, found)] for name, found in violations(recording, final).items() if found} == {}
    assert doubled(final) == 0


@pytest.mark.parametrize(("name", "doctor"), RED, ids=[f"{name}-{n}" for n, (name, _) in enumerate(RED)])
def test_a_doctored_history_is_red(name: str, doctor: Doctor) -> None:
    recording, final = good()
    doctor(recording, final)
    if name == "I7":
        recording.entries = [
            replace(entry, at=entry.at + 31) if entry.kind == "converged" else entry
            for entry in recording.entries
        ]
    found = violations(recording, final)[name]
    assert found
    assert str(found[0])


def test_every_invariant_was_red_once() -> None:
    assert {name for name, _ in RED} == INVARIANTS.keys()


def test_doubles_are_counted() -> None:
    _, final = good()
    final.rooms[ROOM].events.append(LOG[1])
    assert doubled(final) == 1


def test_who_was_waited_for_longest_is_told_with_where_it_stood() -> None:
    waits = Waits()
    for now, names in enumerate([["ann", "bob"], ["ann", "bob"], ["bob"], ["ann", "bob"], ["ann"], []]):
        waits.note(float(now), [(name, f"{name} in sub at {now}") for name in names])
    assert waits.longest() == ["3.0 s for bob in sub at 3", "1.0 s for ann in sub at 4"]
