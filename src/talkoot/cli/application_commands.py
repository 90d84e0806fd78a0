"""What `talkoot application` does: apart from its words, so that showing help need not load the chat."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from sqlalchemy import select

from talkoot.chat.access.models import Workspace
from talkoot.chat.applications import registering
from talkoot.chat.applications.granting import audience_from
from talkoot.chat.applications.models import Application
from talkoot.chat.applications.queries import applications_of
from talkoot.chat.applications.schemas import NewApplication
from talkoot.chat.applications.views import applications_out
from talkoot.cli.databases import unit_of_work
from talkoot.cli.failures import Exit, Failure
from talkoot.cli.programs import made_of, marks, owner_and_workspace
from talkoot.kernel.audit import OPERATOR
from talkoot.kernel.secrets import load_secrets

if TYPE_CHECKING:
    from talkoot.chat.applications.schemas import ApplicationOut
    from talkoot.kernel.transactions import Tx
    from talkoot.settings import Settings

T = TypeVar("T")


async def create(settings: Settings, given: dict[str, Any], owner: str, workspace: UUID | None) -> list[str]:
    """Register an application; a line for each thing that it has to know."""
    new, secrets = made_of(NewApplication, given), load_secrets(settings)
    registering.refuse_unusable_keys(new)

    async def action(tx: Tx) -> list[str]:
        owned_by, place = await owner_and_workspace(tx, owner, workspace)
        made, secret = await registering.add_application(tx, secrets, OPERATOR, place, new, owner=owned_by)
        told = {"id": made.id, "iss": made.issuer, "aud": audience_from(settings)[0], "secret": secret}
        return [f"{name}\t{value}" for name, value in told.items() if value]

    async with unit_of_work(settings) as uow:
        return await uow.run(action)


async def rotate(settings: Settings, application: UUID) -> str:
    """Another secret."""
    secrets = load_secrets(settings)
    return await _with(
        settings, application, lambda tx, found: registering.renew_secret(tx, secrets, OPERATOR, found)
    )


async def switch(settings: Settings, application: UUID, *, off: bool) -> None:
    """Disable it, or let it go on."""
    await _with(
        settings,
        application,
        lambda tx, found: registering.switch_application(tx, OPERATOR, found, off=off),
    )


async def delete(settings: Settings, application: UUID) -> None:
    """Forget it."""
    await _with(settings, application, lambda tx, found: registering.forget_application(tx, OPERATOR, found))


async def lines(settings: Settings) -> list[str]:
    """A line for each application, with tabs."""
    async with unit_of_work(settings) as uow, uow.read() as read:
        places = (await read.session.scalars(select(Workspace).order_by(Workspace.id))).all()
        return [
            _line(each, place.name)
            for place in places
            for each in await applications_out(read, place.id, await applications_of(read, place.id), "")
        ]


def _line(found: ApplicationOut, workspace: str) -> str:
    marked = marks(off=found.disabled, without_an_owner=found.ownerless)
    named = str(found.id), found.name, found.algorithm, found.highest_role, found.owner.username
    return "\t".join((*named, workspace, marked)).rstrip()


async def _with(
    settings: Settings, application: UUID, change: Callable[[Tx, Application], Awaitable[T]]
) -> T:
    async def action(tx: Tx) -> T:
        found = await tx.session.get(Application, application)
        if found is None:
            raise Failure(
                Exit.REFUSED, f"There is no application {application}; `talkoot application list` shows all."
            )
        return await change(tx, found)

    async with unit_of_work(settings) as uow:
        return await uow.run(action)
