"""What a checker found."""

from dataclasses import dataclass

from tests.faults.recording import Entry


@dataclass(frozen=True)
class Violation:
    """What is wrong, and the first entry that shows it."""

    text: str
    evidence: Entry | None = None

    def __str__(self) -> str:
        return f"{self.text}: {self.evidence}" if self.evidence else self.text
