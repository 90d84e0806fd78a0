"""Accounts that are moved: found by their id or address, or made, under a name that is free."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from talkoot.chat.accounts.models import User
from talkoot.chat.accounts.names import display_name_from, email_from, username_from, username_key
from talkoot.kernel.errors import Invalid
from talkoot.moving.storing import store

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read, Tx
    from talkoot.moving.reporting import Report

_LONGEST = 32


async def settle(tx: Tx, workspace: UUID, given: dict[str, Any], report: Report, where: str) -> UUID:
    """Whose account this is here: the one with its id, or with its address, or a new one.

    An address counts only where whoever has it here has shown that it is theirs.
    """
    if await tx.session.get(User, given["id"]) is not None:
        return UUID(str(given["id"]))
    row = {**given}
    row["email"] = _address(given.get("email"), report, where)
    key = row["email"].casefold() if row["email"] else None
    holder = await tx.session.scalar(select(User).where(User.email_key == key)) if key else None
    if holder is not None and holder.email_verified_at is not None:
        return holder.id
    if holder is not None:
        report.leave_out("address", "taken_by_who_never_confirmed_it", where)
        row["email"] = key = None
    row["email_key"] = key
    if key is None:
        row["email_verified_at"] = None
    row["display_name"] = _display_name(given["display_name"])
    row["username"] = await free_username(tx, given["username"])
    row["username_key"] = username_key(row["username"])
    if row["username"] != given["username"]:
        report.leave_out("username", "taken_or_not_allowed", f"{where}: {row['username']} instead")
    await store(tx, workspace, [("user", row)])
    return UUID(str(given["id"]))


async def free_username(read: Read, wanted: str) -> str:
    """The name itself, if it is allowed and free, or one that is like it."""
    base = _allowed(wanted)
    for number in count(1):
        ending = "" if number == 1 else f"-{number}"
        name = base[: _LONGEST - len(ending)].rstrip("._-") + ending
        taken = await read.connection.scalar(select(User.id).where(User.username_key == username_key(name)))
        if taken is None and _is_allowed(name):
            return name
    raise AssertionError("numbers do not end")


def _allowed(wanted: str) -> str:
    plain = "".join(c if c.isalnum() and c.isascii() else "-" for c in wanted.strip())
    for name in (wanted, plain.strip("-")[:_LONGEST].rstrip("-"), f"user-{plain.strip('-')}"[:_LONGEST]):
        if _is_allowed(name):
            return name
    return "user"


def _is_allowed(name: str) -> bool:
    try:
        return username_from(name).shown == name
    except Invalid:
        return False


def _display_name(wanted: str) -> str:
    for name in (wanted, wanted.strip()[:64], "".join(c for c in wanted if c.isprintable())[:64]):
        try:
            return display_name_from(name)
        except Invalid:
            continue
    return "Somebody"


def _address(wanted: str | None, report: Report, where: str) -> str | None:
    try:
        return email_from(wanted) if wanted else None
    except Invalid:
        report.leave_out("address", "not_an_address", where)
        return None
