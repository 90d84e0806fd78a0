"""`talkoot keys`: the keys that sign access tokens and tickets."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from talkoot.cli.options import DATABASE_FLAGS, with_settings
from talkoot.settings import Settings

keys = typer.Typer(
    help="Change the keys that sign access tokens, and list them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@keys.command()
@with_settings(*DATABASE_FLAGS)
def rotate(
    settings: Settings,
    *,
    at_once: Annotated[
        bool, typer.Option("--at-once", help="The older keys end now, for they are known to somebody else.")
    ] = False,
) -> None:
    """Let another key sign access tokens and tickets; all servers take it up while they run.

    Nobody is signed out: what the older key signed holds until it ends. With --at-once it holds no longer,
    and programs get another access token with their refresh token.

    Example:  talkoot keys rotate
    """
    from talkoot.cli import signing_keys

    made = asyncio.run(signing_keys.rotate(settings, at_once=at_once))
    typer.echo(f"The key {made} signs from now on.")


@keys.command(name="list")
@with_settings(*DATABASE_FLAGS)
def show(settings: Settings) -> None:
    """List the keys: id, when it was made, and whether it signs. None is there before the first change."""
    from talkoot.cli import signing_keys

    for line in asyncio.run(signing_keys.lines(settings)):
        typer.echo(line)
