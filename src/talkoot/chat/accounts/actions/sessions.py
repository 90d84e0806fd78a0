"""Sessions: opened by a sign-in, kept alive by use, closed by hand or by a stolen refresh token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from sqlalchemy import BigInteger, bindparam, case, insert, select, update

from talkoot.chat.accounts.actions.staying import stay
from talkoot.chat.accounts.events import SessionClosed
from talkoot.chat.accounts.models import RefreshToken, Session, User
from talkoot.chat.accounts.queries import live_user, user_with_id
from talkoot.kernel.clock import DAY, SECOND
from talkoot.kernel.errors import NotAuthenticated
from talkoot.kernel.ids import fingerprint, new_id, new_token
from talkoot.kernel.moments import moment
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select

    from talkoot.kernel.transactions import Tx

LONGEST = 365 * DAY  # then everybody signs in again, however often the session was used
MOST = 200  # open sessions of one user; the one used least recently gives way


SecondStep = Literal["code", "recovery", "passkey", "provider"]


class Device(Value, frozen=True):
    """Where a sign-in comes from, as shown in the list of one's sessions."""

    address: str
    user_agent: str


class OpenedSession(Value, frozen=True):
    """A new session and its secret: what the cookie carries, or the first refresh token."""

    session: UUID
    user: UUID
    secret: str
    expires_at: int


class Rotated(Value, frozen=True):
    """The next refresh token of a session."""

    session: UUID
    user: UUID
    refresh_token: str


async def open_session(
    tx: Tx,
    user_id: UUID,
    kind: Literal["cookie", "token"],
    device: Device,
    *,
    checked: str | None,
    better: str | None = None,
    second_step: SecondStep | None = None,
    days: int,
) -> OpenedSession:
    """Open a session; NotAuthenticated if the password is no longer the one whose hash was `checked`.

    `better` is a stronger hash of the same password, stored instead; `second_step` is what came on top of it.
    """
    user = await tx.session.get(User, user_id)
    if user is None or user.deactivated_at is not None or user.password_hash != checked:
        raise NotAuthenticated("Username or password is wrong", code="invalid_credentials")
    user.password_hash = better or checked
    await stay(tx, user, device.address)
    return await _open(tx, user, kind, device, second_step=second_step, until=tx.now + days * DAY)


async def vouched_session(
    tx: Tx,
    user_id: UUID,
    kind: Literal["cookie", "token"],
    device: Device,
    *,
    second_step: SecondStep | None,
    days: int,
) -> OpenedSession:
    """Open a session for somebody for whom something else vouches; NotAuthenticated if the account is closed.

    `second_step` is `provider` where whoever vouches is trusted with that too, and None where it opens only
    what has no second factor.
    """
    user = await tx.session.get(User, user_id)
    if user is None or user.deactivated_at is not None:
        raise NotAuthenticated("This account is closed", code="account_closed")
    await stay(tx, user, device.address)
    return await _open(tx, user, kind, device, second_step=second_step, until=tx.now + days * DAY)


async def granted_session(tx: Tx, user_id: UUID, device: Device, *, seconds: int) -> OpenedSession:
    """Open one that ends by itself, for whom a host application vouches: for both steps."""
    user, until = await user_with_id(tx, user_id), tx.now + seconds * SECOND
    return await _open(tx, user, "granted", device, second_step="provider", until=until)


async def _open(
    tx: Tx,
    user: User,
    kind: Literal["cookie", "token", "granted"],
    device: Device,
    *,
    second_step: SecondStep | None,
    until: int,
) -> OpenedSession:
    if user.second_factor and second_step is None:
        raise second_step_missing()
    await _make_room(tx, user.id)
    opened = OpenedSession(new_id(), user.id, new_token(), until)
    await tx.connection.execute(
        insert(Session).values(
            id=opened.session,
            user_id=user.id,
            kind=kind,
            secret_hash=fingerprint(opened.secret) if kind == "cookie" else None,
            user_agent=device.user_agent,
            address=device.address,
            created_at=tx.now,
            last_seen_at=tx.now,
            expires_at=opened.expires_at,
            second_step=second_step,
            proved_at=tx.now,
        )
    )
    if kind == "token":
        await _add_refresh_token(tx, opened.session, opened.secret, opened.expires_at)
    return opened


def second_step_missing() -> NotAuthenticated:
    """What somebody with a second factor is told who came without it."""
    return NotAuthenticated(
        "The code of the authenticator app, or a recovery code, is missing: send it as `code`",
        code="second_step_required",
    )


async def touch_sessions(tx: Tx, sessions: Sequence[UUID], *, days: int) -> dict[UUID, int]:
    """These sessions are in use: they end that much later; when."""
    until = {"touched": sessions, "moment": tx.now, "wanted": tx.now + days * DAY}
    touched = await tx.connection.execute(_TOUCH, until)
    return {row.id: row.expires_at for row in touched}


_longest = Session.created_at + LONGEST
_wanted = bindparam("wanted", type_=BigInteger)
_lengthened = Session.kind.in_(("cookie", "token"))
_TOUCH = (
    update(Session)
    .where(Session.id.in_(bindparam("touched", expanding=True)))
    .values(
        last_seen_at=bindparam("moment"),
        expires_at=case((~_lengthened, Session.expires_at), (_longest < _wanted, _longest), else_=_wanted),
    )
    .returning(Session.id, Session.expires_at)
)


async def rotate_refresh_token(tx: Tx, token: str, *, days: int) -> Rotated | None:
    """Use a refresh token, once; None if it does not hold.

    A token that was used before was stolen, now or then: its whole session is closed. That must be
    committed, so it is an answer and not an error.
    """
    hashed = fingerprint(token)
    session = await tx.connection.scalar(
        update(RefreshToken)
        .where(
            RefreshToken.token_hash == hashed,
            RefreshToken.used_at.is_(None),
            RefreshToken.expires_at > tx.now,
        )
        .values(used_at=tx.now)
        .returning(RefreshToken.session_id)
    )
    if session is None:
        await _close_if_used_before(tx, hashed)
        return None
    user = await live_user(tx, session, tx.now)
    if user is None:
        return None
    expires = (await touch_sessions(tx, [session], days=days))[session]
    following = new_token()
    await _add_refresh_token(tx, session, following, expires)
    return Rotated(session, user, following)


async def close_session(tx: Tx, user: UUID, session: UUID) -> bool:
    """Close one of someone's sessions; False if they have no such one open."""
    closed = await _close(tx, Session.id == session, Session.user_id == user)
    return bool(closed)


async def close_sessions_of(tx: Tx, user: UUID, *, keep: UUID | None = None, tokens: bool = True) -> int:
    """Close all of someone's sessions, or all but one, with or without the tokens that they made."""
    which = [Session.user_id == user]
    if keep is not None:
        which.append(Session.id != keep)
    if not tokens:
        which.append(Session.kind != "made")
    return len(await _close(tx, *which))


async def close_these_sessions(tx: Tx, sessions: Select[UUID]) -> int:
    """Close all sessions whose ids are found by this; how many were open."""
    return len(await _close(tx, Session.id.in_(sessions)))


async def _close(tx: Tx, *which: ColumnElement[bool]) -> list[UUID]:
    closed = (
        await tx.connection.execute(
            update(Session)
            .where(Session.revoked_at.is_(None), *which)
            .values(revoked_at=moment(tx.connection, tx.now))  # other servers look for it by that clock
            .returning(Session.id, Session.user_id)
        )
    ).all()
    for row in closed:
        await tx.emit(SessionClosed(row.id, row.user_id))
    return [row.id for row in closed]


async def _close_if_used_before(tx: Tx, hashed: bytes) -> None:
    session = await tx.connection.scalar(
        select(RefreshToken.session_id).where(
            RefreshToken.token_hash == hashed, RefreshToken.used_at.is_not(None)
        )
    )
    if session is not None:
        await _close(tx, Session.id == session)


async def _add_refresh_token(tx: Tx, session: UUID, token: str, expires_at: int) -> None:
    await tx.connection.execute(
        insert(RefreshToken).values(token_hash=fingerprint(token), session_id=session, expires_at=expires_at)
    )


async def _make_room(tx: Tx, user: UUID) -> None:
    surplus = await tx.connection.scalars(
        select(Session.id)
        .where(
            Session.user_id == user,
            Session.kind != "made",  # of these there are only so many, and none gives way
            Session.revoked_at.is_(None),
            Session.expires_at > tx.now,
        )
        .order_by(Session.last_seen_at.desc(), Session.id.desc())
        .offset(MOST - 1)
    )
    for session in surplus.all():
        await _close(tx, Session.id == session)
