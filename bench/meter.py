"""One measured window: what was done in it, what it cost the server, and how busy everybody was."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from bench.processes import GENERATOR_CORE, SERVER_CORE, cores_seconds, cpu_seconds
from bench.waiting import until

BUSY = 0.85  # share of its core from which the load generator may be what limits


class Meter:
    """Starts when it is made; `stop` tells what happened since, as a sample to keep."""

    def __init__(self, server: int, count: Callable[[], int], database: int | None = None) -> None:
        self._server, self._count, self._database = server, count, database
        self._stored = cpu_seconds(database) if database else 0.0
        self._cores = cores_seconds()
        self._own = time.process_time()
        self._cpu = cpu_seconds(server)
        self._done = count()
        self._at = time.monotonic()

    def stop(self) -> dict[str, Any]:
        """Rates are per second, `cpu_us` is of the server's whole tree per thing done, shares of one core."""
        seconds = time.monotonic() - self._at
        done = self._count() - self._done
        cpu = cpu_seconds(self._server) - self._cpu
        own = time.process_time() - self._own
        return {
            "seconds": round(seconds, 4),
            "done": done,
            "per_second": round(done / seconds, 1),
            "cpu_us": round(cpu * 1e6 / done, 3) if done else None,
            "server_share": round(cpu / seconds, 3),
            "generator_share": round(own / seconds, 3),
            **({"generator_busy": True} if own / seconds > BUSY else {}),
            **self._beside(done),
            **self._disturbance(seconds, cpu, own),
        }

    def _beside(self, done: int) -> dict[str, float]:
        """What a database server of its own cost."""
        if not self._database or not done:
            return {}
        return {"database_us": round((cpu_seconds(self._database) - self._stored) * 1e6 / done, 3)}

    def _disturbance(self, seconds: float, cpu: float, own: float) -> dict[str, float]:
        """Shares that others took of the two cores: other programs, and the hypervisor."""
        now = cores_seconds()
        ours = [f"cpu{SERVER_CORE}", f"cpu{GENERATOR_CORE}"]
        spent = {
            what: sum(now[core][what] - self._cores[core][what] for core in ours if core in now)
            for what in ("busy", "steal")
        }
        return {
            "others_share": round(max(0.0, spent["busy"] - cpu - own) / seconds, 3),
            "steal_share": round(spent["steal"] / seconds, 3),
        }


async def measure(
    server: int, count: Callable[[], int], seconds: float, database: int | None = None
) -> dict[str, Any]:
    """Let what runs go on for so long, and until something is done, and measure it."""
    meter, before = Meter(server, count, database), count()
    await asyncio.sleep(seconds)
    await until(lambda: count() > before)
    return meter.stop()
