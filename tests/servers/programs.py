"""Programs that tests ask and do not start as servers: where they are, or how they come here."""

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

from tests.servers.process import ServerUnavailableError, apt_install, can_apt

CACHE = Path(__file__).resolve().parents[2] / ".talkoot"
# An ordinary user's PATH lacks the sbin folders.
ALSO = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin")


def on_machine(name: str) -> Path | None:
    """This machine's own."""
    found = shutil.which(name) or shutil.which(name, path=os.pathsep.join(ALSO))
    return Path(found) if found else None


def unpacked(name: str, package: str) -> Path:
    """One program out of a large Debian package: that is not installed, and no daemon of it is set up."""
    if found := on_machine(name):
        return found
    folder = CACHE / package
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{package}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        inside = folder / "usr" / "bin" / name
        if not inside.exists() and shutil.which("apt-get"):
            fetch(package, folder)
    if not inside.exists():
        raise ServerUnavailableError(
            f"It needs {name}: apt-get install {package}, or what it is called here."
        )
    return inside


def fetch(package: str, folder: Path) -> None:
    """Unpack a Debian package into a folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    folder.chmod(0o777)  # apt gives its rights up to load
    if can_apt():
        subprocess.run(["apt-get", "update", "-qq"], check=False)
    subprocess.run(["apt-get", "download", "-qq", package], cwd=folder, check=True)
    for archive in folder.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", archive, folder], check=True)
        archive.unlink()
    folder.chmod(0o755)


def program(name: str, package: str) -> Path:
    """A program by its name; root on a Debian may install the package that has it."""
    found = on_machine(name)
    if found is None and can_apt():
        apt_install(package)
        found = on_machine(name)
    if found is None:
        raise ServerUnavailableError(
            f"It needs {name}: apt-get install {package}, or what your system calls it."
        )
    return found
