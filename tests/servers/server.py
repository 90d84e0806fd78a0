"""What the servers of the tests have in common: each is killed, frozen, thawed and started again."""

import shutil
import signal
import socket
import tempfile
from pathlib import Path

from tests.servers.process import Process, free_port, plain_environment


class Server:
    """One program; its `start` sets `_process`, and may be called again."""

    _process: Process | None = None

    def kill(self) -> None:
        """Crash: no goodbye, and every connection to it is gone."""
        self.process.kill()

    def pause(self) -> None:
        """Freeze: connections stay open and nothing answers."""
        self.process.signal_all(signal.SIGSTOP)

    def resume(self) -> None:
        """Thaw."""
        self.process.signal_all(signal.SIGCONT)

    @property
    def started(self) -> bool:
        """Whether there is a process, running or ended."""
        return self._process is not None

    @property
    def process(self) -> Process:
        assert self._process, "it was never started"
        return self._process


class HousedServer(Server):
    """One with a folder of its own, `root`: a temporary one, or one that is `kept` when it stops."""

    polite = signal.SIGTERM
    """The signal that it takes for a request to end in order."""

    def __init__(self, name: str, kept: Path | None) -> None:
        self.kept = kept is not None
        self.root = kept or Path(tempfile.mkdtemp(prefix=f"talkoot-{name}-"))
        self.root.mkdir(parents=True, exist_ok=True)

    def stop(self) -> None:
        """Stop, and remove everything that is not to be kept."""
        if self._process and self._process.running:
            self._process.stop(self.polite, 10)
        if not self.kept:
            shutil.rmtree(self.root)


class AskedServer(HousedServer):
    """One on a free port, which answers a question as soon as it has started."""

    question: bytes
    answer: bytes
    """How what it says then begins."""

    def __init__(self, name: str, kept: Path | None) -> None:
        super().__init__(name, kept)
        self.port = free_port()

    def begin(self, command: list[str], patience: float) -> None:
        """Run it in its folder; returns when it answers."""
        self._process = Process(
            command, cwd=self.root, log=self.root / "log", environment=plain_environment()
        )
        self._process.wait_until(self._answers, patience)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 0.5) as connection:
                connection.sendall(self.question)
                return connection.recv(16).startswith(self.answer)
        except OSError:
            return False
