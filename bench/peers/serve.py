"""`python -m bench.peers.serve NAME FOLDER ROOM MESSAGES`: one process whose tree is the whole peer.

It prints the port, and ends everything when its standard input ends: also when whoever started it was killed.
"""

import signal
import sys
from contextlib import ExitStack
from pathlib import Path

from bench.peers.cache import Missing
from bench.peers.starting import STARTS


def serve(name: str, folder: str, room: str, messages: str) -> None:
    """Start, wait, stop."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with ExitStack() as stack:
        try:
            port = STARTS[name](stack, Path(folder), room, int(messages))
        except Missing as error:
            sys.exit(str(error))
        print(port, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    serve(*sys.argv[1:])
