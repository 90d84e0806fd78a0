"""The mutation check: Talkoot is broken on purpose, and the checker must see it.

A mutation is a patch to a copy of the source tree, which the server under test runs from.
"""

import asyncio
import shutil
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import talkoot
from tests.faults.deployments import Name
from tests.faults.play import play
from tests.faults.scenarios import SCENARIOS

SOURCE = Path(talkoot.__file__).parent
BROKEN = 5.0
"""Seconds that a broken server gets to converge."""
TRIES = 3
"""Faults come at random moments: one that shows nothing is played again."""


@dataclass(frozen=True)
class Edit:
    """`old`, which stands once in a file of the source tree, becomes `new`."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutation:
    """What is broken, how, in which scenario that must show, and the invariants of which one must be red."""

    name: str
    breaks: str
    edits: tuple[Edit, ...]
    scenario: str
    expects: tuple[str, ...]
    on: Name = "embedded"
    short: bool = False


@dataclass(frozen=True)
class Verdict:
    """What came of it: the invariants that were red."""

    name: str
    breaks: str
    on: str
    expects: list[str]
    red: list[str]
    said: str

    @property
    def seen(self) -> bool:
        """Whether the checker saw it, by an invariant that was named before."""
        return self.said == "seen"

    def __str__(self) -> str:
        named = " or ".join(self.expects)
        return f"{self.name}: {self.said}, red: {', '.join(self.red) or 'nothing'}; named before: {named}"


MUTATIONS = (
    Mutation(
        "dedup-off",
        "a retry is stored again",
        (
            Edit(
                "chat/messages/actions/send.py",
                "earlier = await log.events_with_cids(tx, [key for send in commands if (key := send.key)])",
                "earlier = {}",
            ),
            Edit(
                "migrations/fresh.sql",
                "CONSTRAINT uq_events_cid_sender UNIQUE (cid, sender)",
                "CHECK (true)",
            ),
        ),
        "F17",
        ("I1",),
        short=True,
    ),
    Mutation(
        "synchronous-normal",
        "a commit is not on the disk when it is acknowledged",
        (Edit("kernel/database.py", '"synchronous=FULL"', '"synchronous=NORMAL"'),),
        "F12",
        ("I1",),
    ),
    Mutation(
        "ack-before-commit",
        "acknowledged and published before the commit",
        (
            Edit(
                "kernel/unit_of_work.py",
                "            await writer.commit()\n        except BaseException:",
                "            if all(waiting.batch for waiting in group):\n"
                "                for tx in done:\n                    tx.published()\n"
                "                for waiting in group:\n                    waiting.settle()\n"
                "                    waiting.tell = _nobody\n                done = []\n"
                "                await asyncio.sleep(0.05)\n            await writer.commit()\n"
                "        except BaseException:",
            ),
            Edit(
                "kernel/unit_of_work.py",
                "def _nobody_minds() -> None:",
                "def _nobody(_outcome):\n    pass\n\n\ndef _nobody_minds() -> None:",
            ),
        ),
        "F1c",
        ("I1", "I5", "I8"),
    ),
    Mutation(
        "positions-skipped",
        "a position is left out now and then",
        (
            Edit(
                "kernel/log.py",
                '"UPDATE logs SET head = head + ?2,',
                '"UPDATE logs SET head = head + ?2 + 1,',
            ),
        ),
        "F0",
        ("I3",),
    ),
    Mutation(
        "order-lost",
        "what waits is done in the opposite order",
        (
            Edit(
                "kernel/unit_of_work.py",
                "            for batch, found in groupby(group, key",
                "            for batch, found in groupby(group[::-1], key",
            ),
        ),
        "F0",
        ("I9",),
    ),
    Mutation(
        "session-revocation-ignored",
        "sockets outlive the end of their session",
        (
            Edit(
                "realtime/hub.py",
                "        self._revoked[session] = time.monotonic()\n",
                "        return\n",
            ),
        ),
        "F22c",
        ("I11",),
    ),
    Mutation(
        "positions-fall",
        "read positions may fall",
        (
            Edit("chat/reads/actions.py", "if seq < self.read_seq and (", "if False and ("),
            Edit(
                "chat/reads/actions.py", "moved = seq > self.read_seq or", "moved = seq != self.read_seq or"
            ),
            Edit("chat/reads/actions.py", "if seq >= self.read_seq:", "if True:"),
            Edit("chat/reads/actions.py", "    WHERE read_positions.seq <= excluded.seq\n", ""),
        ),
        "F0",
        ("I13",),
    ),
    Mutation(
        "redaction-skipped",
        "deleted text stays in the log",
        (
            Edit(
                "kernel/log.py",
                "    emptied = [{",
                "    return\n    emptied = [{",
            ),
        ),
        "F0",
        ("I5",),
    ),
    Mutation(
        "resume-off-by-one",
        "a resume leaves out the first missed event",
        (
            Edit(
                "chat/rooms/opening.py",
                "behind[want.room, want.since].missed, recovered",
                "behind[want.room, want.since].missed[1:], recovered",
            ),
        ),
        "F16",
        ("I4",),
    ),
    Mutation(
        "revocation-not-live",
        "who loses a room goes on to hear it",
        (Edit("chat/rooms/live.py", "        held = []\n        for", "        return []\n        for"),),
        "F22a",
        ("I10",),
        short=True,
    ),
    Mutation(
        "page-outdated",
        "a page that is remembered does not follow the log",
        (
            Edit(
                "chat/messages/timelines.py",
                "        if events == []:\n            return known",
                "        return known",
            ),
        ),
        "F0",
        ("I20",),
    ),
    Mutation(
        "reads-fail",
        "to read a page of history crashes now and then",
        (
            Edit(
                "chat/messages/timelines.py",
                "    older, newer = known.stretch.older(",
                '    raise KeyError("edited_at")\n    older, newer = known.stretch.older(',
            ),
        ),
        "F0",
        ("I18",),
    ),
    Mutation(
        "unread-miscounted",
        "changes count as unread messages",
        (
            Edit("kernel/log.py", "sums[1] += entry.countable", "sums[1] += 1"),
            Edit("kernel/log.py", "here[1] += entry.countable", "here[1] += 1"),
        ),
        "F0",
        ("I12",),
    ),
    Mutation(
        "fence-off",
        "events are delivered whatever the node knows of the rules they were made under",
        (Edit("fence.py", "        scope = message.scope\n", "        scope = None\n"),),
        "F22b",
        ("I10",),
        on="cluster",
    ),
    Mutation(
        "repair-off",
        "holes are not filled",
        (Edit("realtime/holes.py", "        if topic not in self._filling:", "        if False:"),),
        "F18",
        ("I6", "I7"),
        on="cluster",
    ),
)


async def check(mutation: Mutation, *, seed: int, seconds: float) -> Verdict:
    """Play the scenario on the broken server, until it shows."""
    scenario = next(found for found in SCENARIOS if found.name == mutation.scenario)
    where = f"{mutation.scenario}, {mutation.on}"
    verdict = partial(Verdict, mutation.name, mutation.breaks, where, [*mutation.expects])
    try:
        folder = await asyncio.to_thread(mutate, mutation)
    except LookupError as error:
        return verdict([], f"NOT SEEN: it does not fit, {error}")
    red: list[str] = []
    try:
        for number in range(TRIES):
            environment = {"PYTHONPATH": str(folder)}
            result = await play(
                scenario,
                mutation.on,
                seed=seed + number,
                seconds=seconds,
                environment=environment,
                patience=BROKEN,
            )
            red = sorted(result.violated, key=lambda name: (len(name), name))
            if set(red) & set(mutation.expects):
                break
    finally:
        shutil.rmtree(folder)
    said = "seen" if set(red) & set(mutation.expects) else "NOT SEEN"
    return verdict(red, said)


def mutate(mutation: Mutation) -> Path:
    """A folder with a copy of the source tree and the patch applied; each place must be there once."""
    folder = Path(tempfile.mkdtemp(prefix="talkoot-mutated-"))
    folder.chmod(0o755)
    shutil.copytree(SOURCE, folder / "talkoot", ignore=shutil.ignore_patterns("__pycache__"))
    for edit in mutation.edits:
        path = folder / "talkoot" / edit.file
        text = path.read_text("utf-8")
        if text.count(edit.old) != 1:
            raise LookupError(f"{mutation.name}: {edit.file} has {text.count(edit.old)} times {edit.old!r}")
        path.write_text(text.replace(edit.old, edit.new), "utf-8")
    return folder
