"""`talkoot user`: accounts, from the machine that the server runs on."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from talkoot.cli.options import DATABASE_FLAGS, with_settings
from talkoot.settings import Settings

users = typer.Typer(help="Make and look after accounts.", no_args_is_help=True, rich_markup_mode=None)

Username = Annotated[str, typer.Argument(help="The name to sign in with.", show_default=False)]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the first line of standard input.")
]


@users.command()
@with_settings(*DATABASE_FLAGS)
def create(
    settings: Settings,
    username: Username,
    display_name: Annotated[str, typer.Option(help="The name that others see. [the username]")] = "",
    email: Annotated[str, typer.Option(help="An email address, also to sign in with.")] = "",
    password_stdin: FromStdin = False,  # noqa: FBT002 - that is how typer makes a switch
) -> None:
    """Make an account; it joins the first workspace, if the server is set up.

    The password is asked for, and never taken from the command line, where others could read it.

    Like this:

      talkoot user create ada --display-name "Ada Lovelace"

      pass show chat/ada | talkoot user create ada --password-stdin
    """
    from talkoot.cli import accounts

    user = asyncio.run(accounts.create(settings, username, display_name, email, from_stdin=password_stdin))
    typer.echo(f"{user.username} can sign in now.")


@users.command(name="set-password")
@with_settings(*DATABASE_FLAGS)
def set_password(settings: Settings, username: Username, password_stdin: FromStdin = False) -> None:  # noqa: FBT002
    """Give someone another password, and sign them out everywhere.

    Example:  talkoot user set-password ada
    """
    from talkoot.cli import accounts

    asyncio.run(accounts.set_password(settings, username, from_stdin=password_stdin))
    typer.echo(f"{username} has a new password.")


@users.command(name="reset-link")
@with_settings("public_url", *DATABASE_FLAGS)
def reset_link(settings: Settings, username: Username) -> None:
    """Print a link with which someone chooses a new password, once and within an hour: for who has no mail.

    Whoever has the link gets into the account: hand it only to its owner. It signs them out everywhere.

    Example:  talkoot user reset-link ada
    """
    from talkoot.cli import accounts

    path = asyncio.run(accounts.reset_link(settings, username))
    typer.echo(f"{settings.public_url or 'http://(the address that people type)'}{path}")


@users.command(name="set-address")
@with_settings(*DATABASE_FLAGS)
def set_address(
    settings: Settings,
    username: Username,
    address: Annotated[
        str, typer.Argument(help="The email address; it counts as verified. [none]", show_default=False)
    ] = "",
) -> None:
    """Give someone another email address, or none. Links that were mailed before do nothing any more.

    Example:  talkoot user set-address ada ada@example.org
    """
    from talkoot.cli import accounts

    asyncio.run(accounts.set_address(settings, username, address))
    typer.echo(f"{username} has the address {address}." if address else f"{username} has no address.")


@users.command()
@with_settings(*DATABASE_FLAGS)
def deactivate(
    settings: Settings,
    username: Username,
    *,
    and_revoke: Annotated[
        bool, typer.Option("--and-revoke", help="Also end the tokens of bots that they made.")
    ] = False,
) -> None:
    """Close an account, and sign it out everywhere within two seconds; what the person wrote stays.

    So do bots and applications that they made. With --and-revoke, also for an account that is closed already,
    the tokens that they made for bots end, and applications are named whose secret they know.

    Example:  talkoot user deactivate ada --and-revoke
    """
    from talkoot.cli import accounts

    for line in asyncio.run(accounts.deactivate(settings, username, revoking=and_revoke)):
        typer.echo(line)


@users.command()
@with_settings(*DATABASE_FLAGS)
def reactivate(settings: Settings, username: Username) -> None:
    """Open a closed account again.

    Example:  talkoot user reactivate ada
    """
    from talkoot.cli import accounts

    asyncio.run(accounts.reactivate(settings, username))
    typer.echo(f"{username} can sign in again.")


@users.command()
@with_settings(*DATABASE_FLAGS)
def export(
    settings: Settings,
    username: Username,
    to: Annotated[Path, typer.Option("--to", help="The zip file to write; it must not be there yet.")],
) -> None:
    """Write all that is known of a person into a file, for who asked for it in writing.

    Example:  talkoot user export ada --to ada.zip
    """
    from talkoot.cli import leaving

    asyncio.run(leaving.export(settings, username, to))
    typer.echo(f"{to} has all that is known of {username}.")


@users.command()
@with_settings(*DATABASE_FLAGS)
def delete(
    settings: Settings,
    username: Username,
    *,
    delete_messages: Annotated[
        bool, typer.Option("--delete-messages", help="Also what they wrote; else it stays, nameless.")
    ] = False,
    at_once: Annotated[
        bool, typer.Option("--at-once", help="Not only after the days that deletion_days says.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Close an account now, and have the server delete it for good.

    `talkoot user reactivate` keeps it, as long as it is there.

    Example:  talkoot user delete ada --delete-messages
    """
    from talkoot.cli import leaving

    if not yes:
        typer.confirm(f"Delete the account {username} for good?", abort=True)
    when = asyncio.run(leaving.delete(settings, username, at_once=at_once, messages=delete_messages))
    typer.echo(f"{username} can not sign in any more, and is deleted by the server from {when} on.")


@users.command(name="reset-second-factor")
@with_settings(*DATABASE_FLAGS)
def reset_second_factor(settings: Settings, username: Username) -> None:
    """Take away someone's authenticator app, passkeys and recovery codes, and sign them out everywhere.

    For who has lost them all: the password alone opens the account again. Make sure that it is they who ask.

    Example:  talkoot user reset-second-factor ada
    """
    from talkoot.cli import accounts

    had_one = asyncio.run(accounts.reset_second_factor(settings, username))
    told = "signs in with the password alone now." if had_one else "had no second factor."
    typer.echo(f"{username} {told}")


@users.command(name="list")
@with_settings(*DATABASE_FLAGS)
def show(settings: Settings) -> None:
    """List all accounts: username, display name, email address; bot, deactivated, second factor."""
    asyncio.run(_list(settings))


async def _list(settings: Settings) -> None:
    from talkoot.cli import accounts

    async for line in accounts.lines(settings):
        typer.echo(line)
