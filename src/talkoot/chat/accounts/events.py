"""What accounts tells the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.kernel.audit import Acting


class SessionClosed(Value, frozen=True):
    """A session ended before its time: its cookie, tokens and sockets hold no longer."""

    session: UUID
    user: UUID


class UserDeactivated(Value, frozen=True):
    """An account was closed, and with it all its sessions."""

    user: UUID


class PasswordChanged(Value, frozen=True):
    """Someone has another password; what could have changed it before does so no longer."""

    user: UUID


class PasswordReset(Value, frozen=True):
    """Somebody opened a link that was mailed, or handed over, and has another password by it."""

    user: UUID


class AddressTakenBack(Value, frozen=True):
    """Somebody else had begun to change the address at that moment; what came since is not the owner's."""

    user: UUID
    since: int
    acting: Acting


class AddressGiven(Value, frozen=True):
    """Someone has an email address of which nobody knows yet whether mail to it reaches them."""

    user: UUID
    address: str


class ProfileChanged(Value, frozen=True):
    """What others see of a user is different now: this is their name."""

    user: UUID
    username: str
    display_name: str
    bot: bool
