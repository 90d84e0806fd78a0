"""What Slack exported is here, as people know it; what can not be is named."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.clients import PASSWORD, Api, set_up
from tests.conftest import Serve
from tests.job_rows import rows
from tests.moving.slack_export import channel, pack, said, small
from tests.moving.worlds import bring, export, found, signed_in
from tests.servers.talkoot import Talkoot
from tests.waiting import eventually

Json = dict[str, Any]
NO_TIMES = (99_999_999_999_999, -5, 1, 99_999_999_999)


def left_out(path: Path) -> set[tuple[str, str]]:
    return {(line["what"], line["why"]) for line in map(json.loads, path.read_text().splitlines())}


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_everything_that_can_be_is_here(database: Any, serve: Serve, tmp_path: Path) -> None:
    talkoot = serve(database)
    owner, first = await set_up(talkoot.url, "admin")
    address = ("--email", "ada@example.org", "--password-stdin")
    assert talkoot.run("user", "create", "lovelace", *address, stdin=f"{PASSWORD}\n").returncode == 0
    assert talkoot.run("user", "set-address", "lovelace", "ada@example.org").returncode == 0
    (tmp_path / "held" / "F1").mkdir(parents=True)
    (tmp_path / "held" / "F1" / "notes.txt").write_bytes(b"what was noted")
    path = pack(small(), tmp_path / "slack.zip", "our export/")
    flags = ("--workspace", first["id"], "--files-from", str(tmp_path / "held"))

    tried = bring(talkoot, path, *flags, "--dry-run", kind="slack")
    assert "room: 5" in tried
    assert await rows(talkoot, "SELECT id FROM messages") == []
    bring(talkoot, path, *flags, "--report", str(tmp_path / "r"), kind="slack")
    assert left_out(tmp_path / "r") >= {
        ("message", "channel_join"),
        ("message", "no_time"),
        ("message", "not_readable"),
        ("person", "not_readable"),
        ("reaction", "no_such_emoji"),
        ("file", "not_there"),
        ("file", "tombstone"),
        ("thread", "its_first_message_is_not_there"),
        ("pin", "message_is_not_there"),
        ("address", "not_an_address"),
        ("username", "taken_or_not_allowed"),
        ("name", "taken"),
    }
    async with owner, await signed_in(talkoot.url, "lovelace") as ada:
        await look_around(owner, ada, first["id"])
    await again(talkoot, first["id"], path, flags, tmp_path)


async def look_around(owner: Api, ada: Api, workspace: str) -> None:
    async def theirs() -> Any:
        seen = [
            room
            for archived in ("false", "true")
            for room in (await ada.get(f"/workspaces/{workspace}/rooms", archived=archived))["items"]
        ]
        named = {room["name"] or f"with {len(room['users'])}": room for room in seen if room["member"]}
        return named if named.keys() >= wanted else None

    wanted = {"general-slack", "old", "secret", "with 2", "with 3"}
    rooms = await eventually(theirs)
    assert (rooms["old"]["archived"], rooms["general-slack"]["topic"]) == (True, "All things")
    await look_at_general(ada, rooms["general-slack"])
    direct = (await ada.get(f"/rooms/{rooms['with 2']['id']}/messages"))["items"]
    assert [each["text"] for each in direct] == ["before that", "we two"]
    assert await owner.refusal("GET", f"/rooms/{rooms['with 2']['id']}/messages") == (404, "not_found")
    assert await owner.refusal("GET", f"/rooms/{rooms['secret']['id']}/messages") == (404, "not_found")
    (old,) = (await ada.get(f"/rooms/{rooms['old']['id']}/messages"))["items"]
    assert old["text"] == "`*code* <b>` and ~~gone~~"
    unread = {each["room"]: each["unread"] for each in (await ada.get("/unreads"))["items"]}
    assert [unread[room["id"]] for name, room in rooms.items() if name in {"secret", "with 2"}] == [0, 0]

    assert len(await found(ada, workspace, "among")) == 1


async def look_at_general(ada: Api, room: Json) -> None:
    page = (await ada.get(f"/rooms/{room['id']}/messages"))["items"]
    texts = [each["text"] for each in page]
    assert texts[0] == (
        "Hi **all**, see #old and [this](https://example.org/a) & ask @bob \N{WAVING HAND SIGN}\U0001f3fc"
    )
    assert (page[0]["sender"]["username"], page[0]["ts"]) == ("lovelace", "2020-01-02T10:00:10.000000Z")
    assert page[0]["edited_at"] == "2020-01-02T10:00:20.000000Z"
    assert [(each["emoji"], each["count"]) for each in page[0]["reactions"]] == [("\U0001f44d", 2)]
    assert (page[0]["reply_count"], page[0]["pinned"]) == (2, True)
    thread = (await ada.get(f"/messages/{page[0]['id']}/thread"))["items"]
    assert [each["text"] for each in thread][-2:] == ["an answer", "and one that all see"]
    assert (page[1]["deleted"], page[1]["text"], page[1]["reply_count"]) == (True, "", 1)
    assert texts[2:4] == [
        "to what never was",
        "build \u2705\n[Log](https://ci.example.org/1)\nall **green**",
    ]
    assert (page[3]["sender"]["bot"], page[3]["sender"]["display_name"]) == (True, "builder")
    assert texts[4:7] == ["_File: lost.pdf_", "from elsewhere", "_dances_"]
    (file,) = page[4]["attachments"]
    assert file["name"] == "notes.txt"
    assert (await ada.http.get(f"/files/{file['id']}")).content == b"what was noted"
    assert [len(text) for text in texts[7:9]] == [16_000, 4_000]
    assert texts[9] == "the next day"
    events = (await ada.get(f"/rooms/{room['id']}/events", after=0))["events"]
    assert [event["seq"] for event in events] == [*range(1, room["head"] + 1)]
    moments = [event["ts"] for event in events]
    assert moments == sorted(set(moments))


async def again(talkoot: Any, workspace: str, path: Path, flags: tuple[str, ...], folder: Path) -> None:
    """Once more changes nothing; a later export adds what is new."""
    before = export(talkoot, workspace, folder / "before.tar")
    assert "\nmessage:" not in bring(talkoot, path, *flags, kind="slack")
    assert export(talkoot, workspace, folder / "after.tar") == before
    later = small()
    later["secret/2020-01-05.json"] = [said(300_000, "U1", "later")]
    said_now = bring(talkoot, pack(later, folder / "later.zip"), *flags, kind="slack")
    assert "\nmessage: 1\n" in said_now


async def test_row_36_hostile_archives_are_read_as_far_as_they_are_honest(
    serve: Serve, tmp_path: Path
) -> None:
    talkoot = serve("sqlite")
    owner, first = await set_up(talkoot.url, "admin")
    await owner.close()
    lists = {
        **small(),
        "../../outside.json": [],
        "general/2020-01-04.json": b'[{"type": "message", "ts": "1577980000.1", "user": "U1", "text": "cut',
        "general/2020-01-05.json": b"[" * 100_000,
        "general/2020-01-06.json": b'{"no": "list"}',
        "general/2020-01-07.json": b'[{"type":"message","ts":"1577990000.1","user":"U1","text":"\xff"}]',
        "general/2020-01-08.json": b"[" + b" " * 70_000_000 + b"]",
        "general/2020-01-09.json": [said(700_000, "U1", "after all \ud800\0 that")],
    }
    lists["channels.json"] = [
        *lists["channels.json"],
        *(channel(f"C9{n}", f"timeless{n}", ["U1"], created=second) for n, second in enumerate(NO_TIMES)),
    ]
    lists["timeless0/2020-01-02.json"] = [
        said(1, "U1", "in time", edited={"user": "U1", "ts": "99999999999.000000"}),
        {"type": "message", "ts": "99999999999.000100", "user": "U1", "text": "far ahead"},
        {"type": "message", "ts": "1.000100", "user": "U1", "text": "long before"},
    ]
    path = pack(lists, tmp_path / "hostile.zip")
    flags = ("--workspace", first["id"], "--report", str(tmp_path / "r"))
    bring(talkoot, path, *flags, kind="slack")
    assert left_out(tmp_path / "r") >= {
        ("list", "name_leads_elsewhere"),
        ("list", "cut_off"),
        ("list", "no_json"),
        ("list", "no_list"),
        ("list", "bomb"),
        ("message", "not_readable"),
        ("message", "no_time"),
        ("edit", "no_time"),
        ("room", "no_time"),
    }
    await look_at_times(talkoot)
    bring(talkoot, path, *flags[:2], kind="slack")
    again = await rows(talkoot, "SELECT id FROM rooms WHERE name LIKE 'timeless%'")
    assert len(again) == len(NO_TIMES), "they are known again"
    texts = [row[0] for row in await rows(talkoot, "SELECT text FROM messages ORDER BY ts")]
    assert len([text for text in texts if text == "the next day"]) == 1
    (tmp_path / "no.zip").write_text("nothing")
    refused = talkoot.run("import", "slack", str(tmp_path / "no.zip"))
    assert (refused.returncode, "can not be read" in refused.stderr) == (1, True)
    empty = talkoot.run("import", "slack", str(pack({"x.json": []}, tmp_path / "empty.zip")))
    assert (empty.returncode, "no export of Slack" in empty.stderr) == (1, True)


async def look_at_times(talkoot: Talkoot) -> None:
    """What has no time has that of the import, if it is a room, and is not there, if it is a message."""
    (imported,) = await rows(talkoot, "SELECT ts FROM audit_log WHERE kind = 'workspace.slack_imported'")
    made = await rows(talkoot, "SELECT created_at FROM rooms WHERE name LIKE 'timeless%'")
    assert len(made) == len(NO_TIMES)
    assert {1_700_000_000_000_000 < moment <= imported[0] for (moment,) in made} == {True}
    found = await rows(
        talkoot,
        "SELECT text, edited_at FROM messages WHERE text IN ('in time', 'far ahead', 'long before')",
    )
    assert found == [("in time", None)]


async def test_an_import_that_is_killed_goes_on(serve: Serve, tmp_path: Path) -> None:
    talkoot = serve("sqlite")
    owner, _ = await set_up(talkoot.url, "admin")
    await owner.close()
    path = pack(small(), tmp_path / "slack.zip")
    talkoot.environment["TALKOOT_FAIL"] = "after_commit:0.1"
    for _ in range(3):
        talkoot.run("import", "slack", str(path))
    del talkoot.environment["TALKOOT_FAIL"]
    bring(talkoot, path, kind="slack")
    assert "\nmessage:" not in bring(talkoot, path, kind="slack")
    (texts,) = await rows(talkoot, "SELECT count(*), count(DISTINCT text) FROM messages WHERE text <> ''")
    assert texts == (17, 17)
    assert await rows(talkoot, "SELECT count(*) FROM rooms") == [(7,)]
