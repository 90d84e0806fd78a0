"""Files over HTTP: uploaded as a stream, and fetched whole or in ranges."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse

from talkoot.chat.access.operations import GET_THUMBNAIL, UPLOAD_FILE
from talkoot.chat.accounts.http_auth import CurrentActor, CurrentReader
from talkoot.chat.files.actions.receiving import (
    MB,
    begin_file,
    delete_file,
    finish_file,
    give_up_file,
    require_place,
)
from talkoot.chat.files.forms import AROUND, FileForm
from talkoot.chat.files.ranges import serve_range
from talkoot.chat.files.schemas import FORM, FileOut
from talkoot.chat.files.serving import THUMBNAIL_TYPE, content_of, prepared, thumbnail_of
from talkoot.chat.files.storing import store
from talkoot.chat.files.views import file_out, headers_of, tag_of, told_type
from talkoot.chat.rooms.access import room_to_read
from talkoot.kernel.documents import is_named
from talkoot.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotAuthenticated,
    NotFound,
    UnsupportedType,
)
from talkoot.kernel.http import API, KernelDep, make_router, problems

if TYPE_CHECKING:
    from starlette.types import Scope

    from talkoot.chat.files.findings import Received
    from talkoot.kernel.transactions import Tx
    from talkoot.settings import Settings

router = make_router(NotAuthenticated, NotFound, Invalid, tags=["files"])

Room = Annotated[UUID, Query(description="The room that it is for; nobody elsewhere can get it.")]
Waveform = Annotated[
    str | None,
    Query(
        pattern=r"^[A-Za-z0-9_-]{2,171}$",
        description="Of a voice message: how loud it is, a byte for each of up to 128 equal parts, base64url"
        " without padding.",
    ),
]
_CONTENT: dict[int | str, dict[str, Any]] = {
    200: {"description": "All of it", "content": {"application/octet-stream": {}}},
    206: {"description": "The range that was asked for", "content": {"application/octet-stream": {}}},
    304: {"description": "What `If-None-Match` names is what it is"},
    416: {"description": "There are no such bytes"},
}
_THUMBNAIL: dict[int | str, dict[str, Any]] = {
    200: {"description": "A small picture", "content": {THUMBNAIL_TYPE: {}}},
    304: {"description": "What `If-None-Match` names is what it is"},
}


@router.post(
    "/files", status_code=201, responses=problems(Forbidden, Conflict, UnsupportedType), openapi_extra=FORM
)
async def upload_file(
    request: Request, kernel: KernelDep, actor: CurrentActor, room: Room, waveform: Waveform = None
) -> FileOut:
    """Upload one file, in a part named `file`; then send it: `attachments` of a message to this room."""
    async with kernel.uow.read() as read:
        await room_to_read(read, actor, room, UPLOAD_FILE)
    require_place(kernel.settings)
    form = FileForm(request)
    name = await form.begin()
    size = _announced(request, kernel.settings)
    file = await kernel.uow.run(
        lambda tx: begin_file(tx, actor, kernel.settings, room=room, name=name, size=size)
    )
    try:
        received = await store(kernel, file, form.pieces())
        scanned = kernel.settings.scans_files
        return await kernel.uow.run(lambda tx: _finished(tx, file, received, waveform, scanned=scanned))
    except BaseException:
        if not await kernel.uow.run(lambda tx: give_up_file(tx, file)):
            await kernel.blobs.drop(str(file))  # it took a day: nothing else would lead to what came of it
        raise


async def _finished(
    tx: Tx, file: UUID, received: Received, waveform: str | None, *, scanned: bool
) -> FileOut:
    return file_out(await finish_file(tx, file, received, waveform, scanned=scanned))


@router.head("/files/{file}", include_in_schema=False)
@router.get("/files/{file}", response_class=StreamingResponse, responses=_CONTENT)
async def get_file(request: Request, kernel: KernelDep, actor: CurrentReader, file: UUID) -> Response:
    """A file, or one range of it; whoever may read its message may have it, and its owner before.

    It ends early if one may not have it any more meanwhile.
    """
    found = await prepared(kernel, actor, file)
    tag, headers = tag_of(found), headers_of(found)
    if is_named(tag, request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    part = serve_range(request.headers, headers, found.size)
    if part is None:
        return Response(status_code=416, headers=headers)
    status, start, end = part
    if request.method == "HEAD":
        return Response(None, status, headers, told_type(found))
    content = await content_of(kernel, actor, found, start, end)
    return StreamingResponse(content, status, headers, told_type(found))


@router.head("/files/{file}/thumbnail", include_in_schema=False)
@router.get("/files/{file}/thumbnail", response_class=Response, responses=_THUMBNAIL)
async def get_thumbnail(request: Request, kernel: KernelDep, actor: CurrentReader, file: UUID) -> Response:
    """A small picture of a picture, as WebP; 404 for what is none. It is made soon after the upload."""
    found = await prepared(kernel, actor, file, GET_THUMBNAIL)
    content = await thumbnail_of(kernel, actor, found)
    tag = f'"t{tag_of(found)[1:]}'
    headers = headers_of(found) | {"ETag": tag, "Accept-Ranges": "none"}
    if is_named(tag, request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    return Response(content, 200, headers, THUMBNAIL_TYPE)


@router.delete("/files/{file}", status_code=204, responses=problems(Forbidden, Conflict))
async def remove_file(kernel: KernelDep, actor: CurrentActor, file: UUID) -> None:
    """Delete a file of one's own that was not sent."""
    await kernel.uow.run(lambda tx: delete_file(tx, actor, file))


def room_for_files(settings: Settings) -> Callable[[Scope], int | None]:
    """How large the body of a request may be that brings a file; None for all other requests."""
    most = settings.max_file_mb * MB + 2 * AROUND

    def allowed(scope: Scope) -> int | None:
        whole = scope["method"] == "POST" and scope["path"] == f"{API}/files"
        part = scope["method"] in {"POST", "PATCH"} and scope["path"].startswith(f"{API}/uploads/")
        return most if whole or part else None

    return allowed


def _announced(request: Request, settings: Settings) -> int:
    """About how many bytes the file will have: the form around it is small."""
    length = request.headers.get("content-length", "")
    most = settings.max_file_mb * MB
    return min(most, max(0, int(length) - 1024)) if length.isdigit() else most
