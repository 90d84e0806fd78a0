"""What exports of a workspace look like on the wire."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from talkoot.chat.accounts.schemas import Moment

State = Literal["waiting", "writing", "ready", "failed"]


class WorkspaceExportOut(BaseModel):
    """A file with what one may read of a workspace; `lines` of it are written, `size` is in bytes."""

    id: UUID
    workspace: UUID
    state: State
    lines: int
    size: int
    created_at: Moment
    expires_at: Moment | None


class WorkspaceExportLink(BaseModel):
    """Where the file is, relative to the API: in this session, in ranges too, within `expires_in` seconds."""

    path: str
    expires_in: int
