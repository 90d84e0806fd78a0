"""Run a program of the client's packages in clients/web: `python -m tools.in_web vitest/vitest.mjs run`."""

import subprocess
import sys

from tools import build_web


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Install the packages if need be, then run `node_modules/PROGRAM`; its output is in `stdout`."""
    with build_web.alone():
        engine = build_web.installed_node()
    return engine.run(build_web.SOURCES / "node_modules" / program, *arguments, cwd=build_web.SOURCES)


if __name__ == "__main__":
    done = run(*sys.argv[1:])
    print(done.stdout)
    raise SystemExit(done.returncode)
