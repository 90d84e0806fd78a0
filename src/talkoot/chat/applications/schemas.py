"""What applications look like on the wire."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from talkoot.chat.accounts.schemas import Moment, PublicUser
from talkoot.kernel.text import Line

Algorithm = Literal["HS256", "RS256", "ES256", "EdDSA"]
Name = Annotated[Line, Field(max_length=80)]


class NewApplication(BaseModel):
    """An application to be registered: with HS256 it gets a secret, else it has `keys` or a `keys_url`.

    The first of its roles is what a newcomer gets; `issuer` is its id if it is not said. It signs nobody in
    whose role is above `highest_role`: that of moderators if it is not said, or the highest that it gives.
    """

    name: Name
    algorithm: Algorithm = "HS256"
    issuer: Annotated[str | None, Field(min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$")] = None
    keys: Annotated[dict[str, Any] | None, Field(description="A JWK set of public keys.")] = None
    keys_url: Annotated[str | None, Field(max_length=500, pattern=r"^https?://")] = None
    roles: Annotated[list[Name], Field(min_length=1, max_length=20)] = ["member"]
    rooms: Annotated[list[UUID], Field(max_length=100)] = []
    highest_role: Name | None = None
    longest_seconds: Annotated[int, Field(ge=10, le=3600, description="An assertion's longest life.")] = 300


class ApplicationPatch(BaseModel):
    """What is to change; a disabled application signs nobody in, and those whom it did are signed out.

    Another `highest_role` signs them out too: it brings those back whom it still may.
    """

    name: Name | None = None
    highest_role: Name | None = None
    disabled: bool | None = None
    take_over: Annotated[bool, Field(description="Be its owner from now on.")] = False


class ApplicationOut(BaseModel):
    """An application; `audience` is what its assertions have to name. Its secret is never shown again.

    It is `ownerless` if the account of its owner is closed, or they may not manage access any more.
    """

    id: UUID
    name: str
    issuer: str
    audience: str
    algorithm: Algorithm
    keys: dict[str, Any] | None
    keys_url: str | None
    roles: list[str]
    rooms: list[UUID]
    highest_role: str
    longest_seconds: int
    owner: PublicUser
    ownerless: bool
    created_at: Moment
    disabled: bool


class ApplicationMade(ApplicationOut):
    """A new application, or one with a new secret, and this once the secret."""

    secret: str | None
