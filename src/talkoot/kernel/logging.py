"""The log: text on a terminal, JSON otherwise, written by a thread so that nobody waits for a disk.

The program logs through the standard library's loggers.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from queue import Full, Queue
from typing import TYPE_CHECKING

from talkoot.kernel.log_lines import REQUEST_ID, JsonLines, TextLines

if TYPE_CHECKING:
    from talkoot.settings import Settings

_QUEUED = 10_000
_PAUSE = 0.02
_FILE_BYTES, _FILES = 10_000_000, 5
_ONLY_WARNINGS = (
    "httpcore2",
    "httpx2",
    "uvicorn.access",
    "uvicorn.error",
    "aiosqlite",
    "asyncio",
    "sqlalchemy",
    "alembic",
)
_ONLY_ERRORS = ("python_multipart",)  # it warns of each form that can not be read, which its sender is told


class LogQueue(QueueHandler):
    """Hands records to the writing thread; when that can not keep up lines are lost, and counted."""

    dropped = 0

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """Take everything down that may have changed by the time the record is written."""
        record.msg, record.args = record.getMessage(), None
        if request_id := REQUEST_ID.get(""):
            record.__dict__["request_id"] = request_id
        if record.exc_info:
            record.__dict__["exception"] = logging.Formatter().formatException(record.exc_info)
            record.exc_info = None
        return record

    def enqueue(self, record: logging.LogRecord) -> None:
        """Never wait."""
        try:
            self.queue.put_nowait(record)
        except Full:
            self.dropped += 1


class LogWriter(QueueListener):
    """The writing thread; it ends after what was queued, also when the queue is full just then."""

    def dequeue(self, block: bool) -> logging.LogRecord:  # noqa: FBT001 - the standard library's signature
        """Rest when all is written: to be woken for each line would cost whoever logs more than the line."""
        if self.queue.empty():  # type: ignore[attr-defined]
            time.sleep(_PAUSE)
        return super().dequeue(block)

    def enqueue_sentinel(self) -> None:
        """Wait for room, where the standard library would give up."""
        self.queue.put(self._sentinel)  # type: ignore[attr-defined]


@contextmanager
def log_as(settings: Settings) -> Iterator[LogQueue]:
    """Log as the settings say; at the end everything that was logged has been written."""
    handler = LogQueue(Queue(_QUEUED))
    listener = LogWriter(handler.queue, *_writers(settings), respect_handler_level=True)
    root = logging.getLogger()
    before = root.handlers[:], root.level
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for name in _ONLY_WARNINGS:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in _ONLY_ERRORS:
        logging.getLogger(name).setLevel(logging.ERROR)
    logging.captureWarnings(capture=True)
    listener.start()
    try:
        yield handler
    finally:
        listener.stop()
        root.handlers[:], root.level = before
        for writer in listener.handlers:
            writer.close()


def lines_dropped() -> int:
    """Lines of this process that were lost because they came faster than they could be written."""
    handlers = logging.getLogger().handlers
    return sum(handler.dropped for handler in handlers if isinstance(handler, LogQueue))


def _writers(settings: Settings) -> Iterator[logging.Handler]:
    colours = sys.stderr.isatty()
    text = settings.log_format == "text" or (settings.log_format == "auto" and colours)
    console = logging.StreamHandler()
    console.setFormatter(TextLines(colours=colours) if text else JsonLines())
    yield console
    if settings.log_file is not None:
        settings.log_file.parent.mkdir(parents=True, exist_ok=True)
        file = RotatingFileHandler(
            settings.log_file,
            maxBytes=_FILE_BYTES,
            backupCount=_FILES,
            encoding="utf-8",
            errors="backslashreplace",
        )
        file.setFormatter(TextLines(colours=False) if settings.log_format == "text" else JsonLines())
        yield file
