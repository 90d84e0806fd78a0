"""One test that fails is one failure: what it left open and running does not fail the next one."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = """
import asyncio
import gc

import pytest

from tests.clients import Api

GREETING = b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n"


async def answer(reader, writer):
    await reader.readuntil(b"\\r\\n\\r\\n")
    writer.write(GREETING)
    await reader.read()
    writer.close()


async def goes_on():
    async with asyncio.timeout(60):
        while True:
            await asyncio.sleep(0.01)


async def test_it_fails():
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    person = Api("http://127.0.0.1:%s" % server.sockets[0].getsockname()[1])
    await person.ask("GET", "/")
    server.close()
    left = asyncio.create_task(goes_on(), name="left")
    assert person is None, left


async def test_the_next_one():
    gc.collect()
    assert "left" not in [task.get_name() for task in asyncio.all_tasks()]
"""


def test_one_failure_stays_one(tmp_path: Path) -> None:
    (tmp_path / "test_made_to_fail.py").write_text(TESTS)
    here = ("-c", "pyproject.toml", "-p", "tests.conftest", "-p", "no:cacheprovider", "-p", "no:xdist")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *here, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 failed, 1 passed" in done.stdout, done.stdout
