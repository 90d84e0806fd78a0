"""Compiles and runs send_loop.c, the limit for any server that sends each message by itself."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.processes import SERVER_CORE, on_core

SOURCE = Path(__file__).with_suffix(".c")


def build(folder: Path) -> Path | None:
    """The program, or None where there is no C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return None
    program = folder / "send_loop"
    subprocess.run([compiler, "-O2", "-o", program, SOURCE], check=True)
    return program


@contextmanager
def send_loop(program: Path, frame_bytes: int) -> Iterator[tuple[int, int]]:
    """Its process id and port, as long as the block runs."""
    with on_core(SERVER_CORE):
        process = subprocess.Popen([program, str(frame_bytes)], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        with process.stdout as said:
            yield process.pid, int(said.readline())
    finally:
        process.kill()
        process.wait()
