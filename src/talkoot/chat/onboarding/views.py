"""From the tables of onboarding to what is on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from talkoot.chat.onboarding.schemas import InviteCard, InviteOut
from talkoot.kernel.clock import rfc3339

if TYPE_CHECKING:
    from talkoot.chat.onboarding.models import Invitation
    from talkoot.chat.onboarding.schemas import InvitedRole


def invite_card(invitation: Invitation, workspace: str) -> InviteCard:
    """An invitation, as shown to whoever holds it."""
    return InviteCard(
        workspace=workspace,
        role=cast("InvitedRole", invitation.role),
        expires_at=rfc3339(invitation.expires_at),
        email=invitation.email,
    )


def invite_out(invitation: Invitation) -> InviteOut:
    """An invitation, as shown to those who manage it."""
    return InviteOut(
        id=invitation.id,
        workspace=invitation.workspace_id,
        role=cast("InvitedRole", invitation.role),
        email=invitation.email,
        uses=invitation.uses,
        max_uses=invitation.max_uses,
        created_by=invitation.created_by,
        created_at=rfc3339(invitation.created_at),
        expires_at=rfc3339(invitation.expires_at),
    )
