"""`python -m bench profile`: where the server's time goes while a workload runs, seen by py-spy.

py-spy reads another process's memory: it needs root, or CAP_SYS_PTRACE, or `kernel.yama.ptrace_scope` = 0.
"""

import dataclasses
import gzip
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.flames import draw
from bench.world import Sizes

PROGRAM = Path(sys.executable).with_name("py-spy")
RATE = 100  # samples a second: each halts the server for a moment
SECONDS = 8.0
STORM = 500
IDLE = ("epoll_", "PyThread_acquire_lock", "SimpleQueue_get", "pthread_cond", "sem_wait", "select ")
ROOTS = re.compile(r"^.*?;(?=uv_run |Thread\.run )")  # what is below the loop and the threads tells nothing
UNNAMED = re.compile(r"0x[0-9a-f]+ ")
NAMES = {
    ("fanout", "saturated"): "w1-saturated",
    ("fanout", "light"): "w1-light",
    ("sends", "1 senders"): "w2-lone-sender",
    ("sends", "many rooms"): "w2-many-rooms",
    ("history", "last page"): "w4-last-page",
    ("storm", "all at once"): "w5-storm",
}
PROFILED = ("fanout", "sends", "history", "storm")


def profiled(sizes: Sizes) -> Sizes:
    """One repeat of the cases that have a name, long enough for the samples."""
    return dataclasses.replace(
        sizes,
        repeats=1,
        fanouts=sizes.fanouts[-1:],
        senders=(1,),
        storm=min(sizes.storm, STORM),
        seconds=max(sizes.seconds, SECONDS),
    )


class Profiles:
    """Watches the cases that have a name; for each a flame graph, and the stacks it was drawn from."""

    def __init__(self, folder: Path, label: str) -> None:
        self.folder, self.label = folder, label
        folder.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def watch(self, server: int, workload: str, case: str) -> Iterator[None]:
        """Record while the block runs."""
        name = NAMES.get((workload, case))
        if name is None:
            yield
            return
        path = self.folder / f"{self.label}-{name}"
        stacks = path.with_suffix(".raw")
        with recording(server, stacks):
            yield
        counted = busy(stacks.read_text())
        stacks.unlink()
        lines = "".join(f"{stack} {number}\n" for stack, number in sorted(counted.items()))
        path.with_suffix(".txt.gz").write_bytes(gzip.compress(lines.encode(), mtime=0))
        path.with_suffix(".svg").write_text(draw(counted, f"{self.label}: {workload}, {case}"))


@contextmanager
def recording(pid: int, into: Path) -> Iterator[None]:
    """py-spy at this process, until the block ends."""
    command: list[str | Path] = [PROGRAM, "record", "--pid", str(pid), "--native"]
    command += ["--rate", str(RATE), "--format", "raw", "--output", into]
    spy = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said = ""
    try:
        while spy.stdout and (line := spy.stdout.readline()) and "Sampling" not in line:
            said += line
        yield
    finally:
        spy.send_signal(signal.SIGINT)
        said += spy.communicate(timeout=60)[0]
    if not into.exists():
        raise SystemExit(f"py-spy recorded nothing; it must be allowed to trace processes.\n{said}")


def busy(raw: str) -> Counter[str]:
    """Stacks that were at work, with the number of times each was seen."""
    counted: Counter[str] = Counter()
    for line in raw.splitlines():
        stack, _, number = line.rpartition(" ")
        ends = ";".join(stack.rsplit(";", 4)[1:])
        if not any(name in ends for name in IDLE):
            counted[UNNAMED.sub("? ", ROOTS.sub("", stack))] += int(number)
    return counted
