"""What accounts tells the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.kernel.audit import Acting


@dataclass(frozen=True, slots=True)
class SessionClosed:
    """A session ended before its time: its cookie, tokens and sockets hold no longer."""

    session: UUID
    user: UUID


@dataclass(frozen=True, slots=True)
class UserDeactivated:
    """An account was closed, and with it all its sessions."""

    user: UUID


@dataclass(frozen=True, slots=True)
class PasswordChanged:
    """Someone has another password; what could have changed it before does so no longer."""

    user: UUID


@dataclass(frozen=True, slots=True)
class PasswordReset:
    """Somebody opened a link that was mailed, or handed over, and has another password by it."""

    user: UUID


@dataclass(frozen=True, slots=True)
class AddressTakenBack:
    """Somebody else had begun to change the address at that moment; what came since is not the owner's."""

    user: UUID
    since: int
    acting: Acting


@dataclass(frozen=True, slots=True)
class AddressGiven:
    """Someone has an email address of which nobody knows yet whether mail to it reaches them."""

    user: UUID
    address: str


@dataclass(frozen=True, slots=True)
class ProfileChanged:
    """What others see of a user is different now: this is their name."""

    user: UUID
    username: str
    display_name: str
    bot: bool
