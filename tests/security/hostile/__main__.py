"""`make hostile`: a long run of hostile inputs against a server of its own, and the page about it."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.security.hostile import page
from tests.security.hostile.run import Bounds, run
from tests.servers.talkoot import Talkoot

ROOT = Path(__file__).parents[3]


def main() -> int:
    """Run, write the page if all went through, and say what did not hold; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.security.hostile", description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=20_261_121)
    parser.add_argument("--page", type=Path, help="write the result into this page")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="talkoot-hostile.") as folder:
        talkoot = Talkoot(Path(folder) / "data", log_format="json", max_connections_per_user="1000").start()
        try:
            result = asyncio.run(run(talkoot, asked.inputs, asked.seed))
        finally:
            talkoot.stop()
    sys.stdout.write("\n".join(page.lines(result)) + "\n")
    if asked.page:
        page.write(asked.page, result)
    sys.stdout.write("\n".join(["slowest:", *result.slowest, ""]))
    wrong = result.wrong(Bounds())
    sys.stdout.write("".join(f"WRONG: {each}\n" for each in wrong) or "All of it held.\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
