"""What follows from a changed rule for more people than fit into one transaction."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.groups.actions.settling import AT_ONCE, settle

if TYPE_CHECKING:
    from talkoot.kernel.context import Kernel
    from talkoot.kernel.job_runner import InTheEnd
    from talkoot.kernel.jobs import Claim


async def settle_some(kernel: Kernel, claim: Claim) -> InTheEnd:
    """These people get in a workspace what is due to them by the rules of the moment it runs.

    A few in each transaction; if it ends midway, all of them are looked at again.
    """
    workspace, users = UUID(claim.payload["workspace"]), [UUID(user) for user in claim.payload["users"]]
    while len(users) > AT_ONCE:
        some, users = users[:AT_ONCE], users[AT_ONCE:]
        await kernel.uow.run(partial(settle, workspace=workspace, users=some))
    return partial(settle, workspace=workspace, users=users)
