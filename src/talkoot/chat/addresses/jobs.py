"""What is done after the answer: looking whose password is forgotten, and writing letters."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.accounts.queries import find_user
from talkoot.chat.addresses import letters
from talkoot.chat.addresses.actions.links import MAIL_LINK, arm_link, forget_expired_links
from talkoot.chat.addresses.actions.passwords import FORGOTTEN, begin_reset
from talkoot.chat.mail.sending import send
from talkoot.kernel.clock import SECOND
from talkoot.kernel.jobs import enqueue

if TYPE_CHECKING:
    from talkoot.chat.mail.events import NoticeDue
    from talkoot.kernel.context import Kernel
    from talkoot.kernel.job_runner import Handler, InTheEnd
    from talkoot.kernel.jobs import Claim
    from talkoot.kernel.transactions import Tx

NOTICE = "addresses.notice"
FORGET_LINKS = "addresses.forget_links"


async def write_notice(tx: Tx, due: NoticeDue) -> None:
    """Have the owner of an account told, by a job of this transaction."""
    await enqueue(tx, NOTICE, {"user": str(due.user), "what": due.what, "detail": due.detail, "at": tx.now})


async def find_forgetful(_kernel: Kernel, claim: Claim) -> InTheEnd:
    """The handler of FORGOTTEN: the link is made in the transaction that ends the job, so only once."""
    return partial(begin_reset, login=claim.payload["login"])


async def mail_link(kernel: Kernel, claim: Claim) -> None:
    """The handler of MAIL_LINK: each attempt makes another token, and the one before opens nothing."""
    if not kernel.settings.mails:
        return
    armed = await kernel.uow.run(partial(arm_link, link=UUID(claim.payload["link"])))
    if armed is None:
        return
    letter = letters.link_letter(armed, kernel.settings.public_url) if armed.token else None
    await send(kernel, claim, letter or letters.taken_letter(armed))


async def mail_notice(kernel: Kernel, claim: Claim) -> None:
    """The handler of NOTICE."""
    if not kernel.settings.mails:
        return
    async with kernel.uow.read() as read:
        user = await find_user(read, UUID(claim.payload["user"]))
    if user is None or user.email is None or user.email_key is None or user.deactivated_at is not None:
        return
    told = claim.payload
    when = _minute(told["at"])
    await send(kernel, claim, letters.notice_letter(user, user.email, told["what"], told["detail"], when))


async def forget_links(_kernel: Kernel, _claim: Claim) -> InTheEnd:
    """The handler of FORGET_LINKS: the table of links does not grow for ever."""
    return forget_expired_links


def _minute(moment: int) -> str:
    return datetime.fromtimestamp(moment // SECOND, UTC).strftime("%Y-%m-%d %H:%M UTC")


HANDLERS: dict[str, Handler] = {
    FORGOTTEN: find_forgetful,
    MAIL_LINK: mail_link,
    NOTICE: mail_notice,
    FORGET_LINKS: forget_links,
}
