"""What the commands for bots, applications and tokens share: making, who looks after it, how it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError

from talkoot.chat.access.queries import role_in
from talkoot.chat.onboarding.queries import first_workspace
from talkoot.cli.accounts import account
from talkoot.cli.failures import Exit, Failure

if TYPE_CHECKING:
    from talkoot.kernel.transactions import Tx

T = TypeVar("T", bound=BaseModel)


def made_of(kind: type[T], given: dict[str, Any]) -> T:
    """What was given, as the API would take it; a Failure that says what is wrong with it."""
    try:
        return kind(**given)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise Failure(Exit.USAGE, f"That can not be made: {wrong}") from None


async def owner_and_workspace(tx: Tx, owner: str, workspace: UUID | None) -> tuple[UUID, UUID]:
    """Who looks after what is to be made, and where; a Failure if that can not be."""
    if workspace is None:
        workspace = await first_workspace(tx)
        if workspace is None:
            raise Failure(Exit.REFUSED, "There is no workspace yet: set the server up first.")
    person = await account(tx, owner)
    if person.bot or person.deactivated_at is not None or await role_in(tx, workspace, person.id) is None:
        raise Failure(Exit.REFUSED, f"{owner} is nobody in this workspace who could look after it.")
    return person.id, workspace


def marks(**states: bool) -> str:
    """The words that are true."""
    return ",".join(word.replace("_", " ") for word, true in states.items() if true)
