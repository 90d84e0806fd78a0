"""The operations `react` and `unreact`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from talkoot.chat.accounts.actors import actor_of
from talkoot.chat.messages.socket import acknowledged
from talkoot.chat.reactions import actions
from talkoot.chat.reactions.actions import React
from talkoot.chat.reactions.emoji import one_emoji
from talkoot.chat.reactions.frames import ReactFrame, UnreactFrame
from talkoot.realtime.operations import Operation

if TYPE_CHECKING:
    from talkoot.chat.messages.frames import Ack
    from talkoot.kernel.unit_of_work import UnitOfWork
    from talkoot.realtime.connection import Connection


def operations(uow: UnitOfWork) -> list[Operation]:
    """What reactions can do on the socket."""
    return [
        Operation("react", ReactFrame, partial(_react, uow), refusal="nack"),
        Operation("unreact", UnreactFrame, partial(_unreact, uow), refusal="nack"),
    ]


async def _react(uow: UnitOfWork, connection: Connection, frame: ReactFrame) -> Ack:
    actor, wish = actor_of(connection), React(frame.message, one_emoji(frame.emoji), frame.cid)
    return acknowledged(await uow.run(lambda tx: actions.react(tx, actor, wish)), frame.cid)


async def _unreact(uow: UnitOfWork, connection: Connection, frame: UnreactFrame) -> Ack:
    actor, wish = actor_of(connection), React(frame.message, one_emoji(frame.emoji), frame.cid)
    return acknowledged(await uow.run(lambda tx: actions.unreact(tx, actor, wish)), frame.cid)
