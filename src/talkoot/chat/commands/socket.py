"""The operation `run`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from talkoot.chat.accounts.actors import actor_of
from talkoot.chat.commands import actions
from talkoot.chat.commands.access import COMMANDS
from talkoot.chat.commands.actions import Run
from talkoot.chat.commands.frames import InvokedFrame, RunFrame
from talkoot.chat.commands.schemas import NewInvocation
from talkoot.chat.messages.access import count_for_room
from talkoot.chat.messages.socket import well_formed
from talkoot.kernel.clock import rfc3339
from talkoot.realtime.operations import Operation

if TYPE_CHECKING:
    from talkoot.kernel.keyed_rates import QuickRates
    from talkoot.kernel.unit_of_work import UnitOfWork
    from talkoot.realtime.connection import Connection


def operations(uow: UnitOfWork, rates: QuickRates) -> list[Operation]:
    """What commands can do on the socket."""
    return [Operation("run", RunFrame, partial(_run, uow, rates), refusal="nack")]


async def _run(uow: UnitOfWork, rates: QuickRates, connection: Connection, frame: RunFrame) -> InvokedFrame:
    actor, new = actor_of(connection), well_formed(NewInvocation, msgspec.structs.asdict(frame))
    count_for_room(rates, uow.caches, actor, frame.room, frame.thread)
    rates.require(COMMANDS, actor.user)
    wish = Run(frame.room, new.command, new.args, new.cid, new.thread)
    done = await uow.run(lambda tx: actions.run_command(tx, actor, wish), key=frame.room)
    until = rfc3339(done.made.expires_at)
    return InvokedFrame(done.made.id, frame.room, until, done.dup, frame.cid)
