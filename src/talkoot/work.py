"""What is done beside the clients' requests: jobs and the search index, by this process or by the workers."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from talkoot.chat.accounts.actions.cleaning import delete_ended_sessions
from talkoot.chat.addresses import jobs as addresses_jobs
from talkoot.chat.commands import jobs as commands_jobs
from talkoot.chat.digests import jobs as digests_jobs
from talkoot.chat.files import jobs as files_jobs
from talkoot.chat.files.scanning import Scanner
from talkoot.chat.groups.actions.settling import SETTLE
from talkoot.chat.groups.jobs import settle_some
from talkoot.chat.messages import jobs as messages_jobs
from talkoot.chat.messages.actions.expire import Expired
from talkoot.chat.moderation.actions.purging import PURGE
from talkoot.chat.moderation.actions.sanctions import SANCTION_ENDS
from talkoot.chat.moderation.jobs import end_sanction, forget_copies, purge
from talkoot.chat.notifications import jobs as notifications_jobs
from talkoot.chat.onboarding.actions import MAIL_INVITATION
from talkoot.chat.onboarding.jobs import mail_invitation
from talkoot.chat.polls import jobs as polls_jobs
from talkoot.chat.posts import jobs as posts_jobs
from talkoot.chat.previews import jobs as previews_jobs
from talkoot.chat.previews.actions import LOOK
from talkoot.chat.privacy.actions.deletion import DELETE_ACCOUNT, DELETE_MESSAGES
from talkoot.chat.privacy.actions.exports import MAKE_EXPORT
from talkoot.chat.privacy.jobs import delete_account, delete_messages, forget_exports, make_export
from talkoot.chat.push import jobs as push_jobs
from talkoot.chat.rooms.retention import EXPIRE
from talkoot.chat.scheduled import jobs as scheduled_jobs
from talkoot.chat.search.elsewhere import Followed, FollowedElsewhere
from talkoot.chat.search.follower import Follower
from talkoot.chat.search.opening import TURN, index_for
from talkoot.kernel import jobs
from talkoot.kernel.cron import Cron
from talkoot.kernel.errors import TalkootError
from talkoot.kernel.job_metrics import watch_jobs
from talkoot.kernel.job_runner import FORGET_FINISHED, Handler, JobRunner, forget_finished
from talkoot.kernel.turns import Turn
from talkoot.moving import asked

if TYPE_CHECKING:
    from collections.abc import Callable

    from talkoot.kernel.context import Kernel
    from talkoot.kernel.jobs import Claim
    from talkoot.kernel.metrics import Metrics

log = logging.getLogger("talkoot.work")

FORGET_SESSIONS = "accounts.forget_sessions"
FORGET_COPIES, FORGET_EXPORTS = "moderation.forget_copies", "privacy.forget_exports"
SCHEDULE = (
    Cron(FORGET_FINISHED, "17 3 * * *"),
    Cron(FORGET_SESSIONS, "27 3 * * *"),
    Cron(addresses_jobs.FORGET_LINKS, "37 3 * * *"),
    Cron(FORGET_EXPORTS, "37 * * * *"),
    Cron(EXPIRE, "7 * * * *"),
    Cron(FORGET_COPIES, "8 * * * *"),
    *files_jobs.SCHEDULE,
    *notifications_jobs.SCHEDULE,
    *digests_jobs.SCHEDULE,
    *commands_jobs.SCHEDULE,
)

LONGEST_TURN = 15.0  # seconds until another worker indexes in place of one that died
LOOKED_AT_EVERY, TOO_OLD = 60.0, 60.0  # seconds


async def forget_sessions(kernel: Kernel, claim: Claim) -> None:
    """Delete sessions that ended, some at a time, so that nobody waits long for the writer."""
    rounds = 0
    while await kernel.uow.run(delete_ended_sessions):
        rounds += 1
        claim.progress(rounds, note="rounds of ended sessions")


HANDLERS: dict[str, Handler] = {
    FORGET_FINISHED: forget_finished,
    FORGET_SESSIONS: forget_sessions,
    SANCTION_ENDS: end_sanction,
    PURGE: purge,
    SETTLE: settle_some,
    MAIL_INVITATION: mail_invitation,
    **addresses_jobs.HANDLERS,
    **files_jobs.HANDLERS,
    **previews_jobs.HANDLERS,
    **polls_jobs.HANDLERS,
    **scheduled_jobs.HANDLERS,
    **posts_jobs.HANDLERS,
    **asked.HANDLERS,
    **push_jobs.HANDLERS,
    **digests_jobs.HANDLERS,
    **commands_jobs.HANDLERS,
    **notifications_jobs.HANDLERS,
    MAKE_EXPORT: make_export,
    DELETE_ACCOUNT: delete_account,
    DELETE_MESSAGES: delete_messages,
    FORGET_EXPORTS: forget_exports,
    FORGET_COPIES: forget_copies,
    **messages_jobs.HANDLERS,
}
"""Every kind of job, and who does it."""


class Work:
    """The runner of jobs and the follower of the logs; neither runs where `here` is false.

    `tell` tells all processes on the database, this one included, that there is a new job.
    """

    def __init__(self, kernel: Kernel, metrics: Metrics, tell: Callable[[], None], *, here: bool) -> None:
        settings = kernel.settings
        self.here = here
        self._kernel = kernel
        self._tell = tell
        self._telling = False
        self._looking: asyncio.Task[None] | None = None
        self.runner = JobRunner(
            kernel,
            HANDLERS,
            SCHEDULE,
            shares={LOOK: max(1, settings.jobs_at_once // 2)},  # they wait for other people's servers
            workers=settings.jobs_at_once,
            lease_seconds=settings.job_lease_seconds,
        )
        searched = settings.search == "on"
        self.follower = _follower(kernel) if here and searched else None
        self.search: Followed | None = self.follower
        if searched and not here:
            self.search = FollowedElsewhere(index_for(settings), kernel.uow)
        if here:
            watch_jobs(metrics, self.runner)
            kernel.uow.caches.of(Scanner).watched_by(metrics)
            expired = kernel.uow.caches.of(Expired)
            metrics.watch(
                "talkoot_messages_expired",
                "Messages deleted because they were too old.",
                lambda: expired.messages,
                kind="counter",
            )
            if self.follower is not None:
                self.follower.watched_by(metrics)

    def start(self) -> None:
        """Begin; call it on the event loop."""
        if not self.here:
            self._looking = asyncio.create_task(self._look(), name="work-look")
            return
        if self.follower is not None:
            self.follower.start()
        self.runner.start()

    async def close(self) -> None:
        """Let what runs finish, hand back what does not in time, and let others follow the logs."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        ending = [self.runner.close()]
        if self.follower is not None:
            ending.append(self.follower.close())
        await asyncio.gather(*ending)

    def enqueued(self, _event: jobs.Enqueued) -> None:
        """A job was committed: those who can do it are told, once for all that were in the same commit."""
        if not self._telling:
            self._telling = True
            asyncio.get_running_loop().call_soon(self._tell_once)

    def _tell_once(self) -> None:
        self._telling = False
        self._tell()

    async def _look(self) -> None:
        """Say so when nobody does the work."""
        while True:
            await asyncio.sleep(LOOKED_AT_EVERY)
            try:
                await self._warn()
            except TalkootError:  # the database is away: that is said elsewhere
                continue
            except Exception:
                log.exception("Nobody looks whether jobs wait")

    async def _warn(self) -> None:
        async with self._kernel.uow.read() as read:
            overdue = await jobs.overdue(read, self._kernel.clock.now())
        if overdue > TOO_OLD:
            log.warning("A job has been waiting for %d s: does `talkoot worker` run?", overdue)


def _follower(kernel: Kernel) -> Follower:
    """The only one, or, in a cluster, one of those who take turns."""
    settings, turn = kernel.settings, None
    if settings.clustered:
        turn = Turn(kernel.uow, TURN, min(LONGEST_TURN, settings.job_lease_seconds))
    index = index_for(settings, turn.holder if turn else None)
    return Follower(index, kernel.clock, busy=lambda: kernel.uow.waiting > 0, turn=turn)
