"""A desk that was left: a session whose last proof is of yesterday."""

from uuid import UUID

from tests.clients import Api
from tests.job_rows import rows
from tests.servers.talkoot import Talkoot

PROOF = "/users/me/proof"
ASKED = (403, "proof_required")


async def next_day(server: Talkoot, person: Api) -> None:
    """As if the last proof of this person were one of yesterday."""
    statement = "UPDATE sessions SET proved_at = proved_at - 86400000000 WHERE user_id = $1"
    await rows(server, statement, UUID(person.user["id"]))
