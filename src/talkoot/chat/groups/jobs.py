"""What follows from a changed rule for more people than fit into one transaction."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.groups.actions.settling import settle

if TYPE_CHECKING:
    from talkoot.kernel.context import Kernel
    from talkoot.kernel.job_runner import InTheEnd
    from talkoot.kernel.jobs import Claim


async def settle_some(_kernel: Kernel, claim: Claim) -> InTheEnd:
    """These people get in a workspace what is due to them by the rules of the moment it runs."""
    users = [UUID(user) for user in claim.payload["users"]]
    return partial(settle, workspace=UUID(claim.payload["workspace"]), users=users)
