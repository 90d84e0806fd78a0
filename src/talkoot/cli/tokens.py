"""`talkoot token`: tokens that programs sign in with, from the machine that the server runs on."""

from __future__ import annotations

import asyncio
from typing import Annotated
from uuid import UUID

import typer

from talkoot.cli.options import DATABASE_FLAGS, with_settings
from talkoot.settings import Settings

tokens = typer.Typer(
    help="Make, list and revoke tokens of programs and bots.", no_args_is_help=True, rich_markup_mode=None
)

Username = Annotated[str, typer.Argument(help="Whose it is.", show_default=False)]


@tokens.command()
@with_settings(*DATABASE_FLAGS, "token_days")
def create(
    settings: Settings,
    username: Username,
    *,
    name: Annotated[str, typer.Option(help="What it is for.")],
    scope: Annotated[
        list[str], typer.Option(help="read, write, members, moderate or administer; more than once for more.")
    ],
    place: Annotated[
        list[UUID] | None,
        typer.Option(help="The id of a workspace or room; once or more. [everywhere]", show_default=False),
    ] = None,
    days: Annotated[
        int | None, typer.Option(help="After how many days it ends. [as token_days says]", show_default=False)
    ] = None,
) -> None:
    """Make a token that acts as this account, and print it: it is not shown again.

    Example:  talkoot token create deploybot --name "CI" --scope read --scope write --days 90
    """
    from talkoot.cli import made_tokens

    given = {"name": name, "scopes": scope, "places": place or None, "expires_in_days": days}
    typer.echo(asyncio.run(made_tokens.create(settings, username, given)))


@tokens.command()
@with_settings(*DATABASE_FLAGS)
def revoke(
    settings: Settings,
    token: Annotated[
        UUID, typer.Argument(help="Its id, as `talkoot token list` shows it.", show_default=False)
    ],
) -> None:
    """End a token, and what is open with it, within two seconds.

    Example:  talkoot token revoke 0190f1c2-7b2a-7000-8000-000000000000
    """
    from talkoot.cli import made_tokens

    asyncio.run(made_tokens.revoke(settings, token))
    typer.echo("It is good for nothing any more.")


@tokens.command(name="list")
@with_settings(*DATABASE_FLAGS)
def show(
    settings: Settings,
    username: Annotated[str, typer.Argument(help="Only those of this account.", show_default=False)] = "",
) -> None:
    """List tokens: id, account, name, scopes, when it ends, and when it was used last."""
    asyncio.run(_list(settings, username))


async def _list(settings: Settings, username: str) -> None:
    from talkoot.cli import made_tokens

    async for line in made_tokens.lines(settings, username):
        typer.echo(line)
