"""What the letters say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.chat.mail.letters import Letter
from talkoot.chat.mail.notices import SAID

if TYPE_CHECKING:
    from talkoot.chat.accounts.models import User
    from talkoot.chat.addresses.actions.links import Armed

_PATHS = {"reset": "/reset", "verify": "/confirm", "change": "/confirm", "undo": "/undo"}
_SUBJECTS = {
    "reset": "A new password",
    "verify": "Confirm your email address",
    "change": "Confirm your new email address",
    "undo": "Your email address was changed",
}
_BUTTONS = {
    "reset": "Choose a new password",
    "verify": "Confirm the address",
    "change": "Confirm the address",
    "undo": "This was not me",
}
_SAID = {
    "reset": "Somebody asked for a new password for the account @{username}. If it was you, choose one now.",
    "verify": "The account @{username} was given this email address. If it is yours, please confirm it.",
    "change": "The account @{username} is to have this email address. If you want that, please confirm it.",
    "undo": "Your account @{username} has another email address now, or none. If you did that, all is well.",
}
_SMALL = {
    "reset": "The link works once, for an hour. If it was not you, you need not do anything.",
    "verify": "The link works for a week. If you know nothing of this, you need not do anything.",
    "change": "The link works for a day. If you know nothing of this, you need not do anything.",
    "undo": "If it was not you, open the link within a week: you get your address back, everybody is signed"
    " out of your account, and we send you a link for a new password.",
}
_NOT_ME = (
    "If it was not you, choose a new password on the sign-in page, which signs everybody out, and look in the"
    " settings at what else opens your account."
)


def link_letter(armed: Armed, public_url: str) -> Letter:
    """A letter with a link: the token stands behind the `#`, which no browser sends to a server."""
    names = {"username": armed.username}
    return Letter(
        to=armed.address,
        subject=_SUBJECTS[armed.purpose],
        said=(f"Hello {armed.display_name},", _SAID[armed.purpose].format(**names)),
        link=f"{public_url}{_PATHS[armed.purpose]}#{armed.token}",
        button=_BUTTONS[armed.purpose],
        small=(_SMALL[armed.purpose],),
    )


def taken_letter(armed: Armed) -> Letter:
    """To the owner of an address that somebody else wants to have."""
    return Letter(
        to=armed.address,
        subject="Your email address was asked for",
        said=(
            f"The account @{armed.username} wanted to have this email address.",
            "It belongs to your account, so nothing was changed. You need not do anything.",
        ),
    )


def notice_letter(user: User, address: str, what: str, detail: str, when: str) -> Letter:
    """To the owner of an account to which something was done."""
    said = SAID[what].format(detail=detail)
    return Letter(
        to=address,
        subject="Something was changed in your account",
        said=(f"Hello {user.display_name},", said, f"Account: @{user.username}. Time: {when}."),
        small=(_NOT_ME,),
    )
