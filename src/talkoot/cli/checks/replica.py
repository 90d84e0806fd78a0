"""The standby that is asked for what may be a moment behind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from talkoot.cli.checks.finding import Finding
from talkoot.kernel.database import opened_database

if TYPE_CHECKING:
    from talkoot.settings import Settings

_FAR_BEHIND = 30.0  # seconds
_STANDBY = text(
    "SELECT pg_is_in_recovery(), extract(epoch FROM now() - pg_last_xact_replay_timestamp())::float,"
    " pg_last_wal_receive_lsn() IS NOT DISTINCT FROM pg_last_wal_replay_lsn()"
)


async def replica(settings: Settings) -> AsyncIterator[Finding]:
    """The standby answers, is one, and is not far behind."""
    if not settings.database_replica_url:
        return
    try:
        async with opened_database(settings) as opened:
            assert opened.replica is not None
            async with opened.replica.connect() as connection:
                standby, behind, idle = (await connection.execute(_STANDBY)).one()
    except (DBAPIError, OSError, TimeoutError) as error:
        reason = str(getattr(error, "orig", None) or error) or type(error).__name__
        yield Finding("warn", "replica", f"{reason}: searches go to the primary meanwhile")
    else:
        yield _standby(standby=standby, behind=0.0 if idle else behind or 0.0)


def _standby(*, standby: bool, behind: float) -> Finding:
    if not standby:
        return Finding("warn", "replica", "is a primary of its own: is it the standby of this database?")
    if behind > _FAR_BEHIND:
        return Finding("warn", "replica", f"is {behind:.0f} s behind: what was said since is not found")
    return Finding("ok", "replica", f"answers, {behind:.0f} s behind")
