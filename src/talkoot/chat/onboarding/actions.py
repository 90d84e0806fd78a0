"""Setting up, inviting, coming in."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import insert, select, update

from talkoot.chat.access.actions import add_workspace_member, create_workspace
from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.grants import grants_of
from talkoot.chat.access.models import Workspace
from talkoot.chat.access.operations import MAKE_INVITE, REVOKE_INVITE
from talkoot.chat.access.permissions import Permission
from talkoot.chat.access.queries import role_in, roles_of, workspaces_of
from talkoot.chat.access.roles import refuse_to_give
from talkoot.chat.accounts.actions import NewUser, create_user
from talkoot.chat.accounts.actors import NO_SESSION, Actor
from talkoot.chat.accounts.models import User
from talkoot.chat.accounts.names import email_from
from talkoot.chat.onboarding.models import THE_ONE, Installation, Invitation
from talkoot.chat.onboarding.queries import first_workspace, invited_address, standing
from talkoot.chat.rooms.actions import create_room, join_default_rooms
from talkoot.chat.rooms.schemas import NewRoom
from talkoot.kernel.audit import Act, record
from talkoot.kernel.clock import SECOND
from talkoot.kernel.errors import Conflict, Forbidden, NotFound
from talkoot.kernel.ids import fingerprint, new_id, new_token
from talkoot.kernel.jobs import enqueue
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.chat.access.cache import Grants
    from talkoot.chat.accounts.events import UserDeactivated
    from talkoot.chat.onboarding.schemas import NewInvite
    from talkoot.kernel.transactions import Tx

MAIL_INVITATION = "onboarding.mail_invitation"
FIRST_ROOMS = (("general", "For everybody and everything"), ("random", "What fits nowhere else"))


class Invited(Value, frozen=True):
    """Whom an invitation is mailed to, and what the letter says."""

    address: str
    workspace: str
    inviter: str
    token: str


async def set_up(tx: Tx, workspace_name: str, owner: NewUser) -> tuple[User, Workspace]:
    """The first run: the owner, the first workspace, its first rooms. Conflict ever after."""
    if await first_workspace(tx) is not None:
        raise Conflict("This server is set up already")
    user = await create_user(tx, owner)
    workspace = await create_workspace(tx, workspace_name, user.id)
    # Its key is what lets only one of those who try at the same moment succeed.
    await tx.connection.execute(
        insert(Installation).values(id=THE_ONE, workspace_id=workspace.id, set_up_at=tx.now)
    )
    actor = Actor(user.id, user.username, NO_SESSION)
    for name, topic in FIRST_ROOMS:
        await create_room(tx, actor, workspace.id, NewRoom(name=name, topic=topic), default=True)
    return user, workspace


async def invite(tx: Tx, actor: Actor, workspace: UUID, new: NewInvite) -> tuple[Invitation, str]:
    """An invitation to a workspace, and its token, which is not kept, and opens nothing when it is mailed."""
    grants = await resource_for(tx, actor, MAKE_INVITE, workspace)
    await _refuse_beyond(tx, grants, new.role)
    token = new_token()
    invitation = Invitation(
        id=new_id(),
        token_hash=fingerprint(token),
        workspace_id=workspace,
        role=new.role,
        email=email_from(new.email) if new.email else None,
        uses=0,
        max_uses=1 if new.email else new.max_uses,
        created_by=actor.user,
        created_at=tx.now,
        expires_at=tx.now + new.expires_in * SECOND,
    )
    tx.session.add(invitation)
    await tx.flush()
    if invitation.email is not None:
        await enqueue(tx, MAIL_INVITATION, {"invitation": str(invitation.id)})
    after = {"role": new.role, "max_uses": invitation.max_uses, "expires_in": new.expires_in}
    await record(tx, actor, Act("invitation.made", workspace, invitation.id, after=after))
    return invitation, token


async def revoke_invitation(tx: Tx, actor: Actor, workspace: UUID, invitation_id: UUID) -> None:
    """Let nobody in any more by this invitation; one's own, or anybody's with `members.manage`."""
    grants = await resource_for(tx, actor, REVOKE_INVITE, workspace)
    invitation = await tx.session.get(Invitation, invitation_id)
    if invitation is None or invitation.workspace_id != workspace or invitation.revoked_at is not None:
        raise NotFound("There is no such invitation")
    if invitation.created_by != actor.user and Permission.MEMBERS_MANAGE not in grants.permissions:
        raise NotFound("There is no such invitation")
    invitation.revoked_at = tx.now
    before = {"role": invitation.role, "uses": invitation.uses, "created_by": invitation.created_by}
    await record(tx, actor, Act("invitation.revoked", workspace, invitation.id, before=before))


async def revoke_invitations_of(tx: Tx, closed: UserDeactivated) -> None:
    """Nobody comes in by an invitation of whose account was closed, and they themselves least of all."""
    await tx.connection.execute(
        update(Invitation)
        .where(Invitation.created_by == closed.user, Invitation.revoked_at.is_(None))
        .values(revoked_at=tx.now)
    )


async def register(tx: Tx, new: NewUser, invite_token: str | None) -> User:
    """An account that belongs to the workspace of the invitation, or, without one, to the first workspace.

    Who opens an invitation that was mailed has shown that the address is theirs, unless they name another.
    """
    invited = await invited_address(tx, invite_token) if invite_token is not None else None
    if invited is not None and (new.email or invited).casefold() == invited.casefold():
        new = replace(new, email=invited, email_verified=True)
    user = await create_user(tx, new)
    if invite_token is not None:
        await accept_invitation(tx, user.id, invite_token)
    else:
        await join_first_workspace(tx, user.id)
    return user


async def join_first_workspace(tx: Tx, user: UUID) -> None:
    """Let somebody who is in no workspace into the first one; whoever calls this may do so."""
    workspace = await first_workspace(tx)
    if workspace is None:
        raise Conflict("This server is not set up yet", code="setup_required")
    await _come_in(tx, workspace, user, "member")


async def accept_invitation(tx: Tx, user: UUID, token: str) -> UUID:
    """Join the workspace of an invitation, which is used up by one; the workspace.

    Counting and checking are one statement: of many who come at once exactly as many get in as were invited.
    Whoever is in already uses nothing up, and is refused.
    """
    member_of = {workspace.id for workspace, _ in await workspaces_of(tx, user)}
    used = await tx.connection.execute(
        update(Invitation)
        .where(
            Invitation.token_hash == fingerprint(token),
            Invitation.workspace_id.not_in(member_of),
            *standing(tx.now),
        )
        .values(uses=Invitation.uses + 1)
        .returning(Invitation.workspace_id, Invitation.role, Invitation.created_by)
    )
    row = used.first()
    if row is None:
        raise _refused()
    inviter = await grants_of(tx, row.created_by, row.workspace_id)
    if inviter is None or Permission.MEMBERS_INVITE not in inviter.permissions:
        raise _refused()  # whoever may not invite any more does not do so with an old link either
    try:
        await _refuse_beyond(tx, inviter, row.role)
    except Forbidden:
        raise _refused() from None
    await _come_in(tx, row.workspace_id, user, row.role)
    workspace: UUID = row.workspace_id
    return workspace


async def arm_invitation(tx: Tx, invitation_id: UUID) -> Invited | None:
    """Give an invitation the token that is mailed, the only one from now on; None when it does not stand."""
    found = await tx.session.execute(
        select(Invitation, Workspace.name, User.display_name)
        .join(Workspace, Workspace.id == Invitation.workspace_id)
        .join(User, User.id == Invitation.created_by)
        .where(Invitation.id == invitation_id, *standing(tx.now))
    )
    row = found.one_or_none()
    if row is None or row[0].email is None:
        return None
    token = new_token()
    row[0].token_hash = fingerprint(token)
    await tx.flush()
    return Invited(row[0].email, row[1], row[2], token)


async def _refuse_beyond(tx: Tx, inviter: Grants, role: str) -> None:
    """Forbidden unless who invites may give the role that the newcomer gets."""
    mine = await role_in(tx, inviter.workspace, inviter.user)
    wanted = next(each for each in await roles_of(tx, inviter.workspace) if each.name == role)
    if mine is None:
        raise Forbidden("Who is not in a workspace invites nobody to it")
    await refuse_to_give(tx, inviter, mine, wanted)


async def _come_in(tx: Tx, workspace: UUID, user: UUID, role: str) -> None:
    await add_workspace_member(tx, workspace, user, role)
    if role != "guest":
        await join_default_rooms(tx, workspace, user)


def _refused() -> Forbidden:
    return Forbidden("This invitation does not hold any more", code="invitation_invalid")
