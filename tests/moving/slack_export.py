"""Exports as Slack writes them: a small one with one of everything, and one as large as one likes."""

import json
import random
import zipfile
from pathlib import Path
from typing import Any

Json = dict[str, Any]
DAY = "2020-01-02"
BEGIN = 1577959200  # that day


def person(number: str, name: str, **more: Any) -> Json:
    profile = {"real_name": name.title(), "display_name": name, **more.pop("profile", {})}
    return {"id": number, "team_id": "T1", "name": name, "deleted": False, "profile": profile, **more}


def channel(number: str, name: str, members: list[str], **more: Any) -> Json:
    text = {"value": "", "creator": "", "last_set": 0}
    return {
        "id": number,
        "name": name,
        "created": BEGIN - 1000,
        "creator": members[0],
        "is_archived": False,
        "members": members,
        "topic": text,
        "purpose": text,
        **more,
    }


def said(second: float, user: str, text: str, **more: Any) -> Json:
    return {"type": "message", "ts": f"{BEGIN + second:.6f}", "user": user, "text": text, **more}


def ts(second: float) -> str:
    return f"{BEGIN + second:.6f}"


def small() -> dict[str, Any]:
    """The lists of a small workspace by their names."""
    users = [
        person("U1", "ada", profile={"email": "ada@example.org"}),
        person("U2", "bob", deleted=True, profile={"email": "bob@example.org"}),
        person("U3", "admin", is_admin=True, profile={"email": "not an address"}),
        person("U4", "guest", is_restricted=True),
        person("USLACKBOT", "slackbot"),
        {"id": 7, "name": ["no", "person"]},
    ]
    root = ts(10)
    general = [
        said(1, "U1", "<@U1> has joined the channel", subtype="channel_join"),
        said(
            10,
            "U1",
            "Hi *all*, see <#C2> and <https://example.org/a|this> &amp; ask <@U2> :wave::skin-tone-3:",
            edited={"user": "U1", "ts": ts(20)},
            reactions=[
                {"name": "thumbsup", "users": ["U2", "U3"], "count": 2},
                {"name": "our_own", "users": ["U2"], "count": 1},
            ],
            thread_ts=root,
            reply_count=2,
            replies=[{"user": "U2", "ts": ts(30)}],
        ),
        said(30, "U2", "an answer", thread_ts=root, parent_user_id="U1"),
        said(31, "U3", "and one that all see", thread_ts=root, subtype="thread_broadcast", root={"ts": root}),
        said(
            40, "USLACKBOT", "This message was deleted.", subtype="tombstone", hidden=True, thread_ts=ts(40)
        ),
        said(41, "U2", "to what is gone", thread_ts=ts(40)),
        said(42, "U2", "to what never was", thread_ts=ts(5)),
        {
            **said(
                50, "", "build :white_check_mark:", subtype="bot_message", bot_id="B1", username="builder"
            ),
            "user": None,
            "attachments": [
                {"title": "Log", "title_link": "https://ci.example.org/1", "text": "all *green*"}
            ],
        },
        said(
            60,
            "U1",
            "",
            upload=True,
            files=[
                {
                    "id": "F1",
                    "name": "../../notes.txt",
                    "mode": "hosted",
                    "url_private": "https://x.slack.com/f",
                },
                {"id": "F2", "name": "lost.pdf", "mode": "hosted"},
                {"id": "F3", "mode": "tombstone"},
            ],
        ),
        said(61, "U9", "from elsewhere", user_profile={"name": "eve", "real_name": "Eve"}),
        said(62, "U1", "dances", subtype="me_message"),
        said(63, "U1", "x" * 20_000),
        {"type": "message", "ts": "yesterday", "user": "U1", "text": "when?"},
        {"type": "message", "ts": [], "user": "U1"},
    ]
    return {
        "users.json": users,
        "channels.json": [
            channel(
                "C1",
                "general",
                ["U1", "U2", "U3", "USLACKBOT"],
                pins=[{"id": root, "type": "C", "user": "U2"}, {"id": ts(999), "type": "C"}],
                topic={"value": "All\nthings"},
            ),
            channel("C2", "old", ["U1"], is_archived=True),
        ],
        "groups.json": [channel("G1", "secret", ["U1", "U3"])],
        "mpims.json": [channel("G2", "mpdm-ada--bob--admin-1", ["U1", "U2", "U3"])],
        "dms.json": [{"id": "D1", "created": BEGIN, "members": ["U1", "U2"]}],
        "integration_logs.json": [],
        f"general/{DAY}.json": general,
        "general/2020-01-03.json": [said(86_400, "U3", "the next day")],
        f"old/{DAY}.json": [said(1, "U1", "`*code* &lt;b&gt;` and ~gone~")],
        f"secret/{DAY}.json": [said(1, "U3", "among us")],
        f"mpdm-ada--bob--admin-1/{DAY}.json": [said(1, "U2", "we three")],
        f"D1/{DAY}.json": [said(2, "U2", "we two"), said(1, "U1", "before that")],
    }


def pack(lists: dict[str, Any], path: Path, top: str = "") -> Path:
    """A zip file of these lists; what is bytes is taken as it is."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in lists.items():
            data = content if isinstance(content, bytes) else json.dumps(content, indent=4).encode()
            made.writestr(top + name, data)
    return path


def large(messages: int, path: Path, *, people: int = 200, rooms: int = 20, a_day: int = 500) -> Path:
    """A zip file with so many messages: a fifth in threads, a tenth with reactions, the same each time."""
    chance = random.Random(7)
    names = [f"U{number:04d}" for number in range(people)]
    words = (
        "alpha",
        "beta",
        "*gamma*",
        "delta",
        "<@U0003>",
        ":tada:",
        "<https://example.org/x|link>",
        "omega",
    )
    lists: dict[str, Any] = {
        "users.json": [person(each, f"person{each[1:]}") for each in names],
        "channels.json": [channel(f"C{n:03d}", f"room{n:03d}", names[:50]) for n in range(rooms)],
    }
    each_room = messages // rooms
    for room in range(rooms):
        root = ""
        for first in range(0, each_room, a_day):
            day = []
            for number in range(first, min(first + a_day, each_room)):
                more: Json = {}
                if number % 5 == 0:
                    root = ts(number)
                elif number % 5 == 1:
                    more["thread_ts"] = root
                if number % 10 == 0:
                    more["reactions"] = [{"name": "tada", "users": chance.sample(names, 3), "count": 3}]
                text = " ".join(chance.choices(words, k=20))
                day.append(said(number, chance.choice(names), text, client_msg_id=str(number), **more))
            lists[f"room{room:03d}/day{first // a_day:06d}.json"] = day
    return pack(lists, path)
