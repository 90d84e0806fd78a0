"""Row 55: what nobody else may do at a desk that was left, by the table, for each way over HTTP."""

import uuid

from talkoot.chat.access.operations import ALWAYS, TABLE
from tests.accounts.phones import enrol
from tests.accounts.proofs import ASKED, PROOF, next_day
from tests.clients import PASSWORD, Api, Json, join
from tests.servers.talkoot import Talkoot
from tests.workspaces import Workspace, names

ENDS_THE_SESSION = {"log_out", "close_other_sessions", "set_up", "log_in"}


def filled(path: str, workspace: Workspace, person: Api) -> str:
    """The path with the workspace and the person where it names them, and else what is not there."""
    named = {"workspace": workspace.id, "kind": "workspaces", "resource": workspace.id}
    parts = [part.strip("{}") if part.startswith("{") else "" for part in path.split("/")]
    values = {part: str(uuid.uuid4()) for part in parts if part} | {"user": person.user["id"]} | named
    return path.format(**values)


async def test_row_55_the_table_says_which_operations_want_a_fresh_proof(
    workspace_sqlite: Workspace, shared_sqlite: Talkoot
) -> None:
    person = await workspace_sqlite.member("absent")
    await workspace_sqlite.owner.put(
        f"/workspaces/{workspace_sqlite.id}/members/{person.user['id']}", {"role": "owner"}, expect=204
    )
    await next_day(shared_sqlite, person)
    wrong = []
    for name, row in TABLE.items():
        if row.http is None or row.about == "anyone" or name in ENDS_THE_SESSION:
            continue
        method, path = row.http.split(" ")
        body: Json = {}
        asked_for = filled(path, workspace_sqlite, person)
        answer = await person.ask(method, asked_for, None if method == "GET" else body)
        asked = answer.status_code == 403 and answer.json()["code"] == "proof_required"
        if asked != (row.proof == ALWAYS):
            wrong.append(f"{name}: {answer.status_code} {answer.text[:200]}")
    assert wrong == []
    # What makes something that opens an account is among them, or says in words when it is not.
    assert [name for name, row in TABLE.items() if row.lasting and not row.proof] == []


async def test_row_55_with_a_second_factor_the_password_is_not_enough_for_a_new_one(
    workspace_sqlite: Workspace, shared_sqlite: Talkoot
) -> None:
    person = await workspace_sqlite.member("absent")
    new = {"password": "another horse, another battery", "current_password": PASSWORD}
    back = {"password": PASSWORD, "current_password": new["password"]}
    address = {"email": f"{person.user['username']}@example.test"}
    await next_day(shared_sqlite, person)
    await person.patch("/users/me", new)  # who has the password alone gives it with the change
    await person.patch("/users/me", back)
    assert await person.refusal("PATCH", "/users/me", address) == ASKED  # no mail would tell of it
    await person.post(PROOF, {"password": PASSWORD}, expect=204)
    phone = await enrol(person)
    await next_day(shared_sqlite, person)
    assert await person.refusal("PATCH", "/users/me", new) == ASKED
    assert await person.refusal("PATCH", "/users/me", address) == ASKED
    assert await person.refusal("POST", PROOF, {"password": PASSWORD}) == (403, "second_factor_asked")
    await person.patch("/users/me", {"display_name": "Still me"})
    await person.post(PROOF, {"code": phone.codes[0]}, expect=204)
    await person.patch("/users/me", {**new, **address})


async def test_row_55_no_owner_takes_the_workspace_from_another_at_a_desk_that_was_left(
    workspace_sqlite: Workspace, shared_sqlite: Talkoot
) -> None:
    members = f"/workspaces/{workspace_sqlite.id}/members"
    hand = workspace_sqlite.owner
    first, second, third = [await workspace_sqlite.member("owner") for _ in range(3)]
    paths = [f"{members}/{person.user['id']}" for person in (first, second, third)]
    for path in paths[:2]:
        await hand.put(path, {"role": "owner"}, expect=204)
    await next_day(shared_sqlite, first)
    assert await first.refusal("PUT", paths[1], {"role": "member"}) == ASKED
    assert await first.refusal("DELETE", paths[1]) == ASKED
    assert await first.refusal("PUT", paths[2], {"role": "owner"}) == ASKED
    await first.put(paths[2], {"role": "moderator"}, expect=204)  # who owns nothing can be moved about
    await first.put(paths[1], {"role": "owner"}, expect=204)  # which changes nothing
    await first.post(PROOF, {"password": PASSWORD}, expect=204)
    await first.put(paths[2], {"role": "owner"}, expect=204)
    await first.put(paths[1], {"role": "member"}, expect=204)
    await first.delete(paths[2])
    # The last one stays, also where one that was closed is left.
    await first.delete(f"{members}/{hand.user['id']}")
    assert await first.refusal("PUT", paths[0], {"role": "member"}) == (409, "conflict")
    await first.put(paths[1], {"role": "owner"}, expect=204)
    assert shared_sqlite.run("user", "deactivate", second.user["username"]).returncode == 0
    assert await first.refusal("PUT", paths[0], {"role": "member"}) == (409, "conflict")
    assert await first.refusal("DELETE", paths[0]) == (409, "conflict")
    token = await hand_of_a_program(first)
    async with Api(first.url, token) as program:
        assert await program.refusal("DELETE", paths[1]) == ASKED
    async with await join(first, workspace_sqlite.id, f"heir{next(names)}") as heir:
        await first.put(f"{members}/{heir.user['id']}", {"role": "owner"}, expect=204)
    await next_day(shared_sqlite, first)
    await first.delete(paths[0])  # who goes by themselves needs none


async def hand_of_a_program(person: Api) -> str:
    made = await person.post("/users/me/tokens", {"name": "x", "scopes": ["administer", "members"]})
    return str(made["token"])
