"""One failure stays one failure: what a test that failed left running or open is ended with it.

Else a connection that it did not close warns in some later test, when it is collected, and fails that one.
"""

import asyncio
import gc
import sys
import warnings
from contextlib import suppress

LIBRARIES = (sys.prefix, sys.base_prefix)


class Leftovers:
    """Those of one worker, whose tests have one event loop."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self._before: set[asyncio.Task[object]] | None = None
        self._failed = False

    def prepare(self) -> None:
        """The fixtures of a test are made; what they leave running is theirs."""
        self._failed, self._before = False, None

    def begin(self) -> None:
        """A test begins; what runs by now belongs to others."""
        self._before = asyncio.all_tasks(self.loop) if self.loop else None

    def fail(self) -> None:
        """It failed, and may not have come to its end."""
        self._failed = True

    def end_tasks(self) -> None:
        """Cancel what a test that failed left running, while its servers are still there."""
        if not self._failed or self.loop is None or self._before is None:
            return
        left = [task for task in asyncio.all_tasks(self.loop) - self._before if _is_of_a_test(task)]
        for task in left:
            task.cancel()
        with suppress(TimeoutError):
            self.loop.run_until_complete(asyncio.wait_for(asyncio.gather(*left, return_exceptions=True), 10))

    def collect(self) -> None:
        """Let go of what a test that failed left open, at the very end of it."""
        if not self._failed:
            return
        for name in ("last_exc", "last_type", "last_value", "last_traceback"):  # they hold its variables
            with suppress(AttributeError):
                delattr(sys, name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()


def _is_of_a_test(task: asyncio.Task[object]) -> bool:
    code = getattr(task.get_coro(), "cr_code", None)
    return code is not None and not code.co_filename.startswith(LIBRARIES)
