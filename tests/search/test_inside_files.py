"""The words inside files: found in the messages that carry them, by those who may read these."""

import asyncio
import time
from typing import Any

import pytest

from tests.clients import Api, Json
from tests.files_of_words import office, pdf
from tests.search.searching import PATIENCE, search
from tests.workspaces import Workspace


async def send_file(person: Api, room: str, name: str, content: bytes, text: str = "") -> Json:
    """A message with this file."""
    answer = await person.http.post("/files", params={"room": room}, files={"file": (name, content, "x/y")})
    assert answer.status_code == 201, answer.text
    sent: Json = await person.post(
        f"/rooms/{room}/messages", {"text": text, "attachments": [answer.json()["id"]]}
    )
    return sent


async def until_inside(person: Api, workspace: str, q: str, **query: Any) -> list[Json]:
    """What is found, once something is."""
    deadline = time.monotonic() + PATIENCE
    while not (found := await search(person, workspace, q, **query)):
        assert time.monotonic() < deadline, q
        await asyncio.sleep(0.05)
    return found


def marked(parts: list[Json]) -> str:
    """An excerpt with what was searched for in brackets."""
    return "".join(f"[{part['text']}]" if part["match"] else part["text"] for part in parts)


async def test_a_word_inside_each_kind_of_file_is_found(workspace: Workspace) -> None:
    owner, room = workspace.owner, await workspace.room()
    kinds = ("docx", "xlsx", "pptx", "odt", "ods")
    files = {f"a.{kind}": office(kind, f"the {kind}word stands here") for kind in kinds}
    files |= {
        "a.pdf": pdf("nothing", "the pdfword stands here"),
        "a.md": b"# Heading\n\nthe mdword stands here",
        "a.html": b"<p>the <b>html</b>word stands here<script>hidden()</script>",
        "a.csv": "the csvword stands here;Köln".encode("cp1252"),
        "a.txt": "the txtword stands here".encode("utf-16"),
    }
    sent = {name: await send_file(owner, room, name, content) for name, content in files.items()}
    for name, message in sent.items():
        kind = name.removeprefix("a.")
        (found,) = await until_inside(owner, workspace.id, f"{kind}word")
        assert (found["id"], found["text"]) == (message["id"], "")
        (inside,) = found["inside"]
        assert (inside["id"], inside["name"]) == (message["attachments"][0]["id"], name)
        assert f"the [{kind}word] stands here" in marked(inside["snippet"]), name
    assert await search(owner, workspace.id, "hidden") == []
    (found,) = await search(owner, workspace.id, '"stands here" köln')
    assert found["id"] == sent["a.csv"]["id"]


async def test_only_who_may_read_the_message_finds_its_files(workspace: Workspace) -> None:
    room, other = await workspace.room(kind="private"), await workspace.member()
    message = await send_file(workspace.owner, room, "plan.txt", b"the quokka is at large", "Look")
    await until_inside(workspace.owner, workspace.id, "quokka")
    assert await search(other, workspace.id, "quokka") == []
    await workspace.owner.delete(f"/messages/{message['id']}")
    assert await search(workspace.owner, workspace.id, "quokka") == []


async def test_filters_and_words_of_message_and_file_go_together(workspace: Workspace) -> None:
    owner, room = workspace.owner, await workspace.room()
    await send_file(owner, room, "notes.txt", b"wombats and dingoes", "Yearly report")
    (found,) = await until_inside(owner, workspace.id, "wombat")
    for q in ("yearly wombats", f"in:{room} from:me has:file dingo*", '"wombats and dingoes" -koala'):
        assert [item["id"] for item in await search(owner, workspace.id, q)] == [found["id"]], q
    for q in ("wombats -dingoes", "yearly -wombats", '"report wombats"', "wombats has:image"):
        assert await search(owner, workspace.id, q) == [], q


async def test_words_of_messages_come_before_words_in_files(workspace: Workspace) -> None:
    owner, room = workspace.owner, await workspace.room()
    said = await owner.post(f"/rooms/{room}/messages", {"text": "one numbat among very many other words"})
    file = await send_file(owner, room, "a.txt", b"numbat numbat numbat")
    deadline = time.monotonic() + PATIENCE
    while len(found := await search(owner, workspace.id, "numbat", sort="best")) < 2:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    assert [item["id"] for item in found] == [said["id"], file["id"]]
    assert [len(item["inside"]) for item in found] == [0, 1]
    assert [item["id"] for item in await search(owner, workspace.id, "numbat")] == [file["id"], said["id"]]


@pytest.mark.parametrize("words", [1, 40_000])
async def test_an_excerpt_is_bounded_and_stands_around_the_match(workspace: Workspace, words: int) -> None:
    owner, room = workspace.owner, await workspace.room()
    text = "ab " * (words // 2) + "the first bandicoot " + "cd " * (words // 2)
    await send_file(owner, room, "long.txt", text.encode())
    (found,) = await until_inside(owner, workspace.id, '"first bandicoot"')
    excerpt = marked(found["inside"][0]["snippet"])
    assert "the [first bandicoot]" in excerpt
    assert len(excerpt) < 400
    assert (excerpt[0] == excerpt[-1] == "…") == (words > 1)
