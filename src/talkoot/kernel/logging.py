"""Log lines: text on a terminal, JSON otherwise, written by a thread so that nobody waits for a disk.

The program logs through the standard library's loggers. Nothing that looks like a secret leaves here, and one
record can not be made to look like two.
"""

from __future__ import annotations

import copy
import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from queue import Full, Queue
from typing import TYPE_CHECKING, Any

import structlog
from structlog.contextvars import get_contextvars

from talkoot.kernel.clock import rfc3339
from talkoot.kernel.redaction import escaped, indented, redacted, redacted_value

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor

    from talkoot.settings import Settings

_QUEUED = 10_000
_FILE_BYTES, _FILES = 10_000_000, 5
_ONLY_WARNINGS = (
    "uvicorn.access",
    "uvicorn.error",
    "aiosqlite",
    "asyncio",
    "sqlalchemy",
    "alembic",
)


class LogQueue(QueueHandler):
    """Hands records to the writing thread; when that can not keep up lines are lost, and counted."""

    dropped = 0

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """Take everything down that may have changed by the time the record is written."""
        record = copy.copy(record)
        record.msg, record.args = record.getMessage(), None
        for name, value in get_contextvars().items():
            record.__dict__.setdefault(name, value)
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
    logging.captureWarnings(capture=True)
    listener.start()
    try:
        yield handler
    finally:
        listener.stop()
        root.handlers[:], root.level = before
        for writer in listener.handlers:
            writer.close()


def _writers(settings: Settings) -> Iterator[logging.Handler]:
    colours = sys.stderr.isatty()
    text = settings.log_format == "text" or (settings.log_format == "auto" and colours)
    console = logging.StreamHandler()
    console.setFormatter(_text(colours=colours) if text else _json())
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
        file.setFormatter(_text(colours=False) if settings.log_format == "text" else _json())
        yield file


def _text(*, colours: bool) -> logging.Formatter:
    render = structlog.dev.ConsoleRenderer(colors=colours, pad_event_to=0, pad_level=False, sort_keys=False)
    return _formatter(_one_line, render)


def _json() -> logging.Formatter:
    return _formatter(structlog.processors.JSONRenderer(serializer=_dumps))


def _formatter(*last: Processor) -> logging.Formatter:
    first: list[Processor] = [
        structlog.stdlib.ExtraAdder(),
        _describe,
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        _redact,
    ]
    return structlog.stdlib.ProcessorFormatter(processors=[*first, *last], foreign_pre_chain=[])


def _describe(_logger: Any, _method: str, line: EventDict) -> EventDict:
    record: logging.LogRecord = line["_record"]
    head = {
        "timestamp": rfc3339(int(record.created * 1_000_000)),
        "level": record.levelname.lower(),
        "logger": record.name,
    }
    return head | dict(line)


def _redact(_logger: Any, _method: str, line: EventDict) -> EventDict:
    return {name: redacted_value(name, value) for name, value in line.items()}


def _one_line(_logger: Any, _method: str, line: EventDict) -> EventDict:
    exception = line.pop("exception", None)
    safe = {name: value if _is_plain(value) else escaped(str(value)) for name, value in line.items()}
    return safe | ({"exception": indented(exception)} if isinstance(exception, str) else {})


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, int | float)


def _dumps(line: EventDict, default: Callable[[Any], Any] | None = None, **_options: Any) -> str:
    del default
    return json.dumps(line, default=lambda value: redacted(str(value)))
