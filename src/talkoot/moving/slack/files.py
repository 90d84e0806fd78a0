"""What people uploaded: from a folder beside the export, or fetched from where it lies."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from talkoot.chat.files.actions.preparing import prepare_soon
from talkoot.chat.files.models import ORIGINAL, SENT, WAITING, File
from talkoot.chat.files.names import clean_name
from talkoot.chat.files.sniffing import HEAD, sniff
from talkoot.chat.files.views import attachment
from talkoot.kernel.errors import NotFound
from talkoot.moving.slack.derived import derived_id
from talkoot.moving.slack.fetching import NotFetched

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Tx
    from talkoot.moving.slack.drafts import Draft
    from talkoot.moving.slack.place import Place
    from talkoot.moving.slack.shapes import Uploaded

_PIECE = 1 << 18


async def take_files(place: Place, room: UUID, draft: Draft) -> list[File]:
    """Store what the files of a message hold; those that are not there are named in its text."""
    taken = []
    for uploaded in draft.files:
        try:
            file = await _taken(place, room, draft, uploaded)
        except NotFetched as error:
            where = ": ".join(part for part in (draft.where, uploaded.id, error.told) if part)
            place.feedback.report.leave_out("file", error.why, where)
            name = uploaded.name or uploaded.title or uploaded.id
            draft.text = f"{draft.text}\n_File: {clean_name(name)}_".lstrip("\n")
            continue
        place.feedback.report.done["file"] += 1
        if file is not None:
            draft.shown.append(attachment(file))
            taken.append(file)
    return taken


async def _taken(place: Place, room: UUID, draft: Draft, uploaded: Uploaded) -> File | None:
    """Stored, and its row; None where it would only be fetched. NotFetched for what can not be had."""
    path = _path_of(place, uploaded)
    if path is not None:
        if not 0 < path.stat().st_size <= place.most:
            raise NotFetched("too_large")
        return await _kept(place, room, draft, uploaded, path)
    if place.fetching is None:
        raise NotFetched("not_there")
    if place.dry:
        place.fetching.check(uploaded, place.most)
        return None
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / ORIGINAL
        if await _is_kept(place, its := _id_of(place, draft, uploaded)):
            await _read_back(place, its, copy)  # by an import that was interrupted before its message was
        else:
            await place.fetching.fetch(uploaded, copy, place.most)
        return await _kept(place, room, draft, uploaded, copy)


async def _read_back(place: Place, file: UUID, to: Path) -> None:
    with await asyncio.to_thread(to.open, "wb") as copy:
        async for piece in place.blobs.get(f"{file}/{ORIGINAL}", 0, 2**62):
            await asyncio.to_thread(copy.write, piece)


def _id_of(place: Place, draft: Draft, uploaded: Uploaded) -> UUID:
    return derived_id(place.workspace, draft.ts, "file", str(draft.id), uploaded.id)


async def store_files(tx: Tx, files: list[File]) -> None:
    """The rows of files whose messages are new; pictures are prepared after this commit."""
    for file in files:
        if await tx.session.get(File, file.id) is None:
            tx.session.add(file)
            await prepare_soon(tx, file, scanned=file.scan is not None)
    await tx.flush()


async def _kept(place: Place, room: UUID, draft: Draft, uploaded: Uploaded, path: Path) -> File:
    its = _id_of(place, draft, uploaded)
    head, digest, size = await asyncio.to_thread(_summed_up, path)
    values: dict[str, Any] = {
        "id": its,
        "workspace_id": place.workspace,
        "room_id": room,
        "owner_id": draft.sender,
        "message_id": draft.id,
        "state": SENT,
        "name": clean_name(uploaded.name or uploaded.title or uploaded.id),
        "type": sniff(head),
        "size": size,
        "sha256": digest,
        "content": ORIGINAL,
        "scan": WAITING if place.scanned else None,
        "created_at": draft.ts,
        "changed_at": place.now,
    }
    if not place.dry and not await _is_kept(place, its):
        await place.blobs.put(f"{its}/{ORIGINAL}", _pieces(path))
    return File(**values)


def _summed_up(path: Path) -> tuple[bytes, bytes, int]:
    """The first bytes, the SHA-256 of all, and how many there are."""
    with path.open("rb") as stream:
        head = stream.read(HEAD)
        stream.seek(0)
        digest = hashlib.file_digest(stream, "sha256").digest()
        return head, digest, stream.tell()


async def _is_kept(place: Place, file: UUID) -> bool:
    try:
        async for _ in place.blobs.get(f"{file}/{ORIGINAL}", 0, 1):
            return True
    except NotFound:
        return False
    return True


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as stream:
        while piece := await asyncio.to_thread(stream.read, _PIECE):
            yield piece


def _path_of(place: Place, uploaded: Uploaded) -> Path | None:
    """`ID/name`, `ID-name` or `ID` in the folder; no link, and nothing outside of it."""
    if place.files is None or not uploaded.id.isalnum():
        return None
    folder = place.files / uploaded.id
    if folder.is_dir() and not folder.is_symlink():
        found = sorted(folder.iterdir())
    else:
        found = [folder, *sorted(place.files.glob(f"{uploaded.id}-*"))]
    return next((path for path in found if path.is_file() and not path.is_symlink()), None)
