"""What `talkoot doctor` looks at. Each check says one thing, and what to do when it is not well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.cli.checks.clocks import clocks
from talkoot.cli.checks.data import folder, key
from talkoot.cli.checks.database import database
from talkoot.cli.checks.machine import limits, program
from talkoot.cli.checks.mail import mail
from talkoot.cli.checks.port import address
from talkoot.cli.checks.programs import programs
from talkoot.cli.checks.redis import redis
from talkoot.cli.checks.replica import replica
from talkoot.cli.checks.scanner import scanner
from talkoot.cli.checks.storage import storage
from talkoot.cli.checks.web import origin, proxies
from talkoot.cli.checks.work import work

if TYPE_CHECKING:
    from talkoot.cli.checks.finding import Check

ALL: tuple[Check, ...] = (
    program,
    folder,
    storage,
    key,
    database,
    replica,
    redis,
    clocks,
    work,
    scanner,
    programs,
    mail,
    address,
    origin,
    proxies,
    limits,
)
