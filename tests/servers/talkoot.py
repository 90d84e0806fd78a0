"""The program under test: `talkoot serve` as a process of its own, from outside, as people run it."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Self

from tests.servers.process import Process, Started, leashed, plain_environment
from tests.servers.server import Server
from tests.servers.warm import can_warm, warm

PROGRAM = Path(sys.executable).with_name("talkoot")
ADDRESS = re.compile(r"^Talkoot (?:is|worker is ready) at (http://\S+)$", re.MULTILINE)

PATIENCE = 60  # for one command, or one start
STARTED: list["Talkoot"] = []  # Those that are not stopped yet; their logs are shown with a failure.


class Talkoot(Server):
    """One server; settings are given in lower case, without TALKOOT_: `Talkoot(data, rate_limits="on")`."""

    program: Path = PROGRAM
    command: tuple[str, ...] = ("serve", "--port")
    patience: float = PATIENCE

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        self.port = 0
        # Tests come from one address, quickly, and do not wait for a slow goodbye; some ask for these.
        # Who signed in for all tests of a worker stays signed in, however slow the machine is.
        ours = {
            "rate_limits": "off",
            "drain_seconds": "0.2",
            "link_previews": "off",
            "log_format": "text",
            "access_token_minutes": "1440",
        }
        chosen = {**ours, **settings}
        own = {f"TALKOOT_{name.upper()}": value for name, value in chosen.items()}
        self.environment = plain_environment("TALKOOT_", "PG") | own
        self.url = ""
        self._starts = 0

    def start(self) -> Self:
        """Start, or start again on the same port and data; returns when the server says that it answers."""
        self.launch()
        return self.wait()

    def launch(self) -> None:
        """Start and do not wait. It dies with the thread that calls this: never from a pool of threads."""
        self.data.mkdir(parents=True, exist_ok=True)
        self._starts += 1
        command = [str(self.program), *self.command, str(self.port), "--data", str(self.data)]
        log = self.data.with_name(f"{self.data.name}.{self._starts}.log")
        log.unlink(missing_ok=True)
        kind = _Warm if self.program == PROGRAM and can_warm(self.environment) else _Cold
        self._process = kind(command, cwd=self.data.parent, log=log, environment=self.environment)
        if self not in STARTED:
            STARTED.append(self)

    def wait(self) -> Self:
        """Wait until the server says that it answers."""
        self.process.wait_until(self._has_said_where, self.patience)
        self.port = int(self.url.rpartition(":")[2])
        return self

    def run(
        self, *arguments: str, stdin: str = "", program: Path = PROGRAM
    ) -> subprocess.CompletedProcess[str]:
        """Run another command of the program on the same data: `talkoot.run("doctor")`."""
        command, environment = (
            [str(program), *arguments],
            {**self.environment, "TALKOOT_DATA": str(self.data)},
        )
        if program == PROGRAM and can_warm(environment):
            return _run_warm(command, self.data.parent, environment, stdin)
        return subprocess.run(
            command,
            cwd=self.data.parent,
            env=environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def terminate(self, patience: float = 30) -> int:
        """SIGTERM; waits for the drain and returns the exit code."""
        return self.process.stop(signal.SIGTERM, patience)

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal and do not wait."""
        self.process.send_signal(number)

    def restart(self) -> Self:
        """Stop it, politely if it still runs, and start it on the same port and data."""
        if self.process.running:
            self.terminate()
        return self.start()

    def stop(self) -> None:
        """The end of the test: politely, so that coverage is written."""
        if self in STARTED:
            STARTED.remove(self)
        if self._process and self._process.running:
            self._process.stop(signal.SIGTERM, 15)

    @property
    def log(self) -> str:
        """All it printed since its last start."""
        return self.process.log.read_text(errors="replace")

    def _has_said_where(self) -> bool:
        found = ADDRESS.search(self.log)
        if found:
            self.url = found[1]
        return found is not None


class _Program(Process):
    """Python writes where each thread stands when it is told to abort."""

    def give_up(self) -> None:
        self.send_signal(signal.SIGABRT)
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(10)
        self.kill()


class _Cold(_Program):
    """The program is loaded as for people."""

    def _start(
        self, command: list[str], cwd: Path, environment: Mapping[str, str], output: IO[bytes]
    ) -> Started:
        telling = {**environment, "PYTHONFAULTHANDLER": "1"}
        return super()._start(leashed(Path(command[0]), *command[1:]), cwd, telling, output)


class _Warm(_Program):
    """The program was loaded before."""

    def _start(
        self, command: list[str], cwd: Path, environment: Mapping[str, str], output: IO[bytes]
    ) -> Started:
        with Path(os.devnull).open("rb") as nothing:
            return warm().start(
                command, cwd=cwd, environment=environment, stdin=nothing, stdout=output, stderr=output
            )


def _run_warm(
    command: list[str], cwd: Path, environment: Mapping[str, str], said: str
) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        stdin.write(said.encode())
        stdin.seek(0)
        running = warm().start(command, cwd=cwd, environment=environment, stdin=stdin, stdout=out, stderr=err)
        try:
            code = running.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            running.send_signal(signal.SIGKILL)
            running.wait()
            raise
        for file in (out, err):
            file.seek(0)
        return subprocess.CompletedProcess(command, code, out.read().decode(), err.read().decode())


class Worker(Talkoot):
    """One worker: the same program without clients; `url` is where it tells its health."""

    command: tuple[str, ...] = ("worker", "--worker-port")
