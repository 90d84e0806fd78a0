"""What `talkoot export` and `talkoot import` do: apart from their words, as all that loads the chat."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from talkoot.backends import open_blobs
from talkoot.chat.access.models import Membership, Role, Workspace
from talkoot.chat.files.actions.receiving import MB
from talkoot.cli.databases import unit_of_work
from talkoot.cli.failures import Exit, Failure
from talkoot.kernel.audit import OPERATOR, Act, record
from talkoot.kernel.clock import SystemClock
from talkoot.kernel.durability import synchronise
from talkoot.kernel.ids import new_id
from talkoot.kernel.outgoing import Outgoing
from talkoot.kernel.values import Value
from talkoot.moving.archive import Writer
from talkoot.moving.errors import MovingError
from talkoot.moving.exporting import ExportOptions, export_workspace
from talkoot.moving.importing import import_archive
from talkoot.moving.reporting import Feedback, Progress, Report
from talkoot.moving.slack.bringing import bring_slack
from talkoot.moving.slack.fetching import Fetching
from talkoot.moving.slack.place import Place
from talkoot.moving.slack.source import Source

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Read
    from talkoot.settings import Settings

_TOLD_EVERY = {True: 0.2, False: 10.0}  # seconds; to a terminal, and to a file


class Export(Value, frozen=True):
    """Which workspace, by its name or id, into which file."""

    workspace: str
    file: Path
    with_credentials: bool


async def export(settings: Settings, wanted: Export, report_to: Path | None) -> list[str]:
    """Write the file; lines that say what is in it."""
    async with unit_of_work(settings) as uow:
        async with uow.read() as read:
            workspace = await workspace_named(read, wanted.workspace)
        act = Act("workspace.exported", workspace, workspace, after={"credentials": wanted.with_credentials})
        await uow.run(partial(record, acting=OPERATOR, act=act))
        what = ExportOptions(workspace, SystemClock().now(), wanted.with_credentials)
        with reporting(report_to) as report, following() as progress, made(wanted.file) as file:
            out = Writer(file, packed=wanted.file.suffix in {".gz", ".tgz"})
            await export_workspace(uow, open_blobs(settings), what, out, Feedback(report, progress))
            out.close()
    return [f"{wanted.file} is written.", *report.summary()]


async def import_talkoot(settings: Settings, file: Path, report_to: Path | None) -> list[str]:
    """Bring the file; lines that say what is new."""
    async with unit_of_work(settings) as uow:
        try:
            with reporting(report_to) as report, following() as progress:
                feedback = Feedback(report, progress)
                workspace = await import_archive(
                    uow, open_blobs(settings), file, feedback, scanned=settings.scans_files
                )
        except MovingError as error:
            raise Failure(Exit.REFUSED, str(error)) from None
    return [f"The workspace {workspace} is here.", *report.summary()]


class Fetch(Value, frozen=True):
    """From where files are fetched, how much of them, and the file with the token, if it is in one."""

    token_file: Path | None
    host: str
    most_mb: int


class FromSlack(Value, frozen=True):
    """An export of Slack, and the workspace that it goes to."""

    workspace: str
    export: Path
    files: Path | None
    fetch: Fetch | None
    dry: bool


async def import_slack(settings: Settings, wanted: FromSlack, report_to: Path | None) -> list[str]:
    """Bring an export of Slack; lines that say what is new."""
    async with unit_of_work(settings) as uow:
        async with uow.read() as read:
            workspace = await workspace_named(read, wanted.workspace)
            owner = await owner_of(read, workspace)
        with reporting(report_to) as report, following() as progress:
            place = Place(
                uow,
                open_blobs(settings),
                workspace,
                owner,
                SystemClock().now(),
                Feedback(report, progress),
                files=wanted.files,
                most=settings.max_file_mb * MB,
                fetching=_fetching(settings, wanted.fetch, progress),
                dry=wanted.dry,
                scanned=settings.scans_files,
            )
            try:
                source = Source(wanted.export, report)
                with closing(source):
                    await bring_slack(place, source)
            except MovingError as error:
                raise Failure(Exit.REFUSED, str(error)) from None
    begin = "This would be brought:" if wanted.dry else "This was brought:"
    return [begin, *report.summary()]


def _fetching(settings: Settings, wanted: Fetch | None, progress: Progress) -> Fetching | None:
    if wanted is None:
        return None
    token = wanted.token_file.read_text("utf-8") if wanted.token_file else os.environ.get("SLACK_TOKEN", "")
    if not re.fullmatch(r"[!-~]{1,500}", token := token.strip()):
        raise Failure(
            Exit.USAGE, "There is no token to fetch files with: set SLACK_TOKEN, or name a --token-file."
        )
    outgoing = Outgoing(settings.outgoing_networks)
    return Fetching(outgoing, token, wanted.host.lower(), wanted.most_mb * MB, progress)


async def owner_of(read: Read, workspace: UUID) -> UUID:
    """Somebody who owns the workspace: whoever came first."""
    found: UUID | None = await read.connection.scalar(
        select(Membership.user_id)
        .join(Role, Role.id == Membership.role_id)
        .where(Membership.resource_id == workspace, Role.name == "owner", Role.built_in)
        .order_by(Membership.joined_at, Membership.user_id)
        .limit(1)
    )
    if found is None:
        raise Failure(Exit.REFUSED, "This workspace has no owner, who would own what nobody made.")
    return found


async def workspace_named(read: Read, name: str) -> UUID:
    """The workspace of this name or id; the only one, if there is no name. Failure if that is not one."""
    found = (await read.connection.execute(select(Workspace.id, Workspace.name).order_by(Workspace.id))).all()
    fitting = [row for row in found if not name or name in {row.name, str(row.id)}]
    if len(fitting) == 1:
        only: UUID = fitting[0].id
        return only
    there = "\n".join(f"  {row.id}  {row.name}" for row in found[:50])
    why = "There is no such workspace" if not fitting else "Several could be meant: name one by its id"
    raise Failure(Exit.USAGE, f"{why}. There are:\n{there or '  none'}")


@contextmanager
def reporting(path: Path | None) -> Iterator[Report]:
    """A report, into a file of its own if one is named."""
    if path is None:
        yield Report()
        return
    with _opened(path) as file:
        yield Report(file)


@contextmanager
def following() -> Iterator[Progress]:
    """Tells on standard error how far it is: a bar in a terminal, a line now and then in a log."""
    terminal = sys.stderr.isatty()
    before, behind = ("\r\x1b[K", "") if terminal else ("", "\n")

    def tell(line: str) -> None:
        sys.stderr.write(f"{before}{line}{behind}")
        sys.stderr.flush()

    progress = Progress(tell, every=_TOLD_EVERY[terminal])
    yield progress
    if terminal and progress.told:
        tell("")  # the bar stands in the way of other lines


@contextmanager
def made(path: Path) -> Iterator[IO[bytes]]:
    """A file for its owner alone, that gets its name when all of it is on the disk."""
    if path.exists():
        raise Failure(Exit.REFUSED, f"{path} is there already; choose another name.")
    half = path.with_name(f".{path.name}.{new_id()}")
    file = _opened(half)
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        half.rename(path)
        synchronise(path.absolute().parent)
    except BaseException:
        half.unlink(missing_ok=True)
        raise


def _opened(path: Path) -> IO[bytes]:
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except OSError as error:
        raise Failure(Exit.REFUSED, f"{path} can not be made: {error.strerror}.") from None
