"""Compiles and runs send_loop.c, the limit for any server that sends each message by itself."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.compiler import compiled
from bench.processes import SERVER_CORE, on_core

SOURCE = Path(__file__).with_suffix(".c")


def build(folder: Path) -> Path | None:
    """The program, or None where there is no C compiler."""
    return compiled(SOURCE, folder / "send_loop")


@contextmanager
def send_loop(program: Path, frame_bytes: int, joined: int = 1) -> Iterator[tuple[int, int]]:
    """Its process id and port, as long as the block runs; `joined` events come of each message."""
    with on_core(SERVER_CORE):
        process = subprocess.Popen([program, str(frame_bytes), str(joined)], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        with process.stdout as said:
            yield process.pid, int(said.readline())
    finally:
        process.kill()
        process.wait()
