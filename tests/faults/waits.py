"""For whom a run waited longest at its end, and where they stood all that time."""

from dataclasses import dataclass, field

TOLD = 3


@dataclass
class Waits:
    """How long each client stood at the same place without having everything."""

    _since: dict[str, float] = field(default_factory=dict)
    _told: dict[str, tuple[float, str]] = field(default_factory=dict)  # seconds, and the last that was said

    def note(self, now: float, standing: list[tuple[str, str]]) -> None:
        """Who is waited for at this moment."""
        self._since = {name: self._since.get(name, now) for name, _ in standing}
        for name, said in standing:
            waited = now - self._since[name]
            if waited >= self._told.get(name, (0.0, ""))[0]:
                self._told[name] = (waited, said)

    def longest(self) -> list[str]:
        """The longest first; who was waited for at one moment only is not told."""
        found = sorted((told for told in self._told.values() if told[0]), reverse=True)
        return [f"{waited:.1f} s for {said}" for waited, said in found[:TOLD]]
