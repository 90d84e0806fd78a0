"""Places where a test may break the program on purpose; all of them are off unless `fail` names them.

What happens at a place stands there, and the table below says it in a sentence.
"""

from __future__ import annotations

import difflib
import logging
import os
import random
import signal
from typing import NoReturn

from talkoot.settings import SettingsError

log = logging.getLogger("talkoot.failpoints")

POINTS = {
    "after_commit": "The process kills itself: a group of writes is durable, and nobody was told.",
    "before_ack": "What was published leaves, those who asked get no answer, and the process kills itself.",
    "bus_double": "A message of the bus arrives twice.",
    "bus_drop_control": "A message of the bus about access or sessions does not arrive.",
    "bus_drop_log": "A message of the bus about an event of a log does not arrive.",
    "job_before_finish": "The process kills itself: a job's work is done, and not yet marked as done.",
    "job_claimed": "The process kills itself when it has taken jobs, before it begins them.",
    "job_middle": "The process kills itself in the middle of a job.",
}
"""Every failpoint by name, and what it does."""

_armed: dict[str, float] = {}


def hit(name: str) -> bool:
    """Whether to fail here, this time."""
    return bool(_armed) and random.random() < _armed.get(name, 0.0)  # noqa: S311 - guards nothing


def arm(wanted: str) -> None:
    """Turn on what `name:probability[,name:probability]` says, and everything else off.

    Raises SettingsError for a name that is not in the table, and for what is no probability.
    """
    chosen = dict(_parse(part) for part in wanted.split(",") if part.strip())
    _armed.clear()
    _armed.update(chosen)
    if chosen:
        log.warning("FAILPOINTS ARE ON: this server breaks on purpose, at %s", wanted)


def die() -> NoReturn:
    """The end of this process, as in a crash: nothing is finished, nothing is flushed."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


def _parse(part: str) -> tuple[str, float]:
    name, _, given = part.strip().partition(":")
    if name not in POINTS:
        match = difflib.get_close_matches(name, POINTS, 1)
        known = f"did you mean `{match[0]}`?" if match else f"there are {', '.join(POINTS)}."
        raise SettingsError(f"`fail` (TALKOOT_FAIL): there is no failpoint `{name}`; {known}")
    try:
        probability = float(given or 1)
    except ValueError:
        probability = -1.0
    if not 0 <= probability <= 1:
        raise SettingsError(f"`fail` (TALKOOT_FAIL): `{given}` is no probability between 0 and 1")
    return name, probability
