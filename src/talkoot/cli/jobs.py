"""`talkoot jobs`: work that was given up, from the machine that the server runs on."""

from __future__ import annotations

import asyncio
from typing import Annotated
from uuid import UUID

import typer

from talkoot.cli.options import DATABASE_FLAGS, with_settings
from talkoot.settings import Settings

jobs = typer.Typer(help="Look after jobs that were given up.", no_args_is_help=True, rich_markup_mode=None)

JobId = Annotated[UUID, typer.Argument(metavar="JOB", help="Its id, as `list` shows it.", show_default=False)]


@jobs.command(name="list")
@with_settings(*DATABASE_FLAGS)
def show(settings: Settings) -> None:
    """List the jobs that were given up, the latest first: id, kind, attempts, when, and the last error."""
    from talkoot.cli import dead_letters

    for line in asyncio.run(dead_letters.lines(settings)):
        typer.echo(line)


@jobs.command()
@with_settings(*DATABASE_FLAGS)
def retry(settings: Settings, job: JobId) -> None:
    """Give a job all its attempts again; a running server takes it up within seconds.

    Example:  talkoot jobs retry 0199f3a2-6d1c-7b60-9a3e-5f3c1c2b7d11
    """
    from talkoot.cli import dead_letters

    asyncio.run(dead_letters.retry(settings, job))
    typer.echo("It will be tried again.")


@jobs.command()
@with_settings(*DATABASE_FLAGS)
def drop(settings: Settings, job: JobId) -> None:
    """Forget a job that was given up; a month after it was, that happens by itself.

    Example:  talkoot jobs drop 0199f3a2-6d1c-7b60-9a3e-5f3c1c2b7d11
    """
    from talkoot.cli import dead_letters

    asyncio.run(dead_letters.drop(settings, job))
    typer.echo("It is forgotten.")
