"""From the table of applications to what is on the wire."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast
from uuid import UUID

from talkoot.chat.applications.schemas import Algorithm, ApplicationMade, ApplicationOut
from talkoot.kernel.clock import rfc3339

if TYPE_CHECKING:
    from talkoot.chat.applications.models import Application


def application_out(found: Application, audience: str) -> ApplicationOut:
    """An application, without its secret."""
    return ApplicationOut(
        id=found.id,
        name=found.name,
        issuer=found.issuer,
        audience=audience,
        algorithm=cast("Algorithm", found.algorithm),
        keys=json.loads(found.keys) if found.keys else None,
        keys_url=found.keys_url,
        roles=json.loads(found.roles),
        rooms=[UUID(room) for room in found.rooms.split()],
        longest_seconds=found.longest_seconds,
        created_at=rfc3339(found.created_at),
        disabled=found.disabled_at is not None,
    )


def application_made(found: Application, audience: str, secret: str | None) -> ApplicationMade:
    """The same with the secret, at the only time that it is shown."""
    return ApplicationMade(**application_out(found, audience).model_dump(), secret=secret)
