"""Invitations over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Path, Request

from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.operations import LIST_INVITES
from talkoot.chat.access.permissions import Permission
from talkoot.chat.accounts.http_auth import ClientAddress, CurrentActor, GateDep
from talkoot.chat.accounts.throttle import INVITES_MAILED_BY, INVITES_MAILED_TO, WRONG_INVITE, count_wrong
from talkoot.chat.onboarding import actions, queries
from talkoot.chat.onboarding.schemas import (
    InviteAccepted,
    InviteCard,
    InviteMade,
    InviteOut,
    NewInvite,
)
from talkoot.chat.onboarding.views import invite_card, invite_out
from talkoot.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    Malformed,
    NotAuthenticated,
    NotFound,
    RateLimited,
)
from talkoot.kernel.http import KernelDep, make_router, problems
from talkoot.kernel.ids import fingerprint
from talkoot.kernel.paging import Limit, Page, page_of

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.context import Kernel

router = make_router(Malformed, NotFound, Invalid, RateLimited, tags=["invitations"])

Token = Annotated[str, Path(min_length=1, max_length=200)]


@router.post(
    "/workspaces/{workspace}/invites",
    status_code=201,
    responses=problems(NotAuthenticated, Forbidden, Conflict),
)
async def make_invite(
    request: Request, kernel: KernelDep, actor: CurrentActor, workspace: UUID, new: NewInvite
) -> InviteMade:
    """Invite people to a workspace: by a link whose token is shown this once, or by mail to an address."""
    if new.email is not None:
        await _let_mail(kernel, actor, new.email)
    invitation, token = await kernel.uow.run(lambda tx: actions.invite(tx, actor, workspace, new))
    made = invite_out(invitation).model_dump()
    if new.email is not None:
        return InviteMade(**made, token=None, url=None)
    base = kernel.settings.public_url or str(request.base_url).rstrip("/")
    return InviteMade(**made, token=token, url=f"{base}/join/{token}")


@router.get("/workspaces/{workspace}/invites", responses=problems(NotAuthenticated, Forbidden))
async def list_invites(
    kernel: KernelDep, actor: CurrentActor, workspace: UUID, limit: Limit = 100, after: UUID | None = None
) -> Page[InviteOut]:
    """The invitations that still let people in: one's own, and with `members.manage` everybody's."""
    async with kernel.uow.read() as read:
        grants = await resource_for(read, actor, LIST_INVITES, workspace)
        by = None if Permission.MEMBERS_MANAGE in grants.permissions else actor.user
        found = await queries.invitations_to(
            read, workspace, kernel.clock.now(), by=by, after=after, limit=limit + 1
        )
    return page_of([invite_out(invitation) for invitation in found], limit, key=lambda invite: invite.id)


@router.delete(
    "/workspaces/{workspace}/invites/{invite}",
    status_code=204,
    responses=problems(NotAuthenticated, Forbidden),
)
async def revoke_invite(kernel: KernelDep, actor: CurrentActor, workspace: UUID, invite: UUID) -> None:
    """Let nobody in any more by this invitation."""
    await kernel.uow.run(lambda tx: actions.revoke_invitation(tx, actor, workspace, invite))


@router.get("/invites/{token}")
async def get_invite(gate: GateDep, address: ClientAddress, token: Token) -> InviteCard:
    """What one is invited to."""
    async with gate.kernel.uow.read() as read:
        found = await queries.find_invitation(read, token, gate.kernel.clock.now())
    if found is None:
        await count_wrong(gate.kernel.limits, address, WRONG_INVITE)
        raise NotFound("There is no such invitation")
    return invite_card(*found)


@router.post("/invites/{token}/accept", responses=problems(NotAuthenticated, Forbidden))
async def accept_invite(
    gate: GateDep, actor: CurrentActor, address: ClientAddress, token: Token
) -> InviteAccepted:
    """Join one more workspace with the account one has."""
    async with gate.kernel.uow.read() as read:
        found = await queries.find_invitation(read, token, gate.kernel.clock.now())
    if found is None:
        await count_wrong(gate.kernel.limits, address, WRONG_INVITE)
        raise NotFound("There is no such invitation")
    workspace = await gate.kernel.uow.run(lambda tx: actions.accept_invitation(tx, actor.user, token))
    return InviteAccepted(workspace=workspace)


async def _let_mail(kernel: Kernel, actor: Actor, email: str) -> None:
    """Nobody sends letters to strangers from here all day long."""
    if not kernel.settings.mails:
        raise Conflict("This server sends no mail: pass the link on yourself", code="mail_off")
    await kernel.limits.require(str(actor.user), INVITES_MAILED_BY)
    await kernel.limits.require(fingerprint(email.strip().casefold()).hex(), INVITES_MAILED_TO)
