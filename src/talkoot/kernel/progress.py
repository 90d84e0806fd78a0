"""How far a job is, as its handler tells."""

from __future__ import annotations

from typing import Any

from talkoot.kernel.failpoints import die, hit
from talkoot.kernel.values import State

_NOTE_LENGTH = 200


class Progress(State):
    """How far a job is: only remembered here; its runner writes it down, once a second at the most."""

    done: int = 0
    total: int | None = None
    note: str = ""
    told: bool = True

    def __call__(self, done: int, total: int | None = None, note: str = "") -> None:
        """So much of so much is done; a short note for people, without secrets."""
        self.done, self.total, self.note, self.told = done, total, note, False
        if hit("job_middle"):
            die()

    @property
    def columns(self) -> dict[str, Any]:
        """As it is written."""
        note = self.note[:_NOTE_LENGTH].replace("\0", "")
        return {"progress_done": self.done, "progress_total": self.total, "progress_note": note or None}
