"""`talkoot migrate`: bring the tables to this version's form."""

from __future__ import annotations

import asyncio

import typer

from talkoot.cli.options import DATABASE_FLAGS, with_settings
from talkoot.settings import Settings


@with_settings(*DATABASE_FLAGS)
def migrate(settings: Settings) -> None:
    """Bring the database to the form that this version works with.

    SQLite is migrated by `talkoot serve` itself; PostgreSQL waits for this command. It all happens in one
    transaction: when it fails, nothing has changed.

    Example:  TALKOOT_DATABASE_URL=postgresql://talkoot@db/talkoot talkoot migrate
    """
    from talkoot.cli.databases import bring_up_to_date

    done = asyncio.run(bring_up_to_date(settings))
    typer.echo("The database is up to date now." if done else "The database was up to date already.")
