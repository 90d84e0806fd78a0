"""Bringing somebody in for whom an application vouches, within what it was granted."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import delete, insert

from talkoot.chat.access.actions import add_workspace_member, set_workspace_role
from talkoot.chat.access.queries import role_in
from talkoot.chat.accounts.actions import create_user, granted_session, rename_user
from talkoot.chat.accounts.names import DISPLAY_NAME_LENGTH
from talkoot.chat.accounts.queries import user_with_id
from talkoot.chat.applications.assertions import GrantRefused
from talkoot.chat.applications.bounds import refuse_above
from talkoot.chat.applications.models import (
    Application,
    ApplicationSession,
    ApplicationUser,
    UsedAssertion,
)
from talkoot.chat.applications.queries import user_known_as
from talkoot.chat.identities.actions import newcomer
from talkoot.chat.identities.claims import Assertion, SignInRefused
from talkoot.chat.rooms.actions import bring_into_room, join_default_rooms
from talkoot.kernel.audit import Itself, record
from talkoot.kernel.clock import SECOND
from talkoot.kernel.errors import Forbidden, Invalid, Unavailable
from talkoot.kernel.ids import fingerprint
from talkoot.kernel.upsert import insert_into

if TYPE_CHECKING:
    from talkoot.chat.accounts.actions import Device, OpenedSession
    from talkoot.chat.accounts.models import User
    from talkoot.chat.applications.assertions import Claims
    from talkoot.kernel.audit import Act
    from talkoot.kernel.transactions import Tx


async def bring_in(
    tx: Tx, application_id: UUID, claims: Claims, device: Device, *, seconds: int
) -> OpenedSession:
    """A session for the subject of an assertion, which is used up by it; the account at the first time."""
    application = await tx.session.get(Application, application_id)
    if application is None or application.disabled_at is not None:
        raise GrantRefused("its application was disabled")
    await _use(tx, application_id, claims)
    role, rooms = _wanted(application, claims.said)
    known = await user_known_as(tx, application_id, claims.subject)
    try:
        if known is None:
            user = await _newcomer(tx, application, claims, role)
        else:
            user = await _known(tx, application, known, claims.said, role)
        for room in rooms:
            await bring_into_room(tx, room, user.id, by_group=False)
    except Forbidden as refused:  # who is banned stays out, whoever vouches
        raise GrantRefused(refused.detail) from None
    await refuse_above(tx, application, user)
    opened = await granted_session(tx, user.id, device, seconds=seconds)
    await tx.connection.execute(
        insert(ApplicationSession).values(session_id=opened.session, application_id=application_id)
    )
    return opened


async def note_refusal(tx: Tx, application: UUID, claims: Claims, act: Act, address: str) -> None:
    """Write down that somebody was not signed in, once for each assertion, which is used up by it."""
    await _use(tx, application, claims)
    await record(tx, Itself(address), act)


async def _use(tx: Tx, application: UUID, claims: Claims) -> None:
    """Once, on all servers, whatever happens to them: it is written with the session or not at all."""
    ended = UsedAssertion.application_id == application, UsedAssertion.expires_at <= tx.now
    await tx.connection.execute(delete(UsedAssertion).where(*ended))
    used = insert_into(tx.connection, UsedAssertion).values(
        application_id=application,
        jti_hash=fingerprint(claims.jti),
        expires_at=claims.expires * SECOND,
    )
    mine = await tx.connection.scalar(used.on_conflict_do_nothing().returning(UsedAssertion.jti_hash))
    if mine is None:
        raise GrantRefused("it was used before")


def _wanted(application: Application, said: dict[str, Any]) -> tuple[str | None, list[UUID]]:
    """The role and the rooms that it asks for; GrantRefused for what its application was not granted."""
    role, rooms = said.get("role"), said.get("rooms", [])
    if role is not None and role not in json.loads(application.roles):
        raise GrantRefused("it asks for a role that the application may not give")
    if not isinstance(rooms, list) or not {*map(str, rooms)} <= {*application.rooms.split()}:
        raise GrantRefused("it asks for a room that the application may not open")
    return role, [UUID(room) for room in rooms]


async def _newcomer(tx: Tx, application: Application, claims: Claims, role: str | None) -> User:
    said = claims.said
    who = Assertion(
        application.issuer, claims.subject, _line(said, "preferred_username"), _line(said, "name")
    )
    try:
        user = await create_user(tx, await newcomer(tx, who))
    except SignInRefused:
        raise Unavailable("Somebody takes this name at the same moment: try again") from None
    added = insert_into(tx.connection, ApplicationUser).values(
        application_id=application.id, subject=claims.subject, user_id=user.id
    )
    mine = await tx.connection.scalar(added.on_conflict_do_nothing().returning(ApplicationUser.user_id))
    if mine is None:
        raise Unavailable("They come in for the first time at the same moment: try again", retry_after=0.1)
    given = role or json.loads(application.roles)[0]
    try:
        await add_workspace_member(tx, application.workspace_id, user.id, given)
    except Invalid:
        raise GrantRefused(f"the role {given!r} is gone") from None
    if given != "guest":
        await join_default_rooms(tx, application.workspace_id, user.id)
    return user


async def _known(
    tx: Tx, application: Application, user_id: UUID, said: dict[str, Any], role: str | None
) -> User:
    user, mine = await user_with_id(tx, user_id), await role_in(tx, application.workspace_id, user_id)
    if user.deactivated_at is not None:
        raise GrantRefused("their account is closed")
    if mine is None:
        raise GrantRefused("they were taken out of the workspace")
    if role is not None and mine.name != role and mine.name in json.loads(application.roles):
        await set_workspace_role(tx, application.workspace_id, user_id, role)
    name = " ".join(_line(said, "name").split())[: DISPLAY_NAME_LENGTH.stop - 1].strip()
    if name and name != user.display_name:
        with suppress(Invalid):  # what can not be a name here changes nothing
            await rename_user(tx, user, name)
    return user


def _line(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else ""


async def forget_subjects_of(tx: Tx, user: UUID) -> None:
    """No application knows somebody who is nobody any more; its subject may be a new account."""
    await tx.connection.execute(delete(ApplicationUser).where(ApplicationUser.user_id == user))
