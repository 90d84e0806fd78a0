"""`talkoot bot`: accounts of programs, from the machine that the server runs on."""

from __future__ import annotations

import asyncio
from typing import Annotated
from uuid import UUID

import typer

from talkoot.cli.options import DATABASE_FLAGS, with_settings
from talkoot.settings import Settings

bots = typer.Typer(
    help="Make and look after bots; running servers know within two seconds.\n\n"
    "A bot comes in with tokens only: `talkoot token create BOT` makes one, `talkoot token list BOT` lists"
    " them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Name = Annotated[str, typer.Argument(metavar="BOT", help="Its username.", show_default=False)]


@bots.command()
@with_settings(*DATABASE_FLAGS)
def create(
    settings: Settings,
    name: Name,
    *,
    owner: Annotated[str, typer.Option(help="The username of who looks after it.")],
    display_name: Annotated[str, typer.Option(help="The name that others see. [the username]")] = "",
    role: Annotated[str, typer.Option(help="What it may do: the role of a member or guest, say.")] = "member",
    workspace: Annotated[
        UUID | None, typer.Option(help="The id of its workspace. [the first one]", show_default=False)
    ] = None,
) -> None:
    """Make a bot.

    Like this:

      talkoot bot create deploybot --owner ada --display-name Deploys --role guest

      talkoot token create deploybot --name "CI" --scope write
    """
    from talkoot.cli import bot_commands

    given = {"username": name, "display_name": display_name or name, "role": role}
    asyncio.run(bot_commands.create(settings, given, owner, workspace))
    typer.echo(f"{name} is there; it needs a token: talkoot token create {name}")


@bots.command(name="list")
@with_settings(*DATABASE_FLAGS)
def show(settings: Settings) -> None:
    """List bots: username, display name, role, owner, workspace; off, without an owner."""
    from talkoot.cli import bot_commands

    for line in asyncio.run(bot_commands.lines(settings)):
        typer.echo(line)


@bots.command()
@with_settings(*DATABASE_FLAGS)
def rename(
    settings: Settings,
    name: Name,
    display_name: Annotated[str, typer.Argument(help="The name that others see.", show_default=False)],
) -> None:
    """Give a bot another display name.

    Example:  talkoot bot rename deploybot "Deploys of the shop"
    """
    from talkoot.cli import bot_commands

    asyncio.run(bot_commands.rename(settings, name, display_name))
    typer.echo(f"{name} is called {display_name} now.")


@bots.command()
@with_settings(*DATABASE_FLAGS)
def off(settings: Settings, name: Name) -> None:
    """Switch a bot off: its tokens end, and what is open with them.

    Example:  talkoot bot off deploybot
    """
    from talkoot.cli import bot_commands

    asyncio.run(bot_commands.switch(settings, name, off=True))
    typer.echo(f"{name} is off, and has no tokens any more.")


@bots.command()
@with_settings(*DATABASE_FLAGS)
def on(settings: Settings, name: Name) -> None:
    """Switch a bot on again; it needs new tokens.

    Example:  talkoot bot on deploybot
    """
    from talkoot.cli import bot_commands

    asyncio.run(bot_commands.switch(settings, name, off=False))
    typer.echo(f"{name} is on; it needs a token: talkoot token create {name}")


@bots.command()
@with_settings(*DATABASE_FLAGS)
def delete(settings: Settings, name: Name) -> None:
    """Take a bot out of its workspace for good, with its tokens; what it wrote stays.

    Example:  talkoot bot delete deploybot
    """
    from talkoot.cli import bot_commands

    asyncio.run(bot_commands.delete(settings, name))
    typer.echo(f"{name} is no bot any more.")
