"""What `talkoot user` does: apart from its words, so that showing help need not load the chat."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import typer

from talkoot.chat.accounts.actions import (
    NewUser,
    create_user,
    deactivate_user,
    give_address,
    reactivate_user,
)
from talkoot.chat.accounts.actions import set_password as change_password
from talkoot.chat.accounts.factors.actions import reset_second_factor as forget_factors
from talkoot.chat.accounts.names import email_from
from talkoot.chat.accounts.passwords import hash_now, password_from
from talkoot.chat.accounts.queries import find_user_by_login, list_users
from talkoot.chat.addresses.actions.links import forget_links, make_link_by_hand
from talkoot.chat.applications.queries import secrets_of
from talkoot.chat.onboarding.actions import register
from talkoot.chat.onboarding.queries import first_workspace
from talkoot.chat.tokens.actions import revoke_tokens_made_for_others
from talkoot.cli.databases import unit_of_work
from talkoot.cli.failures import Exit, Failure
from talkoot.kernel.audit import OPERATOR, Act, record

if TYPE_CHECKING:
    from talkoot.chat.accounts.models import User
    from talkoot.kernel.transactions import Read, Tx
    from talkoot.settings import Settings


async def create(
    settings: Settings, username: str, display_name: str, email: str, *, from_stdin: bool
) -> User:
    """Make an account, in the first workspace if there is one."""
    password = _password(username, email, from_stdin=from_stdin)
    new = NewUser(
        username=username,
        display_name=display_name or username,
        password_hash=hash_now(password),
        email=email or None,
    )

    async def action(tx: Tx) -> User:
        is_set_up = await first_workspace(tx) is not None
        user = await (register(tx, new, None) if is_set_up else create_user(tx, new))
        await record(tx, OPERATOR, Act("account.created", None, user.id))
        return user

    async with unit_of_work(settings) as uow:
        return await uow.run(action)


async def set_password(settings: Settings, username: str, *, from_stdin: bool) -> None:
    """Give someone another password, and close their sessions."""
    async with unit_of_work(settings) as uow:
        async with uow.read() as read:
            user = await account(read, username)
        if user.bot:
            raise Failure(Exit.REFUSED, f"{username} is a bot: it comes in with tokens (`talkoot token`).")
        hashed = hash_now(_password(user.username, user.email or "", from_stdin=from_stdin))

        async def action(tx: Tx) -> None:
            user = await account(tx, username)
            await change_password(tx, user, hashed)
            await record(tx, OPERATOR, Act("account.password_set", None, user.id))

        await uow.run(action)


async def reset_link(settings: Settings, username: str) -> str:
    """The path of a link that lets somebody choose a new password, and gives one to who had none."""

    async def action(tx: Tx) -> str:
        user = await account(tx, username)
        if user.deactivated_at is not None or user.bot:
            raise Failure(Exit.REFUSED, f"{username} is a bot, or closed: nobody signs in to it.")
        await record(tx, OPERATOR, Act("account.reset_link_made", None, user.id))
        return await make_link_by_hand(tx, user.id)

    async with unit_of_work(settings) as uow:
        return f"/reset#{await uow.run(action)}"


async def set_address(settings: Settings, username: str, address: str) -> None:
    """Give someone another address, which counts as verified, or none."""

    async def action(tx: Tx) -> None:
        user = await account(tx, username)
        await give_address(tx, user, email_from(address) if address else None, verified=True)
        await forget_links(tx, user.id, "reset", "verify", "change", "undo")
        await tx.flush()
        await record(tx, OPERATOR, Act("account.address_set", None, user.id))

    async with unit_of_work(settings) as uow:
        await uow.run(action)


async def deactivate(settings: Settings, username: str, *, revoking: bool) -> list[str]:
    """Close an account and its sessions, and, if wanted, the tokens that they made for bots; what to tell."""

    async def action(tx: Tx) -> list[str]:
        user = await account(tx, username)
        await deactivate_user(tx, user.id)
        await record(tx, OPERATOR, Act("account.deactivated", None, user.id))
        told = [f"{username} can not sign in any more."]
        if revoking:
            ended = await revoke_tokens_made_for_others(tx, OPERATOR, user.id)
            told.append(f"Tokens of bots that they made, and that have ended: {ended}.")
            told += [
                f"They know the secret of the application {known.name}: talkoot application rotate {known.id}"
                for known in await secrets_of(tx, user.id)
            ]
        return told

    async with unit_of_work(settings) as uow:
        return await uow.run(action)


async def reactivate(settings: Settings, username: str) -> None:
    """Open an account again."""

    async def action(tx: Tx) -> None:
        user = await account(tx, username)
        await reactivate_user(tx, user.id)
        await record(tx, OPERATOR, Act("account.reactivated", None, user.id))

    async with unit_of_work(settings) as uow:
        await uow.run(action)


async def reset_second_factor(settings: Settings, username: str) -> bool:
    """Take somebody's second factor and sessions away; False if there was none."""

    async def action(tx: Tx) -> bool:
        user = await account(tx, username)
        return await forget_factors(tx, OPERATOR, user.id)

    async with unit_of_work(settings) as uow:
        return await uow.run(action)


async def account(read: Read, username: str) -> User:
    """The account that goes by this name; a Failure when there is none."""
    user = await find_user_by_login(read, username)
    if user is None:
        raise Failure(Exit.REFUSED, f"There is no account {username}; `talkoot user list` shows all.")
    return user


async def lines(settings: Settings) -> AsyncIterator[str]:
    """A line for each account, with tabs."""
    async with unit_of_work(settings) as uow, uow.read() as read:
        page = await list_users(read)
        while page:
            for user in page:
                yield _line(user)
            page = await list_users(read, after=page[-1].id)


def _line(user: User) -> str:
    states = {
        "bot": user.bot,
        "deactivated": user.deactivated_at is not None and user.deleted_at is None,
        "to be deleted": user.delete_at is not None,
        "second factor": user.second_factor,
        "deleted": user.deleted_at is not None,
    }
    marks = [mark for mark, on in states.items() if on]
    return "\t".join([user.username, user.display_name, user.email or "", ",".join(marks)]).rstrip()


def _password(*own: str, from_stdin: bool) -> str:
    if from_stdin:
        given = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        given = str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    else:
        raise Failure(Exit.USAGE, "There is nobody to ask for a password; give it with --password-stdin.")
    return password_from(given, own=tuple(filter(None, own)))
