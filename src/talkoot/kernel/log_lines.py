"""How a log record looks: a line of text, or of JSON. No secret leaves here, and no record looks like two."""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar
from typing import Any

from talkoot.kernel.clock import rfc3339
from talkoot.kernel.redaction import escaped, indented, redacted, redacted_value

REQUEST_ID: ContextVar[str] = ContextVar("request_id")
"""The request that is being answered: named in every line that it causes."""

_OWN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "taskName"}
_DIM, _BOLD, _CYAN, _PLAIN = "\033[2m", "\033[1m", "\033[36m", "\033[0m"
_COLOURS = {"debug": "\033[32m", "info": "\033[32m", "warning": "\033[33m"}
_RED = "\033[31m"


class JsonLines(logging.Formatter):
    """One JSON object a line, in ASCII."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return json.dumps(_said(record), default=lambda value: redacted(str(value)))


class TextLines(logging.Formatter):
    """`time [level] event [logger] name=value`; a traceback follows, indented."""

    def __init__(self, *, colours: bool) -> None:
        super().__init__()
        self._colours = colours

    def format(self, record: logging.LogRecord) -> str:
        """The line, and those of a traceback."""
        said = _said(record)
        time, level, logger, event = (said.pop(name) for name in ("timestamp", "level", "logger", "event"))
        traceback = said.pop("exception", None)
        parts = [
            self._in(_DIM, time),
            f"[{self._in(_COLOURS.get(level, _RED), level)}]",
            self._in(_BOLD, escaped(str(event))),
            f"[{logger}]",
            *(f"{self._in(_CYAN, name)}={_shown(value)}" for name, value in said.items()),
        ]
        line = " ".join(parts)
        return line if traceback is None else f"{line}\n{indented(str(traceback))}"

    def _in(self, colour: str, text: str) -> str:
        return f"{colour}{text}{_PLAIN}" if self._colours else text


def _said(record: logging.LogRecord) -> dict[str, Any]:
    """What a record tells, without secrets: what every record has, then what was said beside the event."""
    said = {
        "timestamp": rfc3339(int(record.created * 1_000_000)),
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": redacted(record.getMessage()),
    }
    for name, value in record.__dict__.items():
        if name not in _OWN:
            said[name] = redacted_value(name, value)
    return said


def _shown(value: object) -> str:
    text = escaped(str(value))
    return repr(text) if any(character in text for character in " ='\"") else text
