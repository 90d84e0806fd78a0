"""`talkoot jobs`: how far the work beside the requests is, and what was given up."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal
from uuid import UUID

import typer

from talkoot.cli.options import DATABASE_FLAGS, with_settings
from talkoot.settings import Settings

jobs = typer.Typer(
    help="Look at jobs, and after those that were given up.", no_args_is_help=True, rich_markup_mode=None
)

JobId = Annotated[UUID, typer.Argument(metavar="JOB", help="Its id, as `list` shows it.", show_default=False)]


@jobs.command(name="list")
@with_settings(*DATABASE_FLAGS)
def show(
    settings: Settings,
    state: Annotated[
        Literal["dead", "ready", "running", "done", "all"],
        typer.Option(help="`dead` were given up, `ready` wait, `running` are being done, `done` were."),
    ] = "dead",
) -> None:
    """List the newest jobs of one state, by default those that were given up.

    A line each: id, kind, state, attempts, when (it is to run; its lease ends; it ended), and the last error,
    or how far it is while it runs.

    Example:  talkoot jobs list --state running
    """
    from talkoot.cli import job_commands

    for line in asyncio.run(job_commands.lines(settings, None if state == "all" else state)):
        typer.echo(line)


@jobs.command()
@with_settings(*DATABASE_FLAGS)
def retry(settings: Settings, job: JobId) -> None:
    """Give a job all its attempts again; a running server takes it up within seconds.

    Example:  talkoot jobs retry 0199f3a2-6d1c-7b60-9a3e-5f3c1c2b7d11
    """
    from talkoot.cli import job_commands

    asyncio.run(job_commands.retry(settings, job))
    typer.echo("It will be tried again.")


@jobs.command()
@with_settings(*DATABASE_FLAGS)
def drop(settings: Settings, job: JobId) -> None:
    """Forget a job that was given up; a month after it was, that happens by itself.

    Example:  talkoot jobs drop 0199f3a2-6d1c-7b60-9a3e-5f3c1c2b7d11
    """
    from talkoot.cli import job_commands

    asyncio.run(job_commands.drop(settings, job))
    typer.echo("It is forgotten.")
