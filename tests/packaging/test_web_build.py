"""What people read when the web client cannot be built, from the program that make and pip run."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools import in_web

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the build reads."""
    for name in ("tools", "clients/web"):
        ignored = shutil.ignore_patterns("node_modules", "__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    (tmp_path / "src" / "talkoot" / "web").mkdir(parents=True)
    return tmp_path


def build(checkout: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *options, "-m", "tools.build_web"],
        cwd=checkout,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_neither_sources_nor_client(checkout: Path) -> None:
    shutil.rmtree(checkout / "clients")
    done = build(checkout)
    assert done.returncode == 1
    assert "Neither its sources" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_client_without_sources_is_taken_as_it_is(checkout: Path) -> None:
    shutil.rmtree(checkout / "clients")
    static = checkout / "src" / "talkoot" / "web" / "static"
    static.mkdir()
    (static / "index.html").touch()
    assert build(checkout).returncode == 0


def test_a_node_that_is_too_old_is_not_used(checkout: Path) -> None:
    programs = checkout / "bin"
    programs.mkdir()
    for name in ("node", "npm"):
        (programs / name).write_text("#!/bin/sh\necho v20.20.2\n")
        (programs / name).chmod(0o755)
    # -S: without site-packages there is no Node of ours either.
    done = build(checkout, "-S", PATH=str(programs))
    assert done.returncode == 1
    assert "It needs Node.js 22.17 or newer" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_network_is_explained(checkout: Path) -> None:
    nowhere = {"npm_config_registry": "http://127.0.0.1:9/", "npm_config_cache": str(checkout / "cache")}
    done = build(checkout, **nowhere, npm_config_fetch_retries="0")
    assert done.returncode == 1
    assert "npm cannot reach its registry" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (checkout / "src" / "talkoot" / "web" / "static").exists()


def test_a_mistake_in_the_sources_shows_the_bundler_and_keeps_the_old_client(checkout: Path) -> None:
    static = checkout / "src" / "talkoot" / "web" / "static"
    static.mkdir()
    (static / "index.html").write_text("old")
    in_web.run("vite/bin/vite.js", "--version")  # installs what it needs, where that is not done
    packages = Path("clients", "web", "node_modules")
    (checkout / packages).symlink_to(ROOT / packages)
    (checkout / "clients" / "web" / "index.html").write_text('<script type="module" src="/gone.ts"></script>')
    done = build(checkout)
    assert done.returncode == 1
    assert "`vite build` failed" in done.stderr
    assert "gone.ts" in done.stderr
    assert (static / "index.html").read_text() == "old"
