"""Small files and small functions: over the budget, split by verb, never into helpers."""

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MADE_ELSEWHERE = {"node_modules", "static", "static.new", "versions", "wire.generated.ts"}
LONGEST = {"src/**/*.py": 400, "tests/**/*.py": 600, "clients/**/*.ts": 250, "clients/**/*.svelte": 250}
LONGEST_FUNCTION = 50
MEDIAN_FILE = 80
MEDIAN_FUNCTION = 8


def files(pattern: str) -> Iterator[Path]:
    for path in sorted(ROOT.glob(pattern)):
        if not MADE_ELSEWHERE.intersection(path.relative_to(ROOT).parts):
            yield path


def length(path: Path) -> int:
    return len(path.read_text().splitlines())


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Name and lines of each function, its signature and docstring not counted."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            lines = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", lines


@pytest.mark.parametrize("pattern", LONGEST)
def test_no_file_is_too_long(pattern: str) -> None:
    lengths = {str(path.relative_to(ROOT)): length(path) for path in files(pattern)}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST[pattern]} == {}


def test_no_function_is_too_long() -> None:
    found = dict(pair for path in files("src/**/*.py") for pair in functions(path))
    assert {name: lines for name, lines in found.items() if lines > LONGEST_FUNCTION} == {}


def test_most_files_and_functions_are_small() -> None:
    sources = [path for path in files("src/**/*.py") if path.name != "__init__.py"]
    assert statistics.median(map(length, sources)) <= MEDIAN_FILE
    bodies = [lines for path in sources for _, lines in functions(path)]
    assert statistics.median(bodies) <= MEDIAN_FUNCTION
