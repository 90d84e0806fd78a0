"""Lines and bars as SVG, readable on light and on dark pages: no background, and colours between the two."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 760, 380
LEFT, RIGHT, TOP, BOTTOM = 74, 210, 44, 52
COLORS = ("#2f81f7", "#d9822b", "#2da44e", "#c44fc4", "#d1444a", "#1fa3a3", "#8a8a2c", "#8c6bd6")
STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#7d8590}.t{font-size:15px;font-weight:600}"
    ".g{stroke:#7d8590;stroke-opacity:.28}.a{stroke:#7d8590}"
)


@dataclass(frozen=True)
class Axis:
    """What it shows, in which unit; `ticks` are places and labels, where they are not the usual ones."""

    title: str
    log: bool = False
    ticks: Sequence[tuple[float, str]] = ()


@dataclass(frozen=True)
class Series:
    """Points in the order of x; a vertical bar at each tells the lowest and the highest, where given."""

    name: str
    points: Sequence[tuple[float, float]]
    spread: Sequence[tuple[float, float]] = ()
    dashed: bool = False
    marks: bool = True


@dataclass(frozen=True)
class Bar:
    """One value; `own` stands out."""

    name: str
    value: float | None
    text: str
    own: bool = False


def number(value: float) -> str:
    """Short, with three digits that count."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def lines(title: str, x: Axis, y: Axis, series: Sequence[Series]) -> str:
    """A chart of lines, with a legend at its right."""
    every = [point for line in series for point in line.points]
    across = _Scale(x, [point[0] for point in every], LEFT, WIDTH - RIGHT)
    up = _Scale(y, [point[1] for point in every], HEIGHT - BOTTOM, TOP)
    parts = [*_grid(across, up), *_titles(title, x, y)]
    for place, line in enumerate(series):
        color = COLORS[place % len(COLORS)]
        parts += _line(line, across, up, color)
        parts += _legend(line, place, color)
    return _svg(WIDTH, HEIGHT, title, parts)


def bars(title: str, panels: Sequence[tuple[str, Sequence[Bar]]]) -> str:
    """Panels below each other, each with a logarithmic scale of its own, as the values differ by far."""
    parts, top = [_text(8, 22, title, kind="t")], 46
    for heading, found in panels:
        parts.append(_text(8, top, heading))
        values = [bar.value for bar in found if bar.value]
        low, high = (min(values) / 1.6, max(values)) if values else (1.0, 10.0)
        for place, bar in enumerate(found):
            parts += _bar(bar, top + 8 + place * 20, low, high)
        top += 20 * len(found) + 42
    return _svg(WIDTH, top - 20, title, parts)


class _Scale:
    """Places of values on the picture, and the ticks of an axis."""

    def __init__(self, axis: Axis, values: Sequence[float], begin: float, end: float) -> None:
        self.begin, self.end, self._log = begin, end, axis.log
        low, high = (min(values), max(values)) if values else (1.0, 10.0)
        ticks = _decades(low, high) if axis.log else _steps(min(0.0, low), high)
        self.ticks = list(axis.ticks) or [(tick, number(tick)) for tick in ticks]
        self.low = min(low, self.ticks[0][0])
        self.high = max(high, self.ticks[-1][0])

    def __call__(self, value: float) -> float:
        low, high = self._at(self.low), self._at(self.high)
        return self.begin + (self._at(value) - low) / ((high - low) or 1) * (self.end - self.begin)

    def _at(self, value: float) -> float:
        return math.log10(max(value, 1e-9)) if self._log else value


def _decades(low: float, high: float) -> Iterator[float]:
    """1, 2, 5, 10 and so on, or only the powers of ten where there are many."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    digits = (1, 2, 5) if last - first <= 3 else (1,)
    every = [digit * 10.0**power for power in range(first, last + 1) for digit in digits]
    below = [tick for tick in every if tick <= low] or every[:1]
    above = [tick for tick in every if tick >= high] or every[-1:]
    yield from (tick for tick in every if below[-1] <= tick <= above[0])


def _steps(low: float, high: float) -> Iterator[float]:
    """About six round numbers."""
    rough = (high - low) / 6 or 1
    unit = 10 ** math.floor(math.log10(rough))
    step = next(unit * digit for digit in (1, 2, 2.5, 5, 10) if unit * digit >= rough)
    at = math.floor(low / step)
    while at * step < high + step:
        yield at * step
        at += 1


def _grid(across: _Scale, up: _Scale) -> Iterator[str]:
    for value, label in across.ticks:
        yield f'<path class="g" d="M{across(value):.1f} {TOP}V{HEIGHT - BOTTOM}"/>'
        yield _text(across(value), HEIGHT - BOTTOM + 18, label, anchor="middle")
    for value, label in up.ticks:
        yield f'<path class="g" d="M{LEFT} {up(value):.1f}H{WIDTH - RIGHT}"/>'
        yield _text(LEFT - 8, up(value) + 4, label, anchor="end")
    yield f'<path class="a" fill="none" d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}"/>'


def _titles(title: str, x: Axis, y: Axis) -> Iterator[str]:
    yield _text(8, 22, title, kind="t")
    yield _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, x.title, anchor="middle")
    middle = (TOP + HEIGHT - BOTTOM) / 2
    turned = f"translate(16 {middle}) rotate(-90)"
    yield f'<text text-anchor="middle" transform="{turned}">{escape(y.title)}</text>'


def _line(line: Series, across: _Scale, up: _Scale, color: str) -> Iterator[str]:
    places = [(across(x), up(y)) for x, y in line.points]
    dashes = ' stroke-dasharray="6 4"' if line.dashed else ""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    yield f'<polyline fill="none" stroke="{color}" stroke-width="2"{dashes} points="{path}"/>'
    for (x, _), (low, high) in zip(places, line.spread, strict=False):
        yield f'<path stroke="{color}" stroke-opacity=".6" d="M{x:.1f} {up(low):.1f}V{up(high):.1f}"/>'
    if line.marks:
        for (x, y), (_, value) in zip(places, line.points, strict=True):
            told = f"<title>{number(value)}</title>"
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}">{told}</circle>'


def _legend(line: Series, place: int, color: str) -> Iterator[str]:
    x, y = WIDTH - RIGHT + 16, TOP + 8 + place * 20
    dashes = ' stroke-dasharray="6 4"' if line.dashed else ""
    yield f'<path stroke="{color}" stroke-width="2"{dashes} d="M{x} {y}h20"/>'
    yield _text(x + 26, y + 4, line.name)


def _bar(bar: Bar, y: float, low: float, high: float) -> Iterator[str]:
    begin, most = 190, WIDTH - 190 - 190
    yield _text(begin - 8, y + 12, bar.name, anchor="end")
    width = 0.0
    if bar.value:
        width = max(2.0, math.log(bar.value / low) / (math.log(high / low) or 1) * most)
        color = COLORS[0] if bar.own else "#8b949e"
        yield f'<rect x="{begin}" y="{y}" width="{width:.1f}" height="15" rx="2" fill="{color}"/>'
    yield _text(begin + width + 6, y + 12, bar.text)


def _text(x: float, y: float, text: str, *, anchor: str = "start", kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(width: float, height: float, title: str, parts: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:.0f}" role="img">'
    inside = "\n".join(parts)
    return f"{head}<title>{escape(title)}</title><style>{STYLE}</style>\n{inside}\n</svg>\n"
