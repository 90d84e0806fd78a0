"""The program under test: `talkoot serve` on a core of its own, as people run it but without rate limits."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.processes import SERVER_CORE, on_core

PROGRAM = Path(sys.executable).with_name("talkoot")
ADDRESS = re.compile(r"^Talkoot is at http://(\S+):(\d+)$", re.MULTILINE)
PATIENCE = 60.0
SETTINGS = {
    "TALKOOT_RATE_LIMITS": "off",
    "TALKOOT_DRAIN_SECONDS": "0.2",
    "TALKOOT_ACCESS_TOKEN_MINUTES": "1440",  # The people sign in once, before everything is measured.
}


class Server:
    """Runs as long as the `with` block; its log is beside its data."""

    def __init__(self, data: Path, *, pinned: bool = True, database_url: str = "") -> None:
        self.data = data
        self._settings = SETTINGS | ({"TALKOOT_DATABASE_URL": database_url} if database_url else {})
        self.log = data.with_name(f"{data.name}.log")
        self._pinned = pinned
        self.host, self.port = "", 0

    def __enter__(self) -> Self:
        ours = {name: value for name, value in os.environ.items() if not name.startswith("TALKOOT_")}
        environment = ours | self._settings
        command: list[str | Path] = [PROGRAM, "serve", "--port", "0", "--data", self.data]
        with self.log.open("wb") as output, on_core(SERVER_CORE) if self._pinned else nullcontext():
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
            )
        try:
            self._wait()
        except BaseException:
            self._end(signal.SIGKILL)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end(signal.SIGTERM if kind is None else signal.SIGKILL)

    @property
    def pid(self) -> int:
        return self.process.pid

    def _wait(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while not (found := ADDRESS.search(self.log.read_text(errors="replace"))):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(
                    f"The server did not start:\n{self.log.read_text(errors='replace')[-4000:]}"
                )
            time.sleep(0.002)
        self.host, self.port = found[1], int(found[2])

    def _end(self, how: signal.Signals) -> None:
        self.process.send_signal(how)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
