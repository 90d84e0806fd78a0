"""One's data and the end of one's account: only for who has shown a moment ago that it is them."""

from tests.accounts.phones import enrol
from tests.accounts.proofs import ASKED, PROOF, next_day
from tests.clients import PASSWORD
from tests.servers.talkoot import Talkoot
from tests.waiting import eventually
from tests.workspaces import Workspace

LEAVE = "/users/me/deletion"


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
