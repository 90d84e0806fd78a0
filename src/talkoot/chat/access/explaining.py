"""*Explain*: why somebody may do something somewhere, or may not, entry by entry."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from msgspec.structs import replace

from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.operations import EXPLAIN, PREVIEW_ENTRIES
from talkoot.chat.access.permissions import ARCHIVED, Permission
from talkoot.chat.access.queries import are_members, kinds_of, lineage_of
from talkoot.chat.access.reading import evaluate
from talkoot.chat.access.resolution import Entry, Verdict, decide, matches, taken_away
from talkoot.chat.access.schemas import Effect
from talkoot.chat.access.standings import standing_of
from talkoot.kernel.clock import SystemClock
from talkoot.kernel.errors import NotFound
from talkoot.kernel.ids import new_id
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.access.cache import Grants
    from talkoot.chat.access.queries import Lineage
    from talkoot.chat.access.schemas import EntriesPreview
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Read


_CLOCK = SystemClock()


class Step(Value, frozen=True):
    """One node on the way up, and what its entries say of the permission; with each whether it matches."""

    resource: UUID
    kind: str
    entries: list[tuple[Entry, bool]]


class Explained(Value, frozen=True):
    """The decision and the way to it."""

    verdict: Verdict
    lineage: Lineage
    chain: list[Step]


async def explain(
    read: Read, actor: Actor, kind: str, resource: UUID, *, user: UUID, permission: Permission
) -> Explained:
    """Why someone may or may not: asked for oneself by everybody, for others by who manages access."""
    grants = await resource_for(read, actor, EXPLAIN, resource, own=user == actor.user, kind=kind)
    lineage = await lineage_of(read, resource)
    assert lineage is not None
    return await explained(read, grants, lineage, user=user, permission=permission)


async def explained(
    read: Read, grants: Grants, lineage: Lineage, *, user: UUID, permission: Permission
) -> Explained:
    """The same along a lineage; `grants` are those of who asks, and may.

    Entries that are about others are shown only to who manages access, and so may list them.
    """
    if not await are_members(read, lineage.workspace, [user]):
        raise NotFound("There is no such member")
    standing = await standing_of(read, lineage, user)
    verdict = decide(lineage.entries, standing, permission)
    sanctioned = permission in taken_away(standing, lineage.nodes, _CLOCK.now())[0]
    if sanctioned or (lineage.archived and permission in ARCHIVED):
        verdict = Verdict(allowed=False, entry=None, sanctioned=sanctioned)
    manages = Permission.ACCESS_MANAGE in grants.permissions
    about = [
        (entry, mine)
        for entry in lineage.entries
        if permission in entry.permissions and ((mine := matches(entry, standing)) or manages)
    ]
    kinds = await kinds_of(read, lineage.nodes) | {lineage.resource: lineage.kind}
    chain = [
        Step(node, kinds[node], [each for each in about if each[0].resource == node])
        for node in lineage.nodes
    ]
    return Explained(verdict, lineage, chain)


async def preview(
    read: Read, actor: Actor, kind: str, resource: UUID, wanted: EntriesPreview
) -> list[Effect]:
    """What a member may do on a resource now, and would with these entries instead of its own."""
    await resource_for(read, actor, PREVIEW_ENTRIES, resource, kind=kind)
    lineage = await lineage_of(read, resource)
    assert lineage is not None
    return await previewed(read, lineage, wanted)


async def previewed(read: Read, lineage: Lineage, wanted: EntriesPreview) -> list[Effect]:
    """The same for the leaf of a lineage; whoever calls this may know."""
    user, resource = wanted.user, lineage.resource
    if not await are_members(read, lineage.workspace, [user]):
        raise NotFound("There is no such member")
    standing = await standing_of(read, lineage, user)
    own = [
        Entry(new_id(), resource, new.allow, new.principal, new.principal_id, new.permissions)
        for new in wanted.items
    ]
    above = [entry for entry in lineage.entries if entry.resource != resource]
    before = evaluate(lineage, standing).permissions
    after = evaluate(replace(lineage, entries=(*own, *above)), standing).permissions
    effects = []
    for permission in Permission:
        decided = decide(own, standing, permission).entry
        place = next((at for at, entry in enumerate(own) if entry is decided), None)
        effects.append(
            Effect(permission=permission, before=permission in before, after=permission in after, entry=place)
        )
    return effects
