"""Make the virtual environment, also on a Debian whose python3 came without its venv half."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
PIP = "pip>=25.1"  # The first that knows dependency groups.


class SetupError(Exception):
    """The environment cannot be made; the text says what to do about it."""


def main(path: Path) -> int:
    """Make the environment at `path` unless a working one is there, and bring its pip up to date."""
    try:
        check_python()
        if not works(path):
            make(path)
    except SetupError as error:
        print(f"\n*** {error}\n", file=sys.stderr)
        return 1
    upgrade = ("install", "-qq", "--disable-pip-version-check", "-U", PIP, "-c", "constraints.txt")
    return pip(path, *upgrade, quiet=False)


def check_python() -> None:
    """Refuse a Python that is too old, before anything confusing can happen."""
    if sys.version_info < OLDEST:
        oldest, this = ".".join(map(str, OLDEST)), sys.version.split()[0]
        raise SetupError(
            f"Talkoot needs Python {oldest} or newer; {sys.executable} is {this}.\n"
            "*** Name another one: make PYTHON=python3.12 run"
        )


def works(path: Path) -> bool:
    """Tell whether the environment is there and complete."""
    return (path / "bin" / "python").exists() and pip(path, "--version", quiet=True) == 0


def pip(path: Path, *arguments: str, quiet: bool) -> int:
    """Run the pip of the environment."""
    command: list[str | Path] = [path / "bin" / "python", "-m", "pip", *arguments]
    return subprocess.run(command, capture_output=quiet, check=False).returncode


def make(path: Path) -> None:
    """Run `python -m venv`; root on a Debian may install what that needs first."""
    made = create(path)
    if made.returncode and shutil.which("apt-get") and os.geteuid() == 0:
        apt_get("update", "-qq")
        apt_get("install", "-y", "-qq", "--no-install-recommends", f"python3.{sys.version_info.minor}-venv")
        made = create(path)
    if made.returncode:
        raise SetupError(f"{made.stdout}{made.stderr}\n*** On Debian or Ubuntu: apt-get install python3-venv")


def create(path: Path) -> subprocess.CompletedProcess[str]:
    """Make the environment from nothing."""
    shutil.rmtree(path, ignore_errors=True)
    return subprocess.run([sys.executable, "-m", "venv", path], capture_output=True, text=True, check=False)


def apt_get(*arguments: str) -> None:
    """Run apt-get without questions; its failure shows when `venv` is tried again."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", *arguments], env=environment, check=False)


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
