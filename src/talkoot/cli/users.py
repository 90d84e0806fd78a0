"""`talkoot user`: accounts, from the machine that the server runs on."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from talkoot.chat.accounts.actions import NewUser, create_user, deactivate_user, reactivate_user
from talkoot.chat.accounts.actions import set_password as change_password
from talkoot.chat.accounts.passwords import hash_now, password_from
from talkoot.chat.accounts.queries import find_user_by_login, list_users
from talkoot.chat.onboarding.actions import register
from talkoot.chat.onboarding.queries import first_workspace
from talkoot.cli.databases import unit_of_work
from talkoot.cli.failures import Exit, Failure
from talkoot.cli.options import DATABASE_FLAGS, with_settings
from talkoot.settings import Settings

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.accounts.models import User
    from talkoot.kernel.transactions import Tx

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
    password = _password(username, email, from_stdin=password_stdin)
    new = NewUser(
        username=username,
        display_name=display_name or username,
        password_hash=hash_now(password),
        email=email or None,
    )
    user = asyncio.run(_create(settings, new))
    typer.echo(f"{user.username} can sign in now.")


@users.command(name="set-password")
@with_settings(*DATABASE_FLAGS)
def set_password(settings: Settings, username: Username, password_stdin: FromStdin = False) -> None:  # noqa: FBT002
    """Give someone another password, and sign them out everywhere.

    Example:  talkoot user set-password ada
    """
    asyncio.run(_set_password(settings, username, from_stdin=password_stdin))
    typer.echo(f"{username} has a new password.")


@users.command()
@with_settings(*DATABASE_FLAGS)
def deactivate(settings: Settings, username: Username) -> None:
    """Close an account, and sign it out everywhere within half a minute; what the person wrote stays.

    Example:  talkoot user deactivate ada
    """
    asyncio.run(_with_account(settings, username, deactivate_user))
    typer.echo(f"{username} can not sign in any more.")


@users.command()
@with_settings(*DATABASE_FLAGS)
def reactivate(settings: Settings, username: Username) -> None:
    """Open a closed account again.

    Example:  talkoot user reactivate ada
    """
    asyncio.run(_with_account(settings, username, reactivate_user))
    typer.echo(f"{username} can sign in again.")


@users.command(name="list")
@with_settings(*DATABASE_FLAGS)
def show(settings: Settings) -> None:
    """List all accounts: username, display name, email address, and whether it is a bot or deactivated."""
    asyncio.run(_list(settings))


async def _create(settings: Settings, new: NewUser) -> User:
    async def action(tx: Tx) -> User:
        is_set_up = await first_workspace(tx) is not None
        return await (register(tx, new, None) if is_set_up else create_user(tx, new))

    async with unit_of_work(settings) as uow:
        return await uow.run(action)


async def _set_password(settings: Settings, username: str, *, from_stdin: bool) -> None:
    async with unit_of_work(settings) as uow:
        async with uow.read() as read:
            user = await find_user_by_login(read, username)
        if user is None:
            raise Failure(Exit.REFUSED, f"There is no account {username}; `talkoot user list` shows all.")
        hashed = hash_now(_password(user.username, user.email or "", from_stdin=from_stdin))
        await uow.run(partial(_change, username=username, password_hash=hashed))


async def _with_account(
    settings: Settings, username: str, action: Callable[[Tx, UUID], Awaitable[None]]
) -> None:
    async def run(tx: Tx) -> None:
        user = await find_user_by_login(tx, username)
        if user is None:
            raise Failure(Exit.REFUSED, f"There is no account {username}; `talkoot user list` shows all.")
        await action(tx, user.id)

    async with unit_of_work(settings) as uow:
        await uow.run(run)


async def _change(tx: Tx, *, username: str, password_hash: str) -> None:
    user = await find_user_by_login(tx, username)
    if user is None:
        raise Failure(Exit.REFUSED, f"There is no account {username} any more.")
    await change_password(tx, user, password_hash)


async def _list(settings: Settings) -> None:
    async with unit_of_work(settings) as uow, uow.read() as read:
        page = await list_users(read)
        while page:
            for user in page:
                typer.echo(_line(user))
            page = await list_users(read, after=page[-1].id)


def _line(user: User) -> str:
    marks = [mark for mark, on in (("bot", user.bot), ("deactivated", user.deactivated_at is not None)) if on]
    return "\t".join([user.username, user.display_name, user.email or "", ",".join(marks)]).rstrip()


def _password(*own: str, from_stdin: bool) -> str:
    if from_stdin:
        given = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        given = str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    else:
        raise Failure(Exit.USAGE, "There is nobody to ask for a password; give it with --password-stdin.")
    return password_from(given, own=tuple(filter(None, own)))
