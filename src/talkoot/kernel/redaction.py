"""What must not stand in a log: secrets, and characters that would forge a line."""

from __future__ import annotations

import re
from typing import Any

REDACTED = "[redacted]"

_SECRET_NAME = re.compile(
    r"token|ticket|passw|secret|authorization|cookie|csrf|credential|api_?key|private_?key|signature|invite",
    re.IGNORECASE,
)
_SECRETS = (
    # scheme://user:password@host
    (re.compile(r"(?<=://)([^\s:/@]*):[^\s@/]+@"), rf"\1:{REDACTED}@"),
    # Authorization: Bearer ..., Basic ...
    (re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE), rf"\1 {REDACTED}"),
    # token=..., "password": "..."; the name may be longer: refresh_token
    (
        re.compile(
            r"((?:token|ticket|password|secret|cookie|csrf|api_?key|invite)[\"']?\s*[=:]\s*[\"']?)[^\s\"'&,;)}\]]+",
            re.IGNORECASE,
        ),
        rf"\1{REDACTED}",
    ),
    # a token that was made to be kept, whole or not
    (re.compile(r"\btalkoot_(pat|bot)_\w+"), rf"talkoot_\1_{REDACTED}"),
    # a signed token
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*"), REDACTED),
    # a run of random letters and digits, as `secrets.token_urlsafe(32)` makes them
    (re.compile(r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{40,}"), REDACTED),
)
# C0 and C1 controls, and what else some readers take for the end of a line or for a change of direction.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_CONTROL_IN_LINES = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def redacted(text: str) -> str:
    """The text without what looks like a secret in it."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


def redacted_value(name: str, value: Any) -> Any:
    """A named value: nothing of it when the name says that it is secret."""
    if value is None or isinstance(value, int | float):
        return value  # a count of tokens is no token
    if _SECRET_NAME.search(name):
        return REDACTED
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, dict):
        return {key: redacted_value(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [redacted_value("", inner) for inner in value]
    return value


def escaped(text: str) -> str:
    """The text on one line."""
    return _CONTROL.sub(_escape, text)


def indented(text: str) -> str:
    """Several lines, each of which is visibly part of the record before."""
    return "\n".join(f"    {_CONTROL_IN_LINES.sub(_escape, line)}" for line in text.split("\n"))


def _escape(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode()
