"""`talkoot limits`: how much may be asked for, changed while the servers run."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from talkoot.cli.options import DATABASE_FLAGS, with_settings
from talkoot.settings import Settings

limits = typer.Typer(
    help="See and change the limits; running servers take them over within two seconds.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="As `list` shows it.", show_default=False)]


@limits.command(name="list")
@with_settings(*DATABASE_FLAGS)
def show(settings: Settings) -> None:
    """List all limits.

    A line each: name, each what it counts for itself, how much in how many seconds, how much at one moment,
    `changed` or `default`, and what is counted.

    Example:  talkoot limits list
    """
    from talkoot.cli import limit_commands

    for line in asyncio.run(limit_commands.lines(settings)):
        typer.echo(line)


@limits.command(name="set")
@with_settings(*DATABASE_FLAGS)
def change(
    settings: Settings,
    name: Name,
    limit: Annotated[int, typer.Argument(metavar="LIMIT", help="How many.", show_default=False)],
    *,
    per: Annotated[int | None, typer.Option(help="In so many seconds; else as it is by default.")] = None,
    burst: Annotated[int | None, typer.Option(help="At one moment; else as many as LIMIT.")] = None,
) -> None:
    """Let a limit have other numbers, between a fifth and a hundred times its own.

    Example:  talkoot limits set http.writes 50 --burst 200
    """
    from talkoot.cli import limit_commands

    typer.echo(asyncio.run(limit_commands.change(settings, name, limit, per, burst)))


@limits.command()
@with_settings(*DATABASE_FLAGS)
def reset(settings: Settings, name: Name) -> None:
    """Let a limit have its own numbers again.

    Example:  talkoot limits reset http.writes
    """
    from talkoot.cli import limit_commands

    typer.echo(asyncio.run(limit_commands.reset(settings, name)))
