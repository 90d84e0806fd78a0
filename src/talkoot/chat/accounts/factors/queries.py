"""Reading second factors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select

from talkoot.chat.accounts.factors.models import AuthenticatorApp, Passkey, RecoveryCode
from talkoot.chat.accounts.models import Session, User
from talkoot.kernel.clock import MINUTE
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from talkoot.chat.accounts.factors.schemas import Method
    from talkoot.kernel.transactions import Read

PROOF_LASTS = 10 * MINUTE


class Standing(Value, frozen=True):
    """What somebody has for the second step."""

    app: bool
    passkeys: int
    recovery_codes: int

    @property
    def methods(self) -> list[Method]:
        """What can be the second step; a recovery code is typed where the app's code is."""
        found: list[Method] = ["code"] if self.app or self.recovery_codes else []
        return [*found, "passkey"] if self.passkeys else found


async def standing_of(read: Read, user: UUID) -> Standing:
    """How many factors of each kind somebody has."""
    counts = select(
        _count(AuthenticatorApp.user_id == user),
        _count(Passkey.user_id == user),
        _count(RecoveryCode.user_id == user, RecoveryCode.used_at.is_(None)),
    )
    apps, passkeys, codes = (await read.connection.execute(counts)).one()
    return Standing(bool(apps), passkeys, codes)


async def passkeys_of(read: Read, user: UUID) -> Sequence[Passkey]:
    """Someone's passkeys, oldest first."""
    found = select(Passkey).where(Passkey.user_id == user).order_by(Passkey.id)
    return (await read.session.scalars(found)).all()


async def passkey_with(read: Read, credential: bytes) -> Passkey | None:
    """The passkey that a browser calls by this id."""
    return (await read.session.scalars(select(Passkey).where(Passkey.credential_id == credential))).first()


async def is_obliged(read: Read, user: UUID, obliged: ColumnElement[bool]) -> bool:
    """Whether a second factor is asked of somebody."""
    asked = select(User.id).where(User.id == user, ~User.bot, obliged)
    return await read.connection.scalar(asked) is not None


async def has_proved(read: Read, session: UUID, now: int) -> bool:
    """Whether who sits at this session has shown a moment ago that it is them."""
    proved = select(Session.id).where(Session.id == session, Session.proved_at > now - PROOF_LASTS)
    return await read.connection.scalar(proved) is not None


def _count(*which: ColumnElement[bool]) -> ColumnElement[int]:
    return select(func.count()).where(*which).scalar_subquery()
