"""What an edge finds in every request: the parts of the running program, made once by `app.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.kernel.blobs import Blobs
    from talkoot.kernel.clock import Clock
    from talkoot.kernel.database import Database
    from talkoot.kernel.keyed_rates import QuickRates
    from talkoot.kernel.outgoing import Outgoing
    from talkoot.kernel.rate_limits import RateLimiter
    from talkoot.kernel.secrets import Secrets
    from talkoot.kernel.unit_of_work import UnitOfWork
    from talkoot.settings import Settings


class Kernel(Value, frozen=True):
    """The parts that every feature may use."""

    settings: Settings
    clock: Clock
    secrets: Secrets
    database: Database
    uow: UnitOfWork
    limits: RateLimiter
    rates: QuickRates
    blobs: Blobs
    outgoing: Outgoing
