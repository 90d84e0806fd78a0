"""`talkoot audit`: who did what, from the machine that the server runs on."""

from __future__ import annotations

import asyncio
from typing import Annotated
from uuid import UUID

import typer

from talkoot.cli.options import DATABASE_FLAGS, with_settings
from talkoot.settings import Settings


@with_settings(*DATABASE_FLAGS)
def audit(
    settings: Settings,
    *,
    workspace: Annotated[
        UUID | None, typer.Option(help="Only of this workspace; without it what concerned none.")
    ] = None,
    actor: Annotated[str, typer.Option(help="Only what this account did.", metavar="USERNAME")] = "",
    subject: Annotated[UUID | None, typer.Option(help="Only what was done to this.", metavar="ID")] = None,
    kind: Annotated[str, typer.Option(help="Only this, such as member.removed.")] = "",
    since: Annotated[str, typer.Option(help="Only from this moment on (RFC 3339, UTC).")] = "",
    until: Annotated[str, typer.Option(help="Only before this moment.")] = "",
) -> None:
    """Print the audit log as lines of JSON, the newest first: accounts and jobs, or one workspace.

    Examples:
      talkoot audit --kind account.deactivated

      talkoot audit --workspace 0199f3a2-6d1c-7b60-9a3e-5f3c1c2b7d11 --since 2026-01-01 > audit.jsonl
    """
    from talkoot.cli import auditing

    asyncio.run(
        auditing.show(
            settings, typer.echo, workspace, actor=actor, subject=subject, kind=kind, since=since, until=until
        )
    )
