"""Those who own a workspace: there is always one, and all hear when one comes or goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sqlalchemy import select

from talkoot.chat.access.models import Workspace
from talkoot.chat.access.queries import owners_of
from talkoot.chat.accounts.factors.proofs import require_proof
from talkoot.chat.accounts.models import User
from talkoot.chat.accounts.queries import user_with_id
from talkoot.chat.mail.notices import tell_owner
from talkoot.kernel.errors import Conflict

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.transactions import Tx

OfOwners = Literal["owner_made", "owner_ended"]


async def tell_owners(tx: Tx, actor: Actor, workspace: UUID, user: UUID, what: OfOwners) -> None:
    """Let all who own a workspace know that this one does now or does not any more; and the one."""
    subject = await user_with_id(tx, user)
    name = (await tx.session.get_one(Workspace, workspace)).name
    for owner in {*await owners_of(tx, workspace), user}:
        await tell_owner(tx, owner, what, f"@{subject.username}, by @{actor.username}, in {name}")


async def between_owners(tx: Tx, actor: Actor, workspace: UUID, user: UUID, what: OfOwners) -> None:
    """The last owner stays; another one goes, or comes, by a fresh proof only; and all owners hear of it."""
    if what == "owner_ended":
        await _keep_an_owner(tx, workspace, user)
    if user != actor.user:
        await require_proof(tx, actor, tx.now)
    await tell_owners(tx, actor, workspace, user, what)


async def _keep_an_owner(tx: Tx, workspace: UUID, user: UUID) -> None:
    others = select(User.id).where(
        User.id.in_(await owners_of(tx, workspace)), User.id != user, User.deactivated_at.is_(None)
    )
    if await tx.connection.scalar(others.limit(1)) is None:
        raise Conflict("A workspace needs an owner: give somebody else that role first")
