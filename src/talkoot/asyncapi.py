"""The socket described: every frame that either side sends, as an AsyncAPI document made from the code."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal
from uuid import UUID

import msgspec

from talkoot import __version__
from talkoot.chat.messages.frames import Ack, HeldFrame
from talkoot.chat.moderation.deciding import ToDecideNotice
from talkoot.chat.presence.frames import PresenceFrame, TypingFrame
from talkoot.chat.rooms.frames import SubscribedFrame
from talkoot.chat.rooms.schemas import RoomOut
from talkoot.realtime.close_codes import CloseCode
from talkoot.realtime.operations import Auth, Heartbeat, Hello, Operation

Ref = int | str
_TEMPLATE = "#/components/schemas/{name}"


class FrameUser(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody, as shown beside what they wrote."""

    id: UUID
    username: str
    display_name: str
    bot: bool


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


class ReadNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One has read a room up to here, on another device."""

    op: Literal["notice"]
    kind: Literal["read"]
    room: UUID
    seq: int
    unread: int


class SavedNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One has saved a message, or let go of it."""

    op: Literal["notice"]
    kind: Literal["saved"]
    message: UUID
    saved: bool


class DraftNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A draft of one's own has changed, on any device; one that was removed has version 0 and no text."""

    op: Literal["notice"]
    kind: Literal["draft"]
    room: UUID
    thread: UUID | None
    version: int
    text: str


class ScheduledNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A scheduled message of one's own was written, changed, sent, refused (for this `reason`) or removed."""

    op: Literal["notice"]
    kind: Literal["scheduled"]
    scheduled: UUID
    room: UUID
    state: Literal["waiting", "sent", "refused", "removed"]
    reason: str | None


class JoinedNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One is a member of a room now; `room` is as `GET /rooms/{id}` answers it."""

    op: Literal["notice"]
    kind: Literal["room.joined"]
    room: dict[str, Any]


class LeftNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One is no member of a room any more."""

    op: Literal["notice"]
    kind: Literal["room.left"]
    room: UUID


class SanctionNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One was muted, banned or kicked, in a room or (`room` is null) the workspace; or that has ended."""

    op: Literal["notice"]
    kind: Literal["sanction"]
    sanction: Literal["mute", "ban", "kick"]
    workspace: UUID
    room: UUID | None
    reason: str
    until: str | None
    ended: bool


class HeldNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A moderator has decided on a message of one's own; `message` is what it became."""

    op: Literal["notice"]
    kind: Literal["held"]
    held: UUID
    cid: UUID | None
    room: UUID
    state: Literal["approved", "rejected"]
    reason: str
    message: UUID | None


class ReportNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A moderator has decided on what one reported."""

    op: Literal["notice"]
    kind: Literal["report"]
    report: UUID
    state: Literal["handled"]


class AppealNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A moderator has decided on an appeal of one's own."""

    op: Literal["notice"]
    kind: Literal["appeal"]
    appeal: UUID
    workspace: UUID
    state: Literal["accepted", "denied"]
    reason: str


class PersonNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody whose presence one watches has another name now; who has left for good is a `Deleted user`."""

    op: Literal["notice"]
    kind: Literal["person"]
    user: FrameUser


class MentionNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One is named in a message."""

    op: Literal["notice"]
    kind: Literal["mentioned"]
    room: UUID
    message: UUID
    by: UUID


NOTICES = {
    "notice.read": ReadNotice,
    "notice.saved": SavedNotice,
    "notice.draft": DraftNotice,
    "notice.scheduled": ScheduledNotice,
    "notice.room.joined": JoinedNotice,
    "notice.room.left": LeftNotice,
    "notice.sanction": SanctionNotice,
    "notice.held": HeldNotice,
    "notice.report": ReportNotice,
    "notice.appeal": AppealNotice,
    "notice.to_decide": ToDecideNotice,
    "notice.person": PersonNotice,
    "notice.mentioned": MentionNotice,
}
SERVER_FRAMES = (
    Welcome,
    EventFrame,
    SubscribedFrame,
    Ack,
    HeldFrame,
    Nack,
    ErrorFrame,
    OkFrame,
    HeartbeatFrame,
    HeadsFrame,
    TypingFrame,
    PresenceFrame,
    ResetFrame,
    GoneFrame,
    DrainFrame,
)
"""What the server says, each known by its `op`; notices are also told apart by their `kind`."""


_ANSWERS = (Ack, HeldFrame, SubscribedFrame, PresenceFrame)  # the reference is added when they are sent


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
