"""Emoji of a workspace over HTTP."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request, Response

from talkoot.chat.access.doors import resource_for
from talkoot.chat.access.operations import GET_EMOJI_PICTURE, LIST_EMOJI
from talkoot.chat.accounts.http_auth import CurrentActor
from talkoot.chat.emoji import actions
from talkoot.chat.emoji.actions import Wish
from talkoot.chat.emoji.queries import emoji_of, picture_of
from talkoot.chat.emoji.schemas import EmojiOut, NewEmoji
from talkoot.chat.files.pictures import draw_emoji
from talkoot.kernel.documents import Document
from talkoot.kernel.errors import Conflict, Forbidden, Invalid, NotAuthenticated, NotFound
from talkoot.kernel.http import UNCHANGED, KernelDep, answer, make_router, problems
from talkoot.kernel.paging import Page
from talkoot.kernel.transactions import Tx

router = make_router(NotAuthenticated, NotFound, Invalid, tags=["emoji"])

_ALL = "/workspaces/{workspace}/emoji"
_ONE = f"{_ALL}/{{custom}}"
_KEPT = "private, max-age=604800, immutable"  # what an id shows never changes


@router.get(_ALL, response_model=Page[EmojiOut], responses=UNCHANGED)
async def list_emoji(request: Request, kernel: KernelDep, actor: CurrentActor, workspace: UUID) -> Response:
    """All emoji that were added to a workspace, by name."""
    async with kernel.uow.read() as read:
        await resource_for(read, actor, LIST_EMOJI, workspace)
        page = Page(items=await emoji_of(read, workspace))
    return answer(request, Document(page.model_dump_json().encode()))


@router.post(_ALL, status_code=201, responses=problems(Forbidden, Conflict))
async def add_emoji(kernel: KernelDep, actor: CurrentActor, workspace: UUID, new: NewEmoji) -> EmojiOut:
    """Add an emoji: its picture is drawn anew, at most 128 pixels wide and high, 256 KB and 64 frames."""
    wish = Wish(new.name, alias_of=new.alias_of)
    if new.picture is not None:
        await kernel.uow.run(lambda tx: actions.may_add(tx, actor, workspace, new.name))
        drawn = await draw_emoji(new.picture)
        if drawn is None:
            raise Invalid.field("picture", "not_a_picture", "This is no picture that can be drawn small")
        wish = Wish(new.name, drawn.content, drawn.animated)

    async def action(tx: Tx) -> EmojiOut:
        made = await actions.add_emoji(tx, actor, workspace, wish)
        return (await emoji_of(tx, workspace, only=made))[0]

    return await kernel.uow.run(action)


@router.get(
    f"{_ONE}/picture",
    response_class=Response,
    responses={200: {"description": "The picture", "content": {"image/webp": {}}}},
)
async def get_emoji_picture(
    kernel: KernelDep, actor: CurrentActor, workspace: UUID, custom: UUID
) -> Response:
    """The picture of an emoji; what an id shows never changes."""
    async with kernel.uow.read() as read:
        await resource_for(read, actor, GET_EMOJI_PICTURE, workspace)
        content = await picture_of(read, workspace, custom)
    return Response(content, media_type="image/webp", headers={"Cache-Control": _KEPT})


@router.delete(_ONE, status_code=204, responses=problems(Forbidden))
async def remove_emoji(kernel: KernelDep, actor: CurrentActor, workspace: UUID, custom: UUID) -> None:
    """Remove an emoji: who added it, or who manages the workspace. Reactions with it stay, as its name."""
    await kernel.uow.run(lambda tx: actions.remove_emoji(tx, actor, workspace, custom))
