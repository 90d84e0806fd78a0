"""Writes the tables of docs/protocol.md, from the same code that speaks the protocol.

    .venv/bin/python -m tools.protocol_page

A table stands between `<!-- made: operations -->` and `<!-- end -->`; the rest is written by hand.
With --check it writes nothing, and fails when the page is not what it would write.
"""

import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from msgspec.structs import fields

from talkoot.app import Program
from talkoot.asyncapi import asyncapi
from talkoot.parts import socket_limits
from talkoot.realtime.close_codes import CloseCode
from talkoot.settings import Settings
from tools.made import filled, table, write

PAGE = Path(__file__).parents[1] / "docs" / "protocol.md"
_ENVELOPE = {"op", "ref"}  # every frame has the one and may have the other

# What a handler answers is not in its schema. An operation that is missing here stops the page.
_ANSWERS = {
    "hello": ("welcome",),
    "auth": ("ok", "error"),
    "hb": ("hb",),
    "sub": ("subd", "error"),
    "unsub": ("ok",),
    "send": ("ack", "nack"),
    "edit": ("ack", "nack"),
    "delete": ("ack", "nack"),
    "react": ("ack", "nack"),
    "unreact": ("ack", "nack"),
    "vote": ("ack", "nack"),
    "run": ("invoked", "nack"),
    "unvote": ("ack", "nack"),
    "read": ("ok", "error"),
    "typing": ("ok", "error"),
    "presence": ("presence", "ok", "error"),
    "readers": ("readers", "ok", "error"),
}

# A limit without a sentence stops the page too.
_LIMITS = {
    "level": "newest level of the protocol that is spoken here",
    "oldest_level": "oldest one that clients may still speak",
    "frame_bytes": "a frame, and a message made of fragments",
    "hello_bytes": "the first frame",
    "head_seconds": "from the connection to the end of the request's head",
    "hello_seconds": "from the open socket to the hello",
    "welcome_seconds": "from the hello to the welcome",
    "fragments": "fragments of one message",
    "message_seconds": "from the first byte of a message to its last",
    "unanswered": "frames that wait for their answer",
    "subscriptions": "rooms that one connection follows",
    "rate": "frames of one connection, steadily",
    "burst": "frames of one connection at once",
    "user_rate": "frames of all connections of one user, steadily",
    "user_burst": "frames of all connections of one user at once",
    "server_rate": "frames of everybody on one server, steadily",
    "server_burst": "frames of everybody on one server at once",
    "violations": "frames above the rate until 4429 ...",
    "violation_seconds": "... within this time",
    "heartbeat": "between two heartbeats",
    "missed_heartbeats": "heartbeats without a frame until 4410",
    "out_bytes": "waiting for a client that does not read",
    "out_writes": "writes waiting for a client that does not read",
    "out_seconds": "without the client reading anything",
    "kernel_bytes": "of the operating system's send buffer",
    "connections": "open sockets of the server",
    "connections_per_user": "open sockets of one user",
    "connections_per_address": "open sockets of one address",
    "unauthenticated": "open sockets without a welcome",
    "hello_rate": "new sockets of the whole server, steadily",
    "hello_burst": "new sockets of the whole server at once",
    "heads_seconds": "between two `heads` frames",
    "reorder_seconds": "that an event waits for those before it, which other servers sent",
    "repair_seconds": "in which the log brings nothing of what is missing, until 4500",
    "close_seconds": "for the client to answer a close frame",
    "drain_seconds": "that a drain lasts at most",
    "drain_rate": "clients sent away in a second of a drain, before that bound",
}

_YES = {True: "yes", False: "no"}

Schema = dict[str, Any]


def wanted() -> str:
    """The page with its tables made anew."""
    document = _document()
    return filled(
        PAGE,
        {
            "operations": lambda: _operations(document),
            "frames": lambda: _frames(document),
            "close_codes": _close_codes,
            "limits": _limits,
        },
    )


def _document() -> Schema:
    with tempfile.TemporaryDirectory() as folder:
        return asyncapi(Program(Settings(data=Path(folder))).operations)


def _operations(document: Schema) -> str:
    return table(
        ("op", "fields", "answer", "does"),
        (
            (f"`{name}`", _fields(document, schema), _listed(_ANSWERS[name]), summary)
            for name, schema, summary in _said(document, "client")
        ),
    )


def _frames(document: Schema) -> str:
    return table(
        ("frame", "fields", "says"),
        (
            (f"`{name.replace('notice.', 'notice` `', 1)}`", _fields(document, schema), summary)
            for name, schema, summary in _said(document, "server")
        ),
    )


def _said(document: Schema, side: str) -> Iterable[tuple[str, Schema, str]]:
    for name, message in document["components"]["messages"].items():
        if name.startswith(f"{side}."):
            schema = _resolved(document, message["payload"])
            yield name.removeprefix(f"{side}."), schema, message["summary"]


def _resolved(document: Schema, schema: Schema) -> Schema:
    name = str(schema.get("$ref", "")).rsplit("/", 1)[-1]
    found: Schema = document["components"]["schemas"][name] if name else schema
    return found


def _fields(document: Schema, schema: Schema) -> str:
    required = set(schema.get("required", ()))
    shown = (
        f"`{name}{'' if name in required else '?'}` {_type(document, each)}"
        for name, each in schema.get("properties", {}).items()
        if name not in _ENVELOPE and len(each.get("enum", ())) != 1
    )
    return ", ".join(shown)


def _type(document: Schema, schema: Schema) -> str:
    if schema.get("$ref", "").endswith("/RoomOut"):
        return "Room"
    schema = _resolved(document, schema)
    if "anyOf" in schema:
        nullable = schema.get("default", "") is None  # then leaving it out says the same
        kinds = [each for each in schema["anyOf"] if not (nullable and each.get("type") == "null")]
        return " or ".join(_type(document, each) for each in kinds)
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"] if value is not None)
    if schema.get("type") == "array":
        return f"list of {_type(document, schema['items'])}"
    if schema.get("type") == "object":
        return _object(document, schema)
    return "id" if schema.get("format") == "uuid" else str(schema["type"])


def _object(document: Schema, schema: Schema) -> str:
    if "properties" in schema:
        return f"({_fields(document, schema)})"
    values = schema.get("additionalProperties")
    return f"map of id to {_type(document, values)}" if isinstance(values, dict) and values else "object"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _close_codes() -> str:
    return table(
        ("code", "reconnect", "resume", "meaning"),
        ((f"{code:d}", _YES[code.reconnect], _YES[code.resume], code.meaning) for code in CloseCode),
    )


def _limits() -> str:
    limits = socket_limits(Settings())
    return table(
        ("limit", "value", ""),
        (
            (f"`{field.name}`", _number(getattr(limits, field.name)), _LIMITS[field.name])
            for field in fields(limits)
        ),
    )


def _number(value: float) -> str:
    return f"{int(value) if value == int(value) else value:,}"


if __name__ == "__main__":
    sys.exit(write(PAGE, wanted()))
