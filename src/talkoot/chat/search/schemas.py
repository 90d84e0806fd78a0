"""What search looks like on the wire."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel

from talkoot.chat.accounts.schemas import PublicUser
from talkoot.chat.files.schemas import Attachment


class SnippetPart(BaseModel):
    """A piece of a message's text, and whether it is what was searched for; plain text, never markup."""

    text: str
    match: bool


class FoundFile(BaseModel):
    """A file of a message with what was searched for in it; `snippet` is the text around that, in pieces."""

    id: UUID
    name: str
    snippet: list[SnippetPart]


class FoundMessage(BaseModel):
    """A message that was found. `snippet` is its text around the first match, in pieces to be joined.

    `inside` are files, at most three: without what they say, the message would not match.
    """

    id: UUID
    room: UUID
    seq: int
    sender: PublicUser
    text: str
    ts: str
    edited_at: str | None
    thread: UUID | None
    snippet: list[SnippetPart]
    attachments: list[Attachment]
    inside: list[FoundFile] = []
