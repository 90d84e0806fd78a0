"""Becomes another program that may use so much and no more: `python -m talkoot.chat.files.bounded`.

After it come seconds of the processor, bytes of memory, bytes of each file that it writes, and the program
with all that is told to it. It ends with the server that has begun it.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys

_END_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux


def bound(seconds: int, memory: int, largest: int) -> None:
    """Set the limits of this process: it can not raise them."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_END_WITH_PARENT, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    if sys.platform == "linux":  # others do not count it, or refuse
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)


def main(seconds: int, memory: int, largest: int, program: list[str]) -> None:
    """Set the limits, and go over to the program."""
    bound(seconds, memory, largest)
    os.execv(program[0], program)  # noqa: S606 - that is what it is for


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
