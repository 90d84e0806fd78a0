"""Reading users and sessions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import and_, bindparam, or_, select

from talkoot.chat.accounts.actors import Actor, Limits
from talkoot.chat.accounts.models import MadeToken, Session, SigningKey, User
from talkoot.chat.accounts.names import username_key
from talkoot.chat.accounts.session_cache import LiveSession
from talkoot.kernel.errors import NotFound
from talkoot.kernel.moments import moment

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select

    from talkoot.kernel.transactions import Read

# Whoever has a second factor has no session that began without it, whichever way it was opened. A token that
# was made in a session needs no step of its own.
_COMPLETE = or_(~User.second_factor, Session.second_step.is_not(None), Session.kind == "made")
_LIVE = (
    select(
        Session.id,
        Session.user_id,
        Session.kind,
        Session.secret_hash,
        Session.last_seen_at,
        Session.expires_at,
        User.username,
        User.display_name,
        User.bot,
    )
    .join(User, User.id == Session.user_id)
    .where(
        Session.id.in_(bindparam("sessions", expanding=True)),
        Session.revoked_at.is_(None),
        Session.expires_at > bindparam("now"),
        User.deactivated_at.is_(None),
        _COMPLETE,
    )
)


def must_enrol(obliged: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a session has to wait for a second factor; `obliged` is who is asked for one."""
    return and_(Session.second_step.is_(None), ~User.second_factor, ~User.bot, obliged)


def live_query(obliged: ColumnElement[bool]) -> Select[Any]:
    """What `live_among` asks, made once."""
    return _LIVE.add_columns(must_enrol(obliged))


async def find_user(read: Read, user: UUID) -> User | None:
    """A user, if there is one with this id."""
    return await read.session.get(User, user)


async def user_with_id(read: Read, user: UUID) -> User:
    """A user; NotFound if there is none with this id."""
    found = await find_user(read, user)
    if found is None:
        raise NotFound("There is no such user")
    return found


async def find_user_by_login(read: Read, login: str) -> User | None:
    """Who signs in with this username or email address."""
    taken = (
        User.email_key == login.strip().casefold()
        if "@" in login
        else User.username_key == username_key(login.strip())
    )
    return (await read.session.scalars(select(User).where(taken))).first()


async def list_users(read: Read, *, after: UUID | None = None, limit: int = 1000) -> Sequence[User]:
    """Users in the order of their ids."""
    query = select(User).order_by(User.id).limit(limit)
    if after is not None:
        query = query.where(User.id > after)
    return (await read.session.scalars(query)).all()


async def live_user(read: Read, session: UUID, now: int) -> UUID | None:
    """Whose session this is, if it is neither closed nor expired, and they may still sign in."""
    found = (await read.connection.execute(_LIVE, {"sessions": [session], "now": now})).first()
    return found.user_id if found else None


async def live_among(
    read: Read, query: Select[Any], sessions: Collection[UUID], now: int
) -> dict[UUID, LiveSession]:
    """Those of the sessions that are neither closed nor expired, of users who may still sign in."""
    found = (await read.connection.execute(query, {"sessions": [*sessions], "now": now})).all()
    limits = await _limits_of(read, [row.id for row in found if row.kind == "made"])
    return {
        id_: LiveSession(
            Actor(user, username, id_, bot, limits=limits.get(id_)),
            name,
            kind,
            secret,
            seen_at,
            expires_at,
            enrol,
        )
        for id_, user, kind, secret, seen_at, expires_at, username, name, bot, enrol in found
        if kind != "made" or id_ in limits
    }


async def _limits_of(read: Read, sessions: Collection[UUID]) -> dict[UUID, Limits]:
    """What these made tokens are good for."""
    if not sessions:
        return {}
    found = await read.connection.execute(
        select(MadeToken.session_id, MadeToken.scopes, MadeToken.places).where(
            MadeToken.session_id.in_(sessions)
        )
    )
    return {row.session_id: limits_from(row.scopes, row.places) for row in found}


def limits_from(scopes: str, places: str | None) -> Limits:
    """Limits, as they are stored."""
    allowed = None if places is None else frozenset(map(UUID, places.split()))
    return Limits(frozenset(scopes.split()), allowed)


async def live_sessions_of(read: Read, user: UUID, now: int) -> Sequence[Session]:
    """Someone's open sessions, the one used last first."""
    return (
        await read.session.scalars(
            select(Session)
            .join(User, User.id == Session.user_id)
            .where(
                Session.user_id == user,
                Session.revoked_at.is_(None),
                Session.expires_at > now,
                Session.kind != "made",
                _COMPLETE,
            )
            .order_by(Session.last_seen_at.desc(), Session.id)
        )
    ).all()


async def ended_sessions(
    read: Read, obliged: ColumnElement[bool], sessions: Sequence[UUID], now: int
) -> set[UUID]:
    """Those of the sessions that hold no longer: for sockets whose node missed the message that said so.

    Neither does one of somebody who is `obliged` to have a second factor by now, and has none.
    """
    holding = await read.connection.scalars(
        select(Session.id)
        .join(User, User.id == Session.user_id)
        .where(
            Session.id.in_(sessions),
            Session.revoked_at.is_(None),
            Session.expires_at > now,
            User.deactivated_at.is_(None),
            _COMPLETE,
            ~must_enrol(obliged),
        )
    )
    return {*sessions} - {*holding}


async def sessions_revoked_lately(read: Read, within: int, now: int) -> set[UUID]:
    """All sessions that were revoked in the last `within` microseconds, by the clock of the database."""
    since = moment(read.connection, now) - within
    return {*await read.connection.scalars(select(Session.id).where(Session.revoked_at > since))}


async def has_signed_in_from(read: Read, user: UUID | None, address: str) -> bool:
    """Whether someone signed in from this address before."""
    there = select(Session.id).where(Session.user_id == (user or UUID(int=0)), Session.address == address)
    return await read.connection.scalar(there.limit(1)) is not None


async def signing_keys(read: Read) -> Sequence[SigningKey]:
    """The keys that sign access tokens and tickets, the oldest first; none before the first change."""
    return (await read.session.scalars(select(SigningKey).order_by(SigningKey.id))).all()
