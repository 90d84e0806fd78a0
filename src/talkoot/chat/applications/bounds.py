"""How high an application reaches: whom it may sign in, and who may let it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select

from talkoot.chat.access.models import Membership, Role
from talkoot.chat.access.obliged import ADMINISTERING, obliged_to_second_factor
from talkoot.chat.access.queries import roles_of
from talkoot.chat.access.roles import permissions_of_roles, refuse_to_give
from talkoot.chat.accounts.models import User
from talkoot.chat.applications.assertions import GrantRefused
from talkoot.kernel.audit import Act
from talkoot.kernel.errors import Forbidden, Invalid

if TYPE_CHECKING:
    from talkoot.chat.access.cache import Grants
    from talkoot.chat.applications.models import Application
    from talkoot.kernel.transactions import Read, Tx

USUAL = "moderator"  # owners and admins have other ways in than the word of an application


class AboveHighest(GrantRefused):
    """The assertion holds, but names somebody whom its application may not sign in; `act` is to be noted."""

    title = "Their role is above those that this application may sign in"

    def __init__(self, act: Act) -> None:
        super().__init__("it is for somebody above the highest role of its application")
        self.act = act


async def refuse_above(read: Read, application: Application, user: User) -> None:
    """AboveHighest for who stands above what the application may sign in, here or in another workspace.

    A session is good for all workspaces. Whatever rank their role has: who administers one is above a role
    that does not.
    """
    bound = await _role_named(read, application)
    theirs = select(Role.rank, Role.name).join(Membership, Membership.role_id == Role.id)
    found = (await read.connection.execute(theirs.where(Membership.user_id == user.id))).all()
    above = [row.name for row in found if row.rank < bound.rank]
    if not above and not await _administers(read, bound):
        asked = select(User.id).where(User.id == user.id, obliged_to_second_factor("administrators"))
        if await read.connection.scalar(asked) is None:
            return
    elif not above:
        return
    after = {"application": application.id, "highest_role": bound.name}
    raise AboveHighest(Act("application.refused", application.workspace_id, user.id, after=after))


async def highest_role(tx: Tx, grants: Grants, mine: Role, wanted: str | None, given: Sequence[str]) -> str:
    """The name of the highest role that it may sign in; Forbidden for one that its maker could not give.

    Without a wanted one that of moderators, or the highest that it gives where those are above its maker.
    """
    roles = await roles_of(tx, grants.workspace)
    chosen = highest_among(roles, wanted, given)
    try:
        await refuse_to_give(tx, grants, mine, chosen)
    except Forbidden:
        if wanted is not None:
            raise
        return _top(roles, given).name
    return chosen.name


def highest_among(roles: Sequence[Role], wanted: str | None, given: Sequence[str]) -> Role:
    """The wanted one, the usual one, or one it gives; Invalid where it gives a higher one than is wanted."""
    top, named = _top(roles, given), {role.name: role for role in roles}
    if wanted is None:
        return min((top, named[USUAL]), key=lambda role: role.rank)
    if wanted not in named:
        raise Invalid.field("highest_role", "unknown", f"There is no role {wanted!r} in this workspace")
    if top.rank < named[wanted].rank:
        raise Invalid.field("highest_role", "too_low", f"It gives {top.name!r}, which is above {wanted!r}")
    return named[wanted]


def _top(roles: Sequence[Role], given: Sequence[str]) -> Role:
    """The highest that it gives, of those that are there still."""
    return min((role for role in roles if role.name in {*given, "guest"}), key=lambda role: role.rank)


async def _role_named(read: Read, application: Application) -> Role:
    roles = await roles_of(read, application.workspace_id)
    found = next((role for role in roles if role.name == application.highest_role), None)
    if found is None:
        raise GrantRefused(f"its highest role {application.highest_role!r} is gone")
    return found


async def _administers(read: Read, role: Role) -> bool:
    held = (await permissions_of_roles(read, role.workspace_id))[role.id]
    return not held.isdisjoint(ADMINISTERING)
