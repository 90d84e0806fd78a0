"""ffmpeg and ffprobe, which make the sound and the video of tests, and which servers prepare them with.

Where they come from: this machine, else apt-get as root.
"""

import fcntl
import functools
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.servers.process import ServerUnavailableError, apt_install, can_apt

HOW = "These tests need ffmpeg and ffprobe. Install them (apt-get install ffmpeg, brew install ffmpeg)."


@functools.cache
def find_ffmpeg() -> str:
    """The program; what the server looks for is beside it on the PATH."""
    with (Path(tempfile.gettempdir()) / "talkoot-tests-ffmpeg.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another worker may be in the middle of installing it
        if not _there() and can_apt():
            apt_install("ffmpeg")
        if not _there():
            raise ServerUnavailableError(HOW)
    return str(shutil.which("ffmpeg"))


def _there() -> bool:
    return None not in (shutil.which("ffmpeg"), shutil.which("ffprobe"))


def make(folder: Path, name: str, *told: str) -> bytes:
    """What ffmpeg writes into a file of this name when it is told so."""
    made = folder / name
    subprocess.run([find_ffmpeg(), "-v", "error", "-nostdin", "-y", *told, made], cwd=folder, check=True)
    return made.read_bytes()
