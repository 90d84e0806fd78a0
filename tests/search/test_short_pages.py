"""What the index proposes may be something else by now, or never was it: `next` alone tells the end."""

from itertools import product

from tests.clients import Api
from tests.search.conftest import Fill
from tests.workspaces import Workspace


async def all_of(person: Api, workspace: str, wanted: str, limit: int) -> list[str]:
    seen: list[str] = []
    query: dict[str, object] = {}
    while True:
        page = await person.get("/search", q=wanted, workspace=workspace, limit=limit, **query)
        assert len(page["items"]) <= limit
        seen += [item["text"] for item in page["items"] if not item["text"].startswith("marker")]
        if page["next"] is None:
            return seen
        assert int(page["next"]) < int(str(query.get("after", 2**62)))
        query["after"] = page["next"]


WANTED = ("before:2100-01-01 -noise", "after:2020-01-01 -noise", "from:@owner -noise")


async def test_what_is_behind_many_that_do_not_match_is_found(workspace: Workspace, fill: Fill) -> None:
    await fill("the one", *(f"noise {number}" for number in range(60)), "another one")
    for wanted, limit in product(WANTED, (1, 5, 20)):
        found = await all_of(workspace.owner, workspace.id, f"{wanted} -noise", limit)
        assert found == ["another one", "the one"], (wanted, limit)


async def test_what_was_deleted_ends_no_search(workspace: Workspace, fill: Fill) -> None:
    await fill(*(f"match {number}" for number in range(30)))
    found = await workspace.owner.get("/search", q="match", workspace=workspace.id, limit=20)
    for item in found["items"]:
        await workspace.owner.delete(f"/messages/{item['id']}")
    left = [f"match {number}" for number in reversed(range(10))]
    assert await all_of(workspace.owner, workspace.id, "match", 1) == left
