"""Become a program that dies with its parent: `python -IS leash.py [--user UID:GID] PROGRAM ARGUMENT...`.

A test run that is killed leaves no server behind. This is a program, and no `preexec_fn`, because forking a
process with threads into Python code is not safe.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Drop privileges, ask for the signal, and become the program."""
    parent = os.getppid()
    if arguments[0] == "--user":
        user, group = map(int, arguments[1].split(":"))
        os.setgroups([])
        os.setgid(group)
        os.setuid(user)
        arguments = arguments[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # A change of user would have reset it.
    if os.getppid() == parent:
        os.execv(arguments[0], arguments)  # noqa: S606 - no shell is wanted


main(sys.argv[1:])
