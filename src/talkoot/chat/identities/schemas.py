"""What identities look like on the wire."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from talkoot.chat.accounts.schemas import Moment

ProviderId = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$", description="The name in the file.")]
# A page of the web client, and nothing that a browser could take for another host.
ReturnTo = Annotated[str, Field(pattern=r"^/((r|join)/[A-Za-z0-9_./-]{1,200})?$")]


class ProviderOut(BaseModel):
    """Whom one may sign in with."""

    id: str
    name: str
    kind: Literal["oidc", "google", "github", "entra"]


class SignInStart(BaseModel):
    """Where in the web client the person wants to be afterwards."""

    return_to: ReturnTo = "/"


class SignInStarted(BaseModel):
    """The page of the provider that the browser has to go to."""

    url: str


class LinkStart(BaseModel):
    """Link one's account to an identity at this provider."""

    provider: ProviderId


class IdentityOut(BaseModel):
    """One of the identities that open one's account."""

    id: UUID
    provider: str
    provider_name: str
    label: str
    created_at: Moment
    last_used_at: Moment
