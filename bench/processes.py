"""What processes cost, as Linux counts it: CPU time and resident memory of a whole process tree."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PROC = Path("/proc")
TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
SERVER_CORE = 0
GENERATOR_CORE = 1


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """What is started meanwhile stays on this core; on a machine with one core nothing is pinned."""
    before = os.sched_getaffinity(0)
    if pinning():
        os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def pinning() -> bool:
    """Whether server and generator can have a core each."""
    return {SERVER_CORE, GENERATOR_CORE} <= os.sched_getaffinity(0) or (os.cpu_count() or 1) > 1


def allow_many_files() -> None:
    """Raise the limit of open files as far as it goes; what is started inherits it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def tree(root: int) -> list[int]:
    """The process and all its descendants."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [root]
    for pid in found:  # grows while it is read
        found += children.get(pid, [])
    return found


def cpu_seconds(root: int) -> float:
    """User and system time of the tree until now, with that of children that have ended."""
    return sum(sum(map(int, fields[11:15])) for pid in tree(root) if (fields := _stat(pid))) / TICK


def resident_bytes(root: int) -> int:
    """Resident memory of the tree."""
    total = 0
    for pid in tree(root):
        with suppress(OSError):
            total += int((PROC / str(pid) / "statm").read_text().split()[1]) * PAGE
    return total


def cores_seconds() -> dict[str, dict[str, float]]:
    """For each core: seconds it worked for anybody, and seconds the hypervisor took away."""
    cores = {}
    for line in (PROC / "stat").read_text().splitlines():
        name, *fields = line.split()
        if name.startswith("cpu") and name != "cpu":
            user, nice, system, _, _, irq, softirq, steal = map(int, fields[:8])
            busy = user + nice + system + irq + softirq
            cores[name] = {"busy": busy / TICK, "steal": steal / TICK}
    return cores


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name, from the state on; none when the process is gone."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return []
