"""Uploads in several requests, by the tus protocol 1.0.0, so that what broke off goes on where it stopped."""

from __future__ import annotations

from collections.abc import Coroutine
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response

from talkoot.chat.access.operations import BEGIN_UPLOAD
from talkoot.chat.accounts.http_auth import CurrentActor
from talkoot.chat.files.access import upload_for
from talkoot.chat.files.actions.receiving import MB, require_place
from talkoot.chat.files.actions.uploading import begin_upload, stop_upload, take_turn
from talkoot.chat.files.schemas import UploadOut
from talkoot.chat.files.tus import (
    CHECKSUMS,
    EXTENSIONS,
    OFFSET_TYPE,
    VERSION,
    checksum_in,
    expires,
    name_in,
    number_in,
    require_version,
    waveform_in,
)
from talkoot.chat.files.uploads import write_on
from talkoot.chat.files.views import UNUSED, progress_of, upload_out
from talkoot.chat.rooms.access import room_to_read
from talkoot.kernel.errors import (
    Busy,
    Conflict,
    Damaged,
    Forbidden,
    Invalid,
    NotAuthenticated,
    NotFound,
    Outdated,
    TalkootError,
    UnsupportedType,
)
from talkoot.kernel.http import API, KernelDep, make_router, problem, problems

if TYPE_CHECKING:
    from talkoot.chat.accounts.actors import Actor
    from talkoot.kernel.context import Kernel

router = make_router(NotAuthenticated, Forbidden, NotFound, Invalid, tags=["files"])

_SPOKEN = {"Tus-Resumable": VERSION}
_WRITING = problems(Conflict, Outdated, UnsupportedType, Busy, Damaged)
_MADE: dict[int | str, dict[str, Any]] = {201: {"description": "`Location` is where it comes to"}}
_WROTE: dict[int | str, dict[str, Any]] = {204: {"description": "`Upload-Offset` is how much has come"}}
Room = Annotated[UUID, Query(description="The room that it is for; nobody elsewhere can get it.")]


async def _spoken(answering: Coroutine[Any, Any, Response]) -> Response:
    """Refusals say which version is spoken too."""
    try:
        response = await answering
    except TalkootError as error:
        response = problem(error)
        if isinstance(error, Outdated):
            response.headers["Tus-Version"] = VERSION
    response.headers.update(_SPOKEN)
    return response


@router.options("/uploads", include_in_schema=False)
async def describe_uploads(kernel: KernelDep) -> Response:
    """What of the protocol is spoken here; for everybody."""
    told = {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Checksum-Algorithm": ",".join(CHECKSUMS),
        "Tus-Max-Size": str(kernel.settings.max_file_mb * MB),
    }
    return Response(status_code=204, headers=_SPOKEN | told)


@router.post(
    "/uploads", status_code=201, response_class=Response, responses=_MADE | problems(Conflict, Outdated)
)
async def open_upload(request: Request, kernel: KernelDep, actor: CurrentActor, room: Room) -> Response:
    """Begin an upload of `Upload-Length` bytes; `Upload-Metadata` may have its `filename`.

    A voice message has a `waveform` there, as plain uploads have it; it is found out where that is empty.
    """
    return await _spoken(_open(request, kernel, actor, room))


@router.head("/uploads/{upload}", include_in_schema=False)
async def measure_upload(request: Request, kernel: KernelDep, actor: CurrentActor, upload: UUID) -> Response:
    """How much of it has come."""
    return await _spoken(_measure(request, kernel, actor, upload))


@router.get("/uploads/{upload}")
async def get_upload(kernel: KernelDep, actor: CurrentActor, upload: UUID) -> UploadOut:
    """How much of an upload of one's own has come, and the file that it became."""
    async with kernel.uow.read() as read:
        return upload_out(*await upload_for(read, actor, upload))


@router.patch(
    "/uploads/{upload}",
    status_code=204,
    response_class=Response,
    responses=_WROTE | _WRITING,
)
async def go_on_uploading(request: Request, kernel: KernelDep, actor: CurrentActor, upload: UUID) -> Response:
    """Send more of it as `application/offset+octet-stream`, from `Upload-Offset` on to the last byte."""
    return await _spoken(_go_on(request, kernel, actor, upload))


@router.post(
    "/uploads/{upload}",
    status_code=204,
    response_class=Response,
    responses=_WROTE | _WRITING,
)
async def tunnel_upload(request: Request, kernel: KernelDep, actor: CurrentActor, upload: UUID) -> Response:
    """The same for who can send POST only: `X-HTTP-Method-Override` is `PATCH` or `DELETE`."""
    meant = _MEANT.get(request.headers.get("x-http-method-override", ""), _unknown)
    return await _spoken(meant(request, kernel, actor, upload))


@router.delete(
    "/uploads/{upload}", status_code=204, response_class=Response, responses=problems(Conflict, Outdated)
)
async def end_upload(request: Request, kernel: KernelDep, actor: CurrentActor, upload: UUID) -> Response:
    """Give it up: nothing of it is kept."""
    return await _spoken(_stop(request, kernel, actor, upload))


async def _open(request: Request, kernel: Kernel, actor: Actor, room: UUID) -> Response:
    async with kernel.uow.read() as read:
        await room_to_read(read, actor, room, BEGIN_UPLOAD)
    require_version(request.headers)
    require_place(kernel.settings)
    size, told = number_in(request.headers, "upload-length"), request.headers.get("upload-metadata", "")
    name, _ = name_in(told), waveform_in(told)
    begin = partial(
        begin_upload, actor=actor, settings=kernel.settings, room=room, name=name, size=size, told=told
    )
    made = await kernel.uow.run(begin)
    if not size:
        await _write(request, kernel, actor, made, 0)
    until = expires(kernel.clock.now() + UNUSED)
    where = {"Location": f"{API}/uploads/{made}", "Upload-Expires": until}
    return Response(status_code=201, headers=where)


async def _measure(request: Request, kernel: Kernel, actor: Actor, upload: UUID) -> Response:
    require_version(request.headers)
    async with kernel.uow.read() as read:
        return Response(headers=progress_of(*await upload_for(read, actor, upload)))


async def _go_on(request: Request, kernel: Kernel, actor: Actor, upload: UUID) -> Response:
    require_version(request.headers)
    if request.headers.get("content-type", "") != OFFSET_TYPE:
        raise UnsupportedType(f"Send the bytes as {OFFSET_TYPE}")
    offset = await _write(request, kernel, actor, upload, number_in(request.headers, "upload-offset"))
    async with kernel.uow.read() as read:
        headers = progress_of(*await upload_for(read, actor, upload))
    return Response(status_code=204, headers=headers | {"Upload-Offset": str(offset)})


async def _write(request: Request, kernel: Kernel, actor: Actor, upload: UUID, offset: int) -> int:
    length = request.headers.get("content-length", "")
    checksum = checksum_in(request.headers)
    turn = await kernel.uow.run(
        partial(
            take_turn,
            actor=actor,
            settings=kernel.settings,
            upload=upload,
            offset=offset,
            length=int(length) if length.isdigit() else 0,
        )
    )
    return await write_on(kernel, turn, request.stream(), checksum)


async def _stop(request: Request, kernel: Kernel, actor: Actor, upload: UUID) -> Response:
    require_version(request.headers)
    await kernel.uow.run(partial(stop_upload, actor=actor, upload=upload))
    return Response(status_code=204)


async def _unknown(request: Request, _kernel: Kernel, _actor: Actor, _upload: UUID) -> Response:
    require_version(request.headers)
    raise Invalid("`X-HTTP-Method-Override` has to say what is meant: PATCH or DELETE")


_MEANT = {"PATCH": _go_on, "DELETE": _stop}
