"""What moderation tells people on all their connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from talkoot.kernel.clock import rfc3339_or_none
from talkoot.realtime.bus import Message

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.moderation.events import AppealDecided, ReportHandled, Reviewed, Sanctioned


def sanction_notice(event: Sanctioned) -> Message:
    """To whom it happened: a mute, a ban, a kick, or the end of one."""
    return _notice(
        event.user,
        "sanction",
        sanction=event.sanction,
        workspace=event.workspace,
        room=event.resource if event.resource != event.workspace else None,
        reason=event.reason,
        until=rfc3339_or_none(event.until),
        ended=event.ended,
    )


def report_notice(event: ReportHandled) -> Message:
    """To who reported something: that it was handled, and no more."""
    return _notice(event.user, "report", report=event.report, state="handled")


def appeal_notice(event: AppealDecided) -> Message:
    """To who appealed: what was decided."""
    return _notice(
        event.user,
        "appeal",
        appeal=event.appeal,
        workspace=event.workspace,
        state=event.state,
        reason=event.reason,
    )


def held_notice(event: Reviewed) -> Message:
    """To the author of a held message: what was decided, or that it was taken back."""
    return _notice(
        event.user,
        "held",
        held=event.held,
        cid=event.cid,
        room=event.room,
        state=event.state,
        reason=event.reason,
        message=event.message,
        edits=event.edits,
    )


def _notice(user: UUID, kind: str, **told: object) -> Message:
    return Message("user", user, msgspec.json.encode({"op": "notice", "kind": kind, **told}))
