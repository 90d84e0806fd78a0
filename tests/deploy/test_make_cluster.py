"""`make cluster`, as somebody who has just cloned the repository would use it."""

import os
import re
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90


class Running:
    """The command, and what it has said so far."""

    def __init__(self, *arguments: str | Path) -> None:
        self.said = ""
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "tools.cluster", "--port", "0", *map(str, arguments)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def until(self, pattern: str) -> re.Match[str]:
        """Wait for it to say this."""
        output = self._popen.stdout
        assert output
        while not (found := re.search(pattern, self.said, re.MULTILINE)):
            assert select.select([output], [], [], PATIENCE)[0], self.said
            more = os.read(output.fileno(), 65536)
            assert more, f"It ended, and had said:\n{self.said}"
            self.said += more.decode()
        return found

    def end(self, number: signal.Signals) -> int:
        """Its exit code after this signal."""
        self._popen.send_signal(number)
        try:
            rest, _ = self._popen.communicate(timeout=PATIENCE)
        finally:
            self._popen.kill()
        self.said += rest.decode()
        return self._popen.returncode


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that PostgreSQL's user can enter, unlike those of pytest."""
    with tempfile.TemporaryDirectory(prefix="talkoot-cluster-") as made:
        path = Path(made)
        path.chmod(0o755)
        yield path


def test_it_tells_where_all_is_starts_again_what_was_killed_and_leaves_nothing_behind(folder: Path) -> None:
    running = Running("--nodes", "1", "--workers", "1", "--data", folder)
    url = running.until(r"^Talkoot is at (http://\S+)$")[1]
    parts = {name: int(pid) for name, pid in re.findall(r"^ +(\w+) +pid (\d+) ", running.said, re.MULTILINE)}
    assert set(parts) == {"nginx", "node1", "worker1", "postgres", "valkey"}
    assert httpx2.get(f"{url}/readyz", timeout=PATIENCE).json() == {"status": "ready"}
    second = subprocess.run(
        [sys.executable, "-m", "tools.cluster", "--port", "0", "--data", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert "Another cluster runs in" in second.stderr

    os.kill(parts["node1"], signal.SIGKILL)
    parts["node1"] = int(running.until(r"^node1 runs again with pid (\d+)$")[1])
    watched = [os.pidfd_open(pid) for pid in parts.values()]
    assert running.end(signal.SIGTERM) == 0, running.said
    assert running.said.rstrip().endswith("Stopped.")
    for ended in watched:
        assert select.select([ended], [], [], 0)[0]
        os.close(ended)
    assert (folder / "postgres" / "data" / "PG_VERSION").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--nodes", "0"], "a number from 1 to 32"),
        (["--set", "rate_limits"], "NAME=VALUE"),
    ],
)
def test_it_says_what_is_wrong_with_what_was_asked(
    arguments: list[str], said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    done = subprocess.run([sys.executable, "-m", "tools.cluster", *arguments], cwd=ROOT, check=False)
    assert done.returncode == 2
    assert said in capfd.readouterr().err
