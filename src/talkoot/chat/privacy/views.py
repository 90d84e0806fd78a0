"""From the tables to what is on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.chat.accounts.views import public_user
from talkoot.chat.exports.queries import done_of, state_of
from talkoot.chat.privacy.schemas import ExportOut
from talkoot.kernel.clock import rfc3339, rfc3339_or_none

if TYPE_CHECKING:
    from talkoot.chat.accounts.models import User
    from talkoot.chat.privacy.models import Export
    from talkoot.kernel.jobs import Job


def export_out(export: Export, user: User, job: Job | None) -> ExportOut:
    """An export, as shown to who asked for it."""
    return ExportOut(
        id=export.id,
        user=public_user(user),
        state=state_of(export, job),
        percent=100 if export.ready_at is not None else done_of(job),
        size=export.size,
        created_at=rfc3339(export.created_at),
        expires_at=rfc3339_or_none(export.expires_at),
    )
