"""A flame graph from counted stacks: width is the share of the samples, the root is at the bottom."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from zlib import crc32

WIDTH, LINE, CHARACTER = 1200, 16, 6.6
SMALLEST = 0.003  # share of all samples; what is smaller is not drawn
STYLE = (
    "text{font:11px ui-monospace,monospace;fill:#1b1b1b;pointer-events:none}.t{font-size:14px;fill:#888}"
    "rect{stroke:#fff;stroke-width:.4}rect:hover{stroke:#000;stroke-width:1.5}"
)


@dataclass
class Frame:
    """What was called from one place, how often it was seen, and what it called itself."""

    number: int = 0
    calls: dict[str, "Frame"] = field(default_factory=dict)


def tree(stacks: Mapping[str, int]) -> Frame:
    """Stacks that begin alike are joined."""
    root = Frame()
    for stack, number in stacks.items():
        at = root
        at.number += number
        for name in stack.split(";"):
            at = at.calls.setdefault(name, Frame())
            at.number += number
    return root


def draw(stacks: Mapping[str, int], title: str) -> str:
    """The picture as SVG; each frame has its name and share as a tooltip."""
    root = tree(stacks)
    boxes = list(_boxes(root, 0.0, 0, max(1, root.number)))
    height = (max((depth for _, depth, _, _ in boxes), default=0) + 3) * LINE
    shapes = [_box(x, height - (depth + 1) * LINE, share, name) for x, depth, share, name in boxes]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"><style>{STYLE}</style>'
        f'<text class="t" x="4" y="{LINE}">{escape(title)}: {root.number:,} samples at work</text>'
        f"{''.join(shapes)}</svg>\n"
    )


def _boxes(frame: Frame, x: float, depth: int, total: int) -> Iterator[tuple[float, int, float, str]]:
    for name, call in sorted(frame.calls.items()):
        share = call.number / total
        if share >= SMALLEST:
            yield x, depth, share, name
            yield from _boxes(call, x, depth + 1, total)
        x += share


def _box(x: float, y: float, share: float, name: str) -> str:
    width = share * WIDTH
    letters = int((width - 4) / CHARACTER)
    shown = name if len(name) <= letters else name[: letters - 1] + "…" if letters > 3 else ""
    label = f'<text x="{x * WIDTH + 2:.1f}" y="{y + 12}">{escape(shown)}</text>' if shown else ""
    return (
        f'<rect x="{x * WIDTH:.1f}" y="{y}" width="{width:.1f}" height="{LINE - 1}" fill="{_color(name)}">'
        f"<title>{escape(name)} ({share:.1%})</title></rect>{label}"
    )


def _color(name: str) -> str:
    """Python frames are warm, native ones cold; the same name has the same colour in every picture."""
    shade = crc32(name.rpartition(":")[0].encode()) % 40
    return f"hsl({20 + shade} 85% 62%)" if ".py:" in name else f"hsl({190 + shade} 45% 70%)"
