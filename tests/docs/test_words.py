"""Words that must be somewhere, and words that must be nowhere."""

import subprocess
from pathlib import Path

import pytest

from talkoot.settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parents[2]
LOCKS = {"package-lock.json", "constraints.txt"}
# In two parts, so that this file does not hold what it looks for.
WORKSHOP = ["/wo" + "rk/", "/tm" + "p/plan", "/ro" + "ot/"]


def texts() -> dict[str, str]:
    """Every text file that git knows, without lock files."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    found = {}
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path.name in LOCKS or not path.is_file():
            continue
        data = path.read_bytes()
        if b"\0" not in data:
            found[name] = data.decode("utf-8", "replace")
    return found


@pytest.mark.parametrize("needle", WORKSHOP)
def test_no_file_names_a_folder_of_the_machine_it_was_written_on(needle: str) -> None:
    assert [name for name, text in texts().items() if needle in text] == []


@pytest.mark.parametrize("command", ["make run", "make test"])
def test_the_readme_names_the_commands_to_begin_with(command: str) -> None:
    assert command in (ROOT / "README.md").read_text("utf-8")


def test_every_setting_is_on_the_page_of_settings() -> None:
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    for name in Settings.model_fields:
        assert any(f"`{name}`" in row and f"`{PREFIX}{name.upper()}`" in row for row in rows), name
