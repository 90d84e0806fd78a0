"""What coverage is told of servers: every line that it counts has a mark, and what did not run has none."""

from pathlib import Path

from coverage.parser import PythonParser

from tests.servers.probes import NAME, Probes

ROOT = Path(__file__).parents[2]
SOURCE = '''"""A module."""
from __future__ import annotations

from functools import cache


@cache
def chosen(
    value: object,
) -> str:
    """What is chosen."""
    match value:
        case 1:
            return "one"
        case str():
            return "text"
        case _:
            pass
    try:
        if value == 2:
            raise ValueError
        elif value == 3:
            return "three"
        else:
            return "many"
    except KeyError:
        return "no key"
    except ValueError:
        return "two"
    finally:
        str(value)


class Kept:
    """A class."""

    number: int = 1


said = [chosen(1), chosen(2), chosen.__doc__, Kept.__doc__, __doc__]
'''


def counted(file: str, source: str) -> set[int]:
    parser = PythonParser(text=source, filename=file)
    parser.parse_source()
    return set(parser.statements)


def test_what_ran_is_told_and_the_program_is_the_same() -> None:
    probes = Probes("sample", ROOT)
    names: dict[str, object] = {NAME: probes.map}
    exec(probes.compile(SOURCE.encode(), str(ROOT / "sample.py")), names)  # noqa: S102
    assert names["said"] == ["one", "two", "What is chosen.", "A class.", "A module."]
    lines = SOURCE.splitlines()
    missed = counted("sample.py", SOURCE) - set(probes.lines(ran=True)["sample.py"])
    assert [lines[line - 1].strip() for line in sorted(missed)] == [
        "case str():",
        'return "text"',
        "elif value == 3:",
        'return "three"',
        'return "many"',
        "except KeyError:",
        'return "no key"',
    ]


def test_every_line_that_counts_has_a_mark() -> None:
    probes = Probes("talkoot", ROOT)
    for path in sorted((ROOT / "src/talkoot/kernel").glob("*.py")):
        file = path.relative_to(ROOT).as_posix()
        probes.compile(path.read_bytes(), str(path))
        parser = PythonParser(text=path.read_text(), filename=file)
        parser.parse_source()
        marked = parser.translate_lines(probes.lines(ran=False)[file])
        assert set(parser.statements) - set(marked) == set(), file
