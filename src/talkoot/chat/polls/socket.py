"""The operations `vote` and `unvote`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from talkoot.chat.accounts.actors import actor_of
from talkoot.chat.messages.schemas import OPTIONS
from talkoot.chat.messages.socket import acknowledged
from talkoot.chat.polls import actions
from talkoot.chat.polls.actions import Vote
from talkoot.chat.polls.frames import UnvoteFrame, VoteFrame
from talkoot.kernel.errors import Invalid
from talkoot.realtime.operations import Operation

if TYPE_CHECKING:
    from talkoot.chat.messages.frames import Ack
    from talkoot.kernel.secrets import Secrets
    from talkoot.kernel.unit_of_work import UnitOfWork
    from talkoot.realtime.connection import Connection


def operations(uow: UnitOfWork, secrets: Secrets) -> list[Operation]:
    """What polls can do on the socket."""
    return [
        Operation("vote", VoteFrame, partial(_vote, uow, secrets), refusal="nack"),
        Operation("unvote", UnvoteFrame, partial(_unvote, uow, secrets), refusal="nack"),
    ]


async def _vote(uow: UnitOfWork, secrets: Secrets, connection: Connection, frame: VoteFrame) -> Ack:
    if not 0 < len(frame.options) <= OPTIONS or min(frame.options) < 0:
        raise Invalid.field("options", "not_acceptable", f"A vote is for 1 to {OPTIONS} options, from 0 on")
    actor, wish = actor_of(connection), Vote(frame.message, frozenset(frame.options))
    return acknowledged(await uow.run(lambda tx: actions.vote(tx, secrets, actor, wish)), None)


async def _unvote(uow: UnitOfWork, secrets: Secrets, connection: Connection, frame: UnvoteFrame) -> Ack:
    actor, wish = actor_of(connection), Vote(frame.message)
    return acknowledged(await uow.run(lambda tx: actions.vote(tx, secrets, actor, wish)), None)
