"""The rules of a room: slow mode, and what a moderator is to see first."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.access.actions import set_moderated
from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.operations import SET_RULES
from talkoot.chat.access.queries import roles_of
from talkoot.chat.messages.models import RoomRules
from talkoot.chat.moderation.views import rules_out
from talkoot.kernel.audit import Act, record
from talkoot.kernel.errors import Invalid

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.moderation.schemas import Rules
    from talkoot.kernel.transactions import Tx


async def set_rules(tx: Tx, actor: Actor, room: UUID, new: Rules) -> Rules:
    """Replace the rules of a room; the next message of everybody is asked for them."""
    grants = await resource_for(tx, actor, SET_RULES, room)
    unknown = new.hold_roles - {role.id for role in await roles_of(tx, grants.workspace)}
    if unknown:
        raise Invalid.field("hold_roles", "unknown", "There is no such role in this workspace")
    found = await tx.session.get(RoomRules, room)
    before = rules_out(found)
    if found is None:
        found = RoomRules(room_id=room)
        tx.session.add(found)
    found.slow_seconds, found.hold_first = new.slow_seconds, new.hold_first
    found.hold_all, found.hold_links = new.hold_all, new.hold_links
    found.hold_roles = " ".join(sorted(map(str, new.hold_roles)))
    found.hold_words = "\n".join(new.hold_words)
    await tx.flush()
    after = rules_out(found)
    await set_moderated(tx, room, workspace=grants.workspace, moderated=after.any)
    was, now = before.model_dump(mode="json"), after.model_dump(mode="json")
    await record(tx, actor, Act("room.rules_changed", grants.workspace, room, room, before=was, after=now))
    return after
