"""What commands look like on the wire."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

from talkoot.chat.accounts.schemas import Moment, PublicUser
from talkoot.chat.messages.schemas import Text, text_with
from talkoot.kernel.text import Line, OptionalLine

NAME = r"^[a-z][a-z0-9_-]{0,31}$"
DESCRIPTION, USAGE, ARGS = 200, 100, 4000  # characters

# What the web client does by itself, and what people would take for that.
BUILT_IN = frozenset({"dm", "dnd", "invite", "leave", "mute", "poll"})
BUILT_IN |= {"search", "shrug", "status", "topic", "unmute"}
KEPT_FREE = frozenset({"active", "away", "ban", "call", "help", "join"})
KEPT_FREE |= {"kick", "me", "msg", "open", "remind"}


def _said(value: str) -> str:
    return text_with(value, [None]) if value.strip() else ""


Name = Annotated[str, Field(pattern=NAME, examples=["deploy"])]
Args = Annotated[str, Field(max_length=ARGS), AfterValidator(_said)]


class NewCommand(BaseModel):
    """What a command is for, and a hint of what is written after its name, such as `service [version]`."""

    description: Annotated[Line, Field(max_length=DESCRIPTION)]
    usage: Annotated[OptionalLine, Field(max_length=USAGE)] = ""


class CommandOut(BaseModel):
    """A command that a bot does, in every room that it reads."""

    name: Name
    description: str
    usage: str
    bot: PublicUser


class NewInvocation(BaseModel):
    """A command to be run, with what was written after its name; the same `cid` again runs it once."""

    command: Name
    args: Args = ""
    cid: UUID
    thread: UUID | None = None


class InvocationOut(BaseModel):
    """A command that one ran. `answer` is what the bot says to oneself alone, if it does."""

    id: UUID
    workspace: UUID
    room: UUID
    thread: UUID | None
    command: str
    args: str
    bot: PublicUser
    ts: Moment
    expires_at: Moment
    state: Literal["waiting", "answered", "expired"]
    answer: str | None


class WaitingOut(BaseModel):
    """A command that somebody ran, and waits for its bot; it is answered before `expires_at`."""

    id: UUID
    workspace: UUID
    room: UUID
    thread: UUID | None
    command: str
    args: str
    user: PublicUser
    ts: Moment
    expires_at: Moment


class Answer(BaseModel):
    """What only who ran the command is told, in place of an earlier answer; null: it is dealt with."""

    text: Text | None = None
