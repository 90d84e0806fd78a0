"""What who looks after the installation does to its jobs and limits, and for who has lost their phone."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from msgspec.structs import asdict

from talkoot.chat.accounts.factors import actions as factors
from talkoot.chat.administration.access import installation_to_administer, is_of_the_owners
from talkoot.chat.administration.events import LimitChosen
from talkoot.kernel import jobs
from talkoot.kernel.audit import Act, record
from talkoot.kernel.chosen_limits import choose_limit, chosen_limits, forget_limit
from talkoot.kernel.errors import Forbidden, NotFound

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.audit import Acting
    from talkoot.kernel.limit_book import Limit, LimitBook, Numbers
    from talkoot.kernel.transactions import Tx


async def retry_job(tx: Tx, actor: Actor, job: UUID) -> None:
    """Give a job that was given up all its attempts again."""
    await installation_to_administer(tx, actor)
    await jobs.retry(tx, job)
    await record(tx, actor, Act("job.retried", None, job))


async def drop_job(tx: Tx, actor: Actor, job: UUID) -> None:
    """Forget a job that was given up."""
    await installation_to_administer(tx, actor)
    await jobs.drop(tx, job)
    await record(tx, actor, Act("job.dropped", None, job))


async def set_limit(tx: Tx, acting: Acting, book: LimitBook, name: str, numbers: Numbers) -> None:
    """Let a limit have these numbers; Invalid, with the bounds, when they are out of them.

    The caller has looked whether it may be done.
    """
    limit = limit_named(book, name)
    limit.require(numbers)
    before = (await chosen_limits(tx)).get(name) or limit.default
    await choose_limit(tx, name, numbers)
    await _changed(tx, acting, limit, before, numbers)


async def reset_limit(tx: Tx, acting: Acting, book: LimitBook, name: str) -> None:
    """Let a limit have the program's own numbers again."""
    limit = limit_named(book, name)
    before = (await chosen_limits(tx)).get(name) or limit.default
    await forget_limit(tx, name)
    await _changed(tx, acting, limit, before, limit.default)


def limit_named(book: LimitBook, name: str) -> Limit:
    """One of the limits, or NotFound."""
    if name not in book.limits:
        raise NotFound("There is no such limit")
    return book.limits[name]


async def _changed(tx: Tx, acting: Acting, limit: Limit, before: Numbers, after: Numbers) -> None:
    if before != after:
        name = {"limit": limit.rule.name}
        told = [name | {"numbers": asdict(numbers)} for numbers in (before, after)]
        await record(tx, acting, Act("limit.changed", None, before=told[0], after=told[1]))
    await tx.emit(LimitChosen(limit.rule.name))


async def reset_second_factor(tx: Tx, actor: Actor, user: UUID) -> None:
    """Take somebody's second factor away; that of an owner only they themselves, or who has the machine."""
    await installation_to_administer(tx, actor)
    if await is_of_the_owners(tx, user):
        raise Forbidden(
            "The second factor of an owner is reset on the machine: `talkoot user reset-second-factor`",
            code="owner_protected",
        )
    await factors.reset_second_factor(tx, actor, user)
