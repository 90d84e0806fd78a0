"""Mailing invitations."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.mail.letters import Letter
from talkoot.chat.mail.sending import send
from talkoot.chat.onboarding.actions import arm_invitation

if TYPE_CHECKING:
    from talkoot.kernel.context import Kernel
    from talkoot.kernel.jobs import Claim


async def mail_invitation(kernel: Kernel, claim: Claim) -> None:
    """The handler of MAIL_INVITATION: each attempt makes another token, and the one before opens nothing."""
    if not kernel.settings.mails:
        return
    invited = await kernel.uow.run(partial(arm_invitation, invitation_id=UUID(claim.payload["invitation"])))
    if invited is None:
        return
    letter = Letter(
        to=invited.address,
        subject=f"You are invited to {invited.workspace}",
        said=("Hello,", f"{invited.inviter} invites you to {invited.workspace}, a workspace on Talkoot."),
        link=f"{kernel.settings.public_url}/join/{invited.token}",
        button="Come in",
        small=(
            "The link lets one person in. If you do not know who this is from, you need not do anything.",
        ),
    )
    await send(kernel, claim, letter)
