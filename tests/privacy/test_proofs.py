"""One's data and the end of one's account: only for who has shown a moment ago that it is them."""

from uuid import UUID

from tests.accounts.phones import enrol
from tests.clients import PASSWORD, Api
from tests.job_rows import rows
from tests.privacy.conftest import eventually
from tests.servers.talkoot import Talkoot
from tests.workspaces import Workspace

PROOF, LEAVE = "/users/me/proof", "/users/me/deletion"
ASKED = (403, "proof_required")


async def next_day(server: Talkoot, person: Api) -> None:
    """As if the last proof were one of yesterday."""
    statement = "UPDATE sessions SET proved_at = proved_at - 86400000000 WHERE user_id = $1"
    await rows(server, statement, UUID(person.user["id"]))


async def test_a_session_that_was_left_open_opens_neither(
    workspace_sqlite: Workspace, shared_sqlite: Talkoot
) -> None:
    person = await workspace_sqlite.member("absent")
    export = (await person.post("/users/me/export", expect=202))["id"]

    async def ready() -> bool:
        return [each["state"] for each in (await person.get("/exports"))["items"]] == ["ready"]

    await eventually(ready)
    link = f"/exports/{export}/link"
    await next_day(shared_sqlite, person)
    assert await person.refusal("POST", link) == ASKED
    assert await person.refusal("POST", LEAVE, {"at_once": True}) == ASKED
    assert await person.refusal("POST", PROOF, {"password": "not this one"}) == (403, "wrong_password")
    assert await person.refusal("POST", link) == ASKED
    await person.post(PROOF, {"password": PASSWORD}, expect=204)
    await person.post(link, expect=200)

    phone = await enrol(person)  # from now on the password alone proves nothing
    await next_day(shared_sqlite, person)
    assert await person.refusal("POST", PROOF, {"password": PASSWORD}) == (403, "second_factor_asked")
    assert await person.refusal("POST", link) == ASKED
    assert await person.refusal("POST", LEAVE, {"at_once": True}) == ASKED
    await person.post(PROOF, {"code": phone.codes[0]}, expect=204)
    await person.post(link, expect=200)
    await person.post(LEAVE, {"at_once": True}, expect=202)
