"""Disks that are full, slow, fail, or lose what was not synchronised when the power goes."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.servers.process import ServerUnavailableError

SOURCE = Path(__file__).with_name("disk.c")


def shimmed(root: Path) -> dict[str, str]:
    """The environment of a server whose disk takes orders from `root/orders`."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise ServerUnavailableError("This fault needs a C compiler: apt-get install gcc libc6-dev")
    library, orders, durable = root / "disk.so", root / "orders", root / "durable"
    command = [compiler, "-O2", "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-ldl", "-lpthread"]
    subprocess.run(command, check=True)
    orders.mkdir()
    orders.chmod(0o777)  # PostgreSQL is another user
    durable.mkdir()
    return {"LD_PRELOAD": str(library), "DISK_ORDERS": str(orders), "DISK_DURABLE": str(durable)}


def done(root: Path, what: str) -> int:
    """How often the disk did what it was ordered to do: `slow`, `fail` or `clock`."""
    told = root / "orders" / "done"
    lines = told.read_text().splitlines() if told.exists() else []
    return sum(line.startswith(f"{what} ") for line in lines)


def cut_power(root: Path) -> None:
    """Leave of the database what was synchronised; the server is not running."""
    for kept in (root / "durable").iterdir():
        shutil.copyfile(kept, root / "data" / kept.name)
    for shared in (root / "data").glob("*-shm"):
        shared.unlink()


def small(root: Path) -> Callable[[], object]:
    """Mount a file system of 24 MB where the data will be; what is returned unmounts it."""
    if os.geteuid() != 0:
        raise ServerUnavailableError("A full disk needs root: it mounts a small file system")
    data = root / "data"
    data.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m,mode=755", "talkoot", data], check=True)
    return lambda: subprocess.run(["umount", "-l", data], check=False)


def free(data: Path) -> int:
    """Bytes that are left there."""
    found = os.statvfs(data)
    return found.f_bavail * found.f_bsize


def fill(data: Path) -> Path:
    """Use up all the space; the file that holds it."""
    ballast = data / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 65536)
        except OSError:
            pass
        try:
            while True:
                file.write(b"\0" * 512)
        except OSError:
            pass
    return ballast
