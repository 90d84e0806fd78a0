"""From the table of applications to what is on the wire."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast
from uuid import UUID

from talkoot.chat.access.permissions import Permission
from talkoot.chat.accounts.queries import user_with_id
from talkoot.chat.accounts.views import public_user
from talkoot.chat.applications.schemas import Algorithm, ApplicationMade, ApplicationOut
from talkoot.chat.tokens.queries import still_looking_after
from talkoot.kernel.clock import rfc3339

if TYPE_CHECKING:
    from collections.abc import Sequence

    from talkoot.chat.applications.models import Application
    from talkoot.kernel.transactions import Read


async def applications_out(
    read: Read, workspace: UUID, found: Sequence[Application], audience: str
) -> list[ApplicationOut]:
    """Applications of a workspace with their owners, without their secrets."""
    owners = {each.made_by: await user_with_id(read, each.made_by) for each in found}
    looking = await still_looking_after(read, workspace, owners.keys(), Permission.ACCESS_MANAGE)
    return [
        ApplicationOut(
            id=each.id,
            name=each.name,
            issuer=each.issuer,
            audience=audience,
            algorithm=cast("Algorithm", each.algorithm),
            keys=json.loads(each.keys) if each.keys else None,
            keys_url=each.keys_url,
            roles=json.loads(each.roles),
            rooms=[UUID(room) for room in each.rooms.split()],
            highest_role=each.highest_role,
            longest_seconds=each.longest_seconds,
            owner=public_user(owners[each.made_by]),
            ownerless=each.made_by not in looking,
            created_at=rfc3339(each.created_at),
            disabled=each.disabled_at is not None,
        )
        for each in found
    ]


async def application_out(read: Read, found: Application, audience: str) -> ApplicationOut:
    """One application."""
    return (await applications_out(read, found.workspace_id, [found], audience))[0]


async def application_made(
    read: Read, found: Application, audience: str, secret: str | None
) -> ApplicationMade:
    """The same with the secret, at the only time that it is shown."""
    return ApplicationMade(**(await application_out(read, found, audience)).model_dump(), secret=secret)
