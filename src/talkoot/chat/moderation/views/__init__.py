"""From the tables of moderation to what is on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, cast
from uuid import UUID

import msgspec

from talkoot.chat.accounts.views import public_user
from talkoot.chat.moderation.schemas import ActOut, PurgeOut, Rules, SanctionOut
from talkoot.kernel.clock import rfc3339, rfc3339_or_none

if TYPE_CHECKING:
    from talkoot.chat.access.models import Sanction
    from talkoot.chat.accounts.models import User
    from talkoot.chat.messages.models import RoomRules
    from talkoot.chat.moderation.models import Purge
    from talkoot.kernel.audit import AuditRecord


def act_out(act: AuditRecord) -> ActOut:
    """An act, as shown to who may read the audit log."""
    return ActOut(
        id=act.id,
        ts=rfc3339(act.ts),
        kind=act.kind,
        actor=act.actor,
        address=act.address,
        workspace=act.scope,
        place=act.place,
        subject=act.subject,
        before=_values(act.before),
        after=_values(act.after),
        reason=act.reason,
    )


def act_line(act: AuditRecord) -> str:
    """The same as a line of JSON."""
    return act_out(act).model_dump_json() + "\n"


def sanction_out(sanction: Sanction, user: User) -> SanctionOut:
    """A mute or ban, as shown to moderators."""
    return SanctionOut(
        id=sanction.id,
        kind=cast("Literal['mute', 'ban']", sanction.kind),
        resource=sanction.resource_id,
        user=public_user(user),
        reason=sanction.reason,
        created_by=sanction.created_by,
        created_at=rfc3339(sanction.created_at),
        until=rfc3339_or_none(sanction.until),
    )


def purge_out(purge: Purge, user: User) -> PurgeOut:
    """A deletion of all messages of somebody, as shown to moderators."""
    return PurgeOut(
        id=purge.id,
        resource=purge.resource_id,
        user=public_user(user),
        since=rfc3339(purge.since) if purge.since else None,
        reason=purge.reason,
        created_by=purge.created_by,
        created_at=rfc3339(purge.created_at),
        state=cast("Any", purge.state),
        ended_at=rfc3339_or_none(purge.ended_at),
        deleted=purge.deleted,
        rooms_done=purge.rooms_done,
        rooms_total=purge.rooms_total,
    )


def rules_out(rules: RoomRules | None) -> Rules:
    """The rules of a room; none of them where there are none."""
    if rules is None:
        return Rules()
    return Rules(
        slow_seconds=rules.slow_seconds,
        hold_all=rules.hold_all,
        hold_roles=frozenset(map(UUID, rules.hold_roles.split())),
        hold_first=rules.hold_first,
        hold_words=rules.hold_words.splitlines(),
        hold_links=rules.hold_links,
    )


def _values(text: str | None) -> dict[str, Any] | None:
    return None if text is None else msgspec.json.decode(text, type=dict[str, Any])
