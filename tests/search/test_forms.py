"""Other forms of a word, names of files, and which of the messages found comes first."""

from pathlib import Path

import pytest

from tests.attachments import picture, upload
from tests.clients import set_up
from tests.conftest import Serve
from tests.search.conftest import Fill
from tests.search.searching import indexed, search, texts, until_found
from tests.workspaces import Workspace

FORMS = {
    "run": ["running late", "she runs", "a run"],
    "running": ["running late", "she runs", "a run"],
    "RUNS": ["running late", "she runs", "a run"],
    '"run"': ["a run"],
    '"she run"': [],
    "run -runs": ["running late", "a run"],
    "runnin*": ["running late"],
    "runner": [],
    "run late": ["running late"],
}


async def test_a_word_finds_its_other_forms_unless_it_is_quoted(workspace: Workspace, fill: Fill) -> None:
    await fill("a run", "she runs", "running late", "a rune")
    for q, expected in FORMS.items():
        assert await texts(workspace.owner, workspace.id, q) == expected, q
    found = await search(workspace.owner, workspace.id, "runs late")
    assert [(part["text"], part["match"]) for part in found[0]["snippet"]] == [
        ("running", True),
        (" ", False),
        ("late", True),
    ]


async def test_an_edit_takes_its_forms_along(workspace: Workspace, fill: Fill) -> None:
    room = await fill()
    sent = await workspace.owner.post(f"/rooms/{room}/messages", {"text": "we were walking"})
    await until_found(workspace.owner, workspace.id, "walks", ["we were walking"])
    await workspace.owner.patch(f"/messages/{sent['id']}", {"text": "we were driving"})
    assert await texts(workspace.owner, workspace.id, "walks") == []
    await until_found(workspace.owner, workspace.id, "drives", ["we were driving"])


async def test_another_choice_of_languages_makes_the_index_again(serve: Serve, tmp_path: Path) -> None:
    talkoot = serve("sqlite", search_languages="german,english")
    owner, workspace = await set_up(talkoot.url)
    room = (await owner.post(f"/workspaces/{workspace['id']}/rooms", {"name": "Haus"}))["id"]
    await owner.post(f"/rooms/{room}/messages", {"text": "zwei Katzen schlafen"})
    await indexed(owner, workspace["id"], room)
    assert await texts(owner, workspace["id"], "katze") == ["zwei Katzen schlafen"]
    talkoot.environment["TALKOOT_SEARCH_LANGUAGES"] = ""
    talkoot.restart()
    await until_found(owner, workspace["id"], "katzen", ["zwei Katzen schlafen"])
    assert await texts(owner, workspace["id"], "katze") == []
    wrong = talkoot.run("settings", "--search-languages", "klingon")
    assert wrong.returncode != 0
    assert "klingon is none of them: arabic" in wrong.stderr
    await owner.close()


async def test_files_are_found_by_name_and_kind(workspace: Workspace) -> None:
    room = await workspace.room()
    await workspace.owner.post(f"/rooms/{room}/messages", {"text": "no file at all"})
    notes = await upload(workspace.owner, room, name="Budget-2027 draft.txt")
    drawn = await upload(workspace.owner, room, picture("PNG"), name="harbour.png")
    for text, file in (("the notes", notes), ("", drawn)):
        body = {"text": text, "attachments": [file["id"]]}
        await workspace.owner.post(f"/rooms/{room}/messages", body)
    await indexed(workspace.owner, workspace.id, room)

    async def found(q: str) -> list[str]:
        return [
            attached["name"]
            for item in await search(workspace.owner, workspace.id, q)
            for attached in item["attachments"]
        ]

    assert await found("budget") == ["Budget-2027 draft.txt"]
    assert await found('"2027 draft"') == ["Budget-2027 draft.txt"]
    assert await found('"notes budget"') == []  # no phrase goes from a text into a name
    assert await found("notes drafts") == ["Budget-2027 draft.txt"]
    assert await found("has:file") == ["harbour.png", "Budget-2027 draft.txt"]
    assert await found("has:image") == ["harbour.png"]
    assert await found("has:file -has:image") == ["Budget-2027 draft.txt"]
    assert await found("has:video") == await found("has:audio") == []
    outsider = await workspace.member()
    private = await workspace.room(kind="private")
    hidden = await upload(workspace.owner, private, name="budget of the board.txt")
    await workspace.owner.post(f"/rooms/{private}/messages", {"text": "", "attachments": [hidden["id"]]})
    await indexed(workspace.owner, workspace.id, private)
    assert await search(outsider, workspace.id, "board") == []


async def test_the_best_comes_first(workspace: Workspace, fill: Fill) -> None:
    await fill(
        "release notes",
        "the notes of the meeting and of much else, and then at some time there will be a release",
        "releases, noted",
        "nothing of this",
    )
    best = await texts(workspace.owner, workspace.id, "release notes", sort="best")
    assert best[0] == "release notes"
    assert len(best) == 3
    newest = await texts(workspace.owner, workspace.id, "release notes")
    assert newest[-1] == "release notes"
    one = await workspace.owner.get(
        "/search", q="release notes", workspace=workspace.id, sort="best", limit=1
    )
    assert ([item["text"] for item in one["items"]], one["next"]) == (["release notes"], None)


@pytest.mark.parametrize("more", ["after=5", "sort=oldest"])
async def test_an_order_that_is_not_there_is_refused(workspace_sqlite: Workspace, more: str) -> None:
    given = f"/search?q=x&workspace={workspace_sqlite.id}&{more}"
    given += "" if "sort" in more else "&sort=best"
    assert (await workspace_sqlite.owner.http.get(given)).status_code == 422
