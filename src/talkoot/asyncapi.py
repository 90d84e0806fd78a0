"""The socket described: every frame that either side sends, as an AsyncAPI document made from the code."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal
from uuid import UUID

import msgspec

from talkoot import __version__
from talkoot.chat.commands.frames import InvokedFrame
from talkoot.chat.messages.frames import Ack, HeldFrame
from talkoot.chat.presence.frames import PresenceFrame, TypingFrame
from talkoot.chat.reads.frames import ReadersFrame
from talkoot.chat.rooms.frames import SubscribedFrame
from talkoot.chat.rooms.schemas import RoomOut
from talkoot.notice_frames import NOTICES, FrameUser, JoinedNotice
from talkoot.realtime.close_codes import CloseCode
from talkoot.realtime.operations import Auth, Heartbeat, Hello, Operation

Ref = int | str
_TEMPLATE = "#/components/schemas/{name}"


class FrameLimits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What this connection may do: sizes in bytes, rates in frames a second."""

    frame: int
    unanswered: int
    subscriptions: int
    rate: float
    burst: int


class Welcome(msgspec.Struct, frozen=True, tag_field="op", tag="welcome", forbid_unknown_fields=True):
    """The answer to a hello that was accepted; `heartbeat` is in seconds."""

    conn: UUID
    user: FrameUser
    heartbeat: float
    limits: FrameLimits
    level: int
    ref: Ref | None = None


class EventFrame(msgspec.Struct, frozen=True, tag_field="op", tag="ev", forbid_unknown_fields=True):
    """An event of a room's log."""

    room: UUID
    seq: int
    id: UUID
    type: str
    sender: UUID | None
    cid: UUID | None
    ts: str
    body: dict[str, Any]


class Position(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a log stands: its last position, and how many of its events count as unread."""

    head: int
    count: int


class HeadsFrame(msgspec.Struct, frozen=True, tag_field="op", tag="heads", forbid_unknown_fields=True):
    """Rooms that moved and are known, but not subscribed to."""

    heads: dict[UUID, Position]


class HeartbeatFrame(msgspec.Struct, frozen=True, tag_field="op", tag="hb", forbid_unknown_fields=True):
    """The answer to a heartbeat: the heads of the rooms in which the client is behind."""

    heads: dict[UUID, int]
    ref: Ref | None = None


class OkFrame(msgspec.Struct, frozen=True, tag_field="op", tag="ok", forbid_unknown_fields=True):
    """It was done, and there is nothing to tell."""

    ref: Ref


class FieldProblem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is wrong with one field of a frame."""

    field: str
    code: str
    detail: str


class Nack(msgspec.Struct, frozen=True, tag_field="op", tag="nack", forbid_unknown_fields=True):
    """It was refused and nothing was stored; `retry_after` is in seconds."""

    code: str
    retryable: bool
    detail: str
    ref: Ref | None = None
    cid: UUID | None = None
    retry_after: float | None = None
    errors: list[FieldProblem] = []


class ErrorFrame(msgspec.Struct, frozen=True, tag_field="op", tag="error", forbid_unknown_fields=True):
    """It was refused: the answer to everything that is not acknowledged."""

    code: str
    retryable: bool
    detail: str
    ref: Ref | None = None
    cid: UUID | None = None
    retry_after: float | None = None
    errors: list[FieldProblem] = []


class ResetFrame(msgspec.Struct, frozen=True, tag_field="op", tag="reset", forbid_unknown_fields=True):
    """What the client knows of a room does not fit its log: begin anew."""

    room: UUID
    reason: Literal["epoch", "ahead"]


class GoneFrame(msgspec.Struct, frozen=True, tag_field="op", tag="gone", forbid_unknown_fields=True):
    """Access to a room ended: forget what is kept of it."""

    room: UUID
    seq: int


class DrainFrame(msgspec.Struct, frozen=True, tag_field="op", tag="drain", forbid_unknown_fields=True):
    """The server stops: this socket will be closed in so many milliseconds; come back then."""

    after_ms: int


SERVER_FRAMES = (
    Welcome,
    EventFrame,
    SubscribedFrame,
    Ack,
    HeldFrame,
    InvokedFrame,
    Nack,
    ErrorFrame,
    OkFrame,
    HeartbeatFrame,
    HeadsFrame,
    TypingFrame,
    PresenceFrame,
    ReadersFrame,
    ResetFrame,
    GoneFrame,
    DrainFrame,
)
"""What the server says, each known by its `op`; notices are also told apart by their `kind`."""


_ANSWERS = (
    Ack,
    HeldFrame,
    InvokedFrame,
    SubscribedFrame,
    PresenceFrame,
    ReadersFrame,
)  # the reference is added when they are sent


def asyncapi(operations: Iterable[Operation]) -> dict[str, Any]:
    """The AsyncAPI 3.0 document of the socket."""
    said = {operation.name: operation.schema for operation in operations}
    asked = {"hello": Hello, "auth": Auth, "hb": Heartbeat, **said}
    answered = {**{str(frame.__struct_config__.tag): frame for frame in SERVER_FRAMES}, **NOTICES}
    schemas, components = msgspec.json.schema_components(
        [*asked.values(), *answered.values()], ref_template=_TEMPLATE
    )
    for name, schema in zip(asked, schemas, strict=False):
        _add_op(components[schema["$ref"].rsplit("/", 1)[-1]], str(name))
    components[JoinedNotice.__name__]["properties"]["room"] = _room(components)
    for frame in _ANSWERS:
        components[frame.__name__]["properties"]["ref"] = {"anyOf": [{"type": "integer"}, {"type": "string"}]}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Talkoot gateway",
            "version": __version__,
            "description": "JSON text frames over a WebSocket, subprotocol `talkoot.v1`.",
        },
        "channels": {
            "gateway": {
                "address": "/api/v1/ws",
                "messages": {
                    **{f"client.{name}": {"$ref": f"#/components/messages/client.{name}"} for name in asked},
                    **{
                        f"server.{name}": {"$ref": f"#/components/messages/server.{name}"}
                        for name in answered
                    },
                },
                "bindings": {"ws": {"method": "GET"}},
            }
        },
        "operations": {
            "ask": _operation("receive", "client", asked),
            "tell": _operation("send", "server", answered),
        },
        "components": {
            "messages": {
                **{f"client.{name}": _message(*each) for name, each in _pairs(asked, schemas[: len(asked)])},
                **{
                    f"server.{name}": _message(*each)
                    for name, each in _pairs(answered, schemas[len(asked) :])
                },
            },
            "schemas": components,
        },
        "x-close-codes": {
            str(int(code)): {"reconnect": code.reconnect, "resume": code.resume, "meaning": code.meaning}
            for code in CloseCode
        },
    }


def _room(components: dict[str, Any]) -> dict[str, Any]:
    """Add the schema of a room, which pydantic describes, and refer to it."""
    schema = RoomOut.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    components.update(schema.pop("$defs", {}), RoomOut=schema)
    return {"$ref": "#/components/schemas/RoomOut"}


def _add_op(schema: dict[str, Any], name: str) -> None:
    schema["properties"] = {"op": {"enum": [name]}, **schema.get("properties", {})}
    schema["required"] = ["op", *schema.get("required", [])]


def _operation(action: str, side: str, frames: Iterable[Any]) -> dict[str, Any]:
    messages = [{"$ref": f"#/channels/gateway/messages/{side}.{name}"} for name in frames]
    return {"action": action, "channel": {"$ref": "#/channels/gateway"}, "messages": messages}


def _pairs(frames: dict[Any, Any], schemas: Iterable[Any]) -> Iterable[tuple[Any, tuple[Any, Any]]]:
    return ((name, (frame, schema)) for (name, frame), schema in zip(frames.items(), schemas, strict=True))


def _message(frame: type, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": frame.__name__, "summary": (frame.__doc__ or "").splitlines()[0], "payload": schema}
