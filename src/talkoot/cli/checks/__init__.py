"""What `talkoot doctor` looks at. Each check says one thing, and what to do when it is not well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.cli.checks.database import database, replica
from talkoot.cli.checks.machine import folder, key, limits, program
from talkoot.cli.checks.redis import clocks, redis
from talkoot.cli.checks.web import address, origin, proxies
from talkoot.cli.checks.work import work

if TYPE_CHECKING:
    from talkoot.cli.checks.finding import Check

ALL: tuple[Check, ...] = (
    program,
    folder,
    key,
    database,
    replica,
    redis,
    clocks,
    work,
    address,
    origin,
    proxies,
    limits,
)
