"""`talkoot recount`: whether every number that is kept is the one that follows from what is there."""

from __future__ import annotations

import asyncio

import typer

from talkoot.cli.failures import Exit
from talkoot.cli.options import DATABASE_FLAGS, with_settings
from talkoot.settings import Settings


@with_settings(*DATABASE_FLAGS)
def recount(settings: Settings) -> None:
    """Count again what unread counts rest on, and tell what differs; nothing is changed.

    Servers may run meanwhile. The exit code is 1 if there is a difference.

    Example:  talkoot recount --data /var/lib/talkoot
    """
    from talkoot.cli import recounting

    rooms, differences = asyncio.run(recounting.recount(settings, typer.echo))
    typer.echo(f"{differences} differences in {rooms} rooms.")
    if differences:
        raise typer.Exit(Exit.REFUSED)
