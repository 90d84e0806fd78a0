"""What goes back to a client: results, refusals, and the reference that ties them to what was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

import msgspec

from talkoot.kernel.errors import Malformed, TalkootError

if TYPE_CHECKING:
    from talkoot.realtime.connection import Identity
    from talkoot.realtime.limits import Limits

LONGEST_REF = 64

encode = msgspec.json.Encoder().encode


class Asked(msgspec.Struct, frozen=True):
    """What a reply needs to know of the frame it answers."""

    ref: int | str | None = None
    cid: object = None
    refusal: Literal["nack", "error"] = "error"


class Internal(TalkootError):
    """A defect of ours, told without its details."""

    retryable = True


def asked(frame: dict[str, Any], refusal: Literal["nack", "error"]) -> Asked:
    """The reference of a frame; raises Malformed if it is none that can be answered."""
    ref = frame.get("ref")
    if not (ref is None or type(ref) is int or (type(ref) is str and len(ref) <= LONGEST_REF)):
        raise Malformed("`ref` must be an integer or a short string")
    return Asked(ref, frame.get("cid"), refusal)


def result_frame(to: Asked, result: msgspec.Struct | dict[str, Any] | None) -> bytes | None:
    """A result with the reference added; None when nobody asked for an answer."""
    if result is None:
        return None if to.ref is None else b'{"op":"ok","ref":%b}' % encode(to.ref)
    data = encode(result)
    return data if to.ref is None else b'%b,"ref":%b}' % (data[:-1], encode(to.ref))


def welcome_frame(
    ref: int | str | None, connection: UUID, identity: Identity, limits: Limits, level: int
) -> bytes:
    """The answer to a hello; what the identity brings along stands beside, or instead of, our own."""
    said = {
        "op": "welcome",
        "conn": connection,
        "user": {"id": identity.user},
        "heartbeat": limits.heartbeat,
        "limits": {
            "frame": limits.frame_bytes,
            "unanswered": limits.unanswered,
            "subscriptions": limits.subscriptions,
            "rate": limits.rate,
            "burst": limits.burst,
        },
        "level": level,
        **identity.welcome,
    }
    return encode(said if ref is None else {**said, "ref": ref})


def refusal_frame(to: Asked, error: TalkootError) -> bytes:
    """A refusal, with what the client may do about it."""
    said: dict[str, Any] = {"op": to.refusal, "code": error.code, "retryable": error.retryable}
    if to.ref is not None:
        said["ref"] = to.ref
    cid = _id_or_none(to.cid)
    if cid is not None:
        said["cid"] = cid
    if error.retry_after is not None:
        said["retry_after"] = round(error.retry_after, 3)
    said["detail"] = error.detail
    if error.fields:
        said["errors"] = [{"field": f.field, "code": f.code, "detail": f.detail} for f in error.fields]
    return encode(said)


def _id_or_none(cid: object) -> str | None:
    try:
        return str(UUID(cid)) if isinstance(cid, str) else None
    except ValueError:
        return None
