"""`talkoot migrate`: bring the tables to this version's form."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from talkoot.cli.options import DATABASE_FLAGS, with_settings
from talkoot.settings import Settings

_LEFT = (
    "Something is left that only older versions need: `talkoot migrate --contract`, when none of them runs."
)


@with_settings(*DATABASE_FLAGS)
def migrate(
    settings: Settings,
    check: Annotated[  # noqa: FBT002 - that is how typer makes a switch
        bool, typer.Option("--check", help="Change nothing: 0 if the database fits, 4 if it does not.")
    ] = False,
    contract: Annotated[  # noqa: FBT002
        bool, typer.Option("--contract", help="Also take away what only older versions need.")
    ] = False,
) -> None:
    """Bring the database to the form that this version works with, while the version before goes on serving.

    SQLite is migrated by `talkoot serve` itself; PostgreSQL waits for this command. It all happens in one
    transaction, save for indexes on large tables, which are built beside running writers afterwards.

    Example:  TALKOOT_DATABASE_URL=postgresql://talkoot@db/talkoot talkoot migrate
    """
    from talkoot.cli.databases import bring_up_to_date, leftover, require_fitting

    if check:
        asyncio.run(require_fitting(settings))
        typer.echo("The database fits this version.")
    else:
        done = asyncio.run(bring_up_to_date(settings, contract=contract or settings.embedded))
        typer.echo("The database is up to date now." if done else "The database was up to date already.")
    if asyncio.run(leftover(settings)):
        typer.echo(_LEFT)
