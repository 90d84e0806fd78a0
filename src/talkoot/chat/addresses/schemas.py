"""What addresses look like on the wire."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from talkoot.chat.accounts.schemas import Login, NewEmail, NewPassword, Secret

Token = Annotated[
    str, Field(min_length=1, max_length=200, description="What stands behind the `#` of a mailed link.")
]


class Forgotten(BaseModel):
    """Whose password is forgotten."""

    login: Login


class Reset(BaseModel):
    """A new password, and the token of the link that was mailed."""

    token: Token
    password: NewPassword


class Opened(BaseModel):
    """The token of a link that was mailed."""

    token: Token


class Confirmed(BaseModel):
    """Whose address it is now, and which."""

    username: str
    email: str


class AddressPatch(BaseModel):
    """Another address, or none; with the current password, if one has one."""

    email: NewEmail | None
    current_password: Secret | None = None


class AddressOut(BaseModel):
    """One's own address. `pending` is the one that is still to be confirmed by a link mailed there."""

    email: str | None
    verified: bool
    pending: str | None
