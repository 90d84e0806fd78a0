"""What web push looks like on the wire, in the words of the browsers' own interface."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from talkoot.chat.accounts.schemas import Moment

Base64Url = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+=*$")]
Text = Annotated[
    bool, Field(description="Whether notifications say who wrote what, or only that there is something.")
]


class PushKeyOut(BaseModel):
    """What a browser wants to know before it subscribes."""

    key: Annotated[str, Field(description="`applicationServerKey`: a point of P-256, in base64url.")]


class BrowserKeys(BaseModel):
    """What a message to this browser is encrypted with."""

    p256dh: Annotated[Base64Url, Field(max_length=100)]
    auth: Annotated[Base64Url, Field(max_length=40)]


class NewPushSubscription(BaseModel):
    """What the browser's `PushSubscription` says of itself as JSON; more of it is ignored."""

    endpoint: Annotated[str, Field(max_length=2000, pattern=r"^https?://[^\s#]+$")]
    keys: BrowserKeys
    text: Text = True


class PushSubscriptionOut(BaseModel):
    """A browser that is told; where its push service is, nobody is shown."""

    id: UUID
    current: Annotated[bool, Field(description="It is signed in with the session that asks.")]
    user_agent: str
    text: Text
    created_at: Moment
