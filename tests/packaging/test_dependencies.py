import json
import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
MADE_ELSEWHERE = {"node_modules", ".talkoot", ".venv"}
LOCK_FILES = sorted(
    path.relative_to(ROOT)
    for path in ROOT.rglob("package-lock.json")
    if not MADE_ELSEWHERE.intersection(path.relative_to(ROOT).parts)
)

# Below these, holes are known that a chat server is open to; not each of them is a dependency yet.
FLOORS = {
    "starlette": "1.3.1",  # CVE-2026-48710, a forged Host; CVE-2026-54283, forms.
    "uvicorn": "0.52.1",
    "python-multipart": "0.0.18",  # CVE-2024-53981, a boundary that takes for ever.
    "pyjwt": "2.12.0",
    "authlib": "1.6.4",
    "strawberry-graphql": "0.312.3",  # Subscriptions without limit.
    "websockets": "10.0",
    "jinja2": "3.1.6",
    "redis": "4.5.5",  # CVE-2023-28858 and -28859, answers that reach somebody else.
    "pillow": "10.3.0",  # CVE-2023-44271, and later ones.
    "python-socketio": "5.14.0",  # CVE-2025-61765, pickles.
    "aiohttp": "3.9.2",  # CVE-2024-23334, paths that lead out.
}
NEVER = ["python-jose"]  # It ignores what a token says must be understood.


def requirements() -> list[Requirement]:
    """Everything pyproject.toml asks for, to run and to test."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return [
        *map(Requirement, project["project"]["dependencies"]),
        *map(Requirement, project["dependency-groups"]["dev"]),
    ]


def pins() -> dict[str, Requirement]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    parsed = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(requirement.name): requirement for requirement in parsed}


def installed() -> dict[str, Version]:
    return {canonicalize_name(found.name): Version(found.version) for found in metadata.distributions()}


@pytest.mark.parametrize("name", FLOORS)
def test_row_49_nothing_installed_has_a_known_hole(name: str) -> None:
    version = installed().get(canonicalize_name(name))
    assert version is None or version >= Version(FLOORS[name])


@pytest.mark.parametrize("name", NEVER)
def test_row_49_some_are_not_used_at_all(name: str) -> None:
    assert name not in installed()
    assert name not in pins()


@pytest.mark.parametrize("name", FLOORS)
def test_row_49_nothing_older_may_be_installed(name: str) -> None:
    below = Version(FLOORS[name] + ".dev0")
    asked = [wanted for wanted in requirements() if canonicalize_name(wanted.name) == name]
    assert not any(wanted.specifier.contains(below, prereleases=True) for wanted in asked)


@pytest.mark.parametrize("name", ["starlette", "uvicorn", "python-multipart", "joserfc"])
def test_row_49_what_meets_strangers_first_has_a_floor_of_its_own(name: str) -> None:
    asked = [wanted for wanted in requirements() if canonicalize_name(wanted.name) == name]
    assert any(part.operator == ">=" for wanted in asked for part in wanted.specifier)


def test_every_requirement_is_pinned_to_a_version_that_satisfies_it() -> None:
    pinned = pins()
    for wanted in requirements():
        pin = pinned[canonicalize_name(wanted.name)]
        (exact,) = pin.specifier
        assert exact.operator == "=="
        assert wanted.specifier.contains(exact.version, prereleases=True), f"{wanted} against {pin}"


def test_the_pins_name_no_host() -> None:
    text = (ROOT / "constraints.txt").read_text()
    assert "://" not in text
    assert not re.search(r"^\s*-", text, re.MULTILINE)


@pytest.mark.parametrize("lock", LOCK_FILES, ids=str)
def test_lock_files_name_no_host_and_check_every_package(lock: Path) -> None:
    for name, entry in json.loads((ROOT / lock).read_text())["packages"].items():
        assert "resolved" not in entry, name
        assert not name or entry.get("link") or "integrity" in entry, name
