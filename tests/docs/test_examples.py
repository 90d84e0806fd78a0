"""What the pages show is run: each page against a fresh server, its blocks in order, in one folder.

`<!-- run -->` before a block of bash, console or python runs it; `<!-- prints -->` before a later block says
which lines it prints, in this order.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.conftest import Serve
from tests.servers.process import apt_install, can_apt, plain_environment

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "http://127.0.0.1:8000"
DATA = "/var/lib/talkoot"
MARKED = re.compile(r"^<!-- (run|prints) -->\n+```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = re.compile(r"^<!-- (?:run|prints) -->", re.MULTILINE)
PAGES = [Path("README.md"), *(page.relative_to(ROOT) for page in sorted((ROOT / "docs").glob("*.md")))]


@dataclass
class Example:
    language: str
    code: str
    prints: list[str] = field(default_factory=list)

    def command(self, folder: Path) -> list[str | Path]:
        script = folder / "example"
        script.write_text(self.code)
        return [sys.executable, script] if self.language == "python" else ["bash", script]


def examples(text: str) -> list[Example]:
    """The marked blocks; a mark with nothing to run behind it is an error."""
    found: list[Example] = []
    blocks = MARKED.findall(text)
    assert len(blocks) == len(MARK.findall(text)), "a mark stands before something that is no block"
    for mark, language, body in blocks:
        if mark == "prints":
            found[-1].prints += body.splitlines()
        else:
            assert language in {"bash", "console", "python"}, language
            found.append(Example(language, typed(body) if language == "console" else body))
    return found


def typed(console: str) -> str:
    """What a person types of a console; the rest is what it answers."""
    commands = [line[2:] for line in console.splitlines() if line.startswith("$ ")]
    return "\n".join(["set -e", *commands, ""])


def has_in_order(printed: list[str], wanted: list[str]) -> bool:
    rest: Iterator[str] = iter(printed)
    return all(line in rest for line in wanted)


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    """As in a shell with the environment of the project activated."""
    if shutil.which("curl") is None and can_apt():
        apt_install("curl")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**plain_environment("TALKOOT_"), "PATH": path}


@pytest.mark.parametrize(
    "page", [page for page in PAGES if MARK.search((ROOT / page).read_text("utf-8"))], ids=str
)
def test_the_examples_of_a_page_do_what_it_says(
    page: Path, serve: Serve, tmp_path: Path, environment: dict[str, str]
) -> None:
    talkoot = serve("sqlite")
    text = (ROOT / page).read_text("utf-8").replace(ADDRESS, talkoot.url).replace(DATA, str(talkoot.data))
    for example in examples(text):
        done = subprocess.run(
            example.command(tmp_path),
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, f"{example.code}\n{done.stdout}\n{done.stderr}"
        assert has_in_order(done.stdout.splitlines(), example.prints), done.stdout


def test_the_protocol_has_examples_in_both_languages() -> None:
    found = examples((ROOT / "docs" / "protocol.md").read_text("utf-8"))
    assert {"bash", "python"} <= {example.language for example in found}
    assert all(example.prints for example in found)


def test_a_mark_before_plain_text_is_noticed() -> None:
    with pytest.raises(AssertionError, match="no block"):
        examples("<!-- run -->\n\nJust text.\n")


def test_lines_that_were_not_printed_are_noticed() -> None:
    assert has_in_order(["a", "x", "b"], ["a", "b"])
    assert not has_in_order(["b", "a"], ["a", "b"])
    assert not has_in_order(["a"], ["a", "a"])
