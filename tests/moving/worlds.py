"""A workspace with one of everything that is moved, and archives as they are read by anybody."""

import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

from tests.attachments import picture
from tests.chat.test_emoji import encoded
from tests.clients import Api
from tests.servers.talkoot import Talkoot
from tests.tokens.bots import made
from tests.waiting import eventually
from tests.workspaces import Workspace

Json = dict[str, Any]


async def furnish(workspace: Workspace) -> None:
    """Rooms of all kinds, with edits, deletions, reactions, pins, threads, files and read positions."""
    ada, bob = await workspace.member("ada"), await workspace.member("bob")
    public, private = await workspace.room("open"), await workspace.room("closed", "private")
    await workspace.owner.put(f"/rooms/{private}/members/{ada.user['id']}", expect=204)
    for person in (ada, bob):
        await person.post(f"/rooms/{public}/join", expect=204)
    for _ in range(2):
        await workspace.room("silent")  # one behind the other, without a message
    first = await ada.post(f"/rooms/{public}/messages", {"text": "first \u2713 words"})
    await bob.post(f"/rooms/{public}/messages", {"text": "an answer", "thread": first["id"]})
    await ada.patch(f"/messages/{first['id']}", {"text": "better words"})
    await bob.put(f"/messages/{first['id']}/reactions/\U0001f44d", expect=204)
    await ada.put(f"/messages/{first['id']}/pin", expect=204)
    gone = await bob.post(f"/rooms/{public}/messages", {"text": "nobody shall read this"})
    await bob.delete(f"/messages/{gone['id']}")
    sent = await ada.http.post(
        "/files", params={"room": public}, files={"file": ("notes.txt", b"some notes\n" * 50)}
    )
    assert sent.status_code == 201, sent.text
    await ada.post(f"/rooms/{public}/messages", {"text": "", "attachments": [sent.json()["id"]]})
    await ada.post(f"/rooms/{private}/messages", {"text": "among us"})
    named = f"@{bob.user['username']} look at this"
    await ada.post(f"/rooms/{public}/messages", {"text": named, "quote": first["id"]})
    await bob.put(f"/messages/{first['id']}/saved", expect=204)
    for anonymous in (False, True):
        asked = {"question": "When?", "options": ["Now", "Later"], "anonymous": anonymous}
        poll = await ada.post(f"/rooms/{public}/messages", {"poll": asked})
        await bob.put(f"/messages/{poll['id']}/poll/vote", {"options": [1]})
    await furnish_more(workspace, ada, bob)
    direct = await ada.post(f"/workspaces/{workspace.id}/direct", {"users": [bob.user["id"]]})
    await bob.post(f"/rooms/{direct['id']}/messages", {"text": "between you and me"})
    await bob.put(f"/rooms/{public}/read", {"seq": 5})


async def furnish_more(workspace: Workspace, ada: Api, bob: Api) -> None:
    """Levels, posts, an emoji, and a command."""
    wanted = {"level": "all", "keywords": ["lighthouse"]}
    await bob.put(f"/workspaces/{workspace.id}/notifications", wanted, expect=204)
    blog = await workspace.room("blog", "posts")
    for person in (ada, bob):
        await person.post(f"/rooms/{blog}/join", expect=204)
    post = await ada.post(
        f"/rooms/{blog}/posts",
        {"title": "On rain", "text": "It pours.", "tags": ["weather"], "co_authors": [bob.user["id"]]},
    )
    await ada.post(f"/rooms/{blog}/posts/{post['id']}/publish", expect=200)
    emoji = {"name": "our_own", "picture": encoded(picture("PNG"))}
    await workspace.owner.post(f"/workspaces/{workspace.id}/emoji", emoji)
    command = f"/workspaces/{workspace.id}/bots/{(await made(workspace))['id']}/commands/deploy"
    await workspace.owner.put(command, {"description": "Bring it out"})


def lines(path: Path) -> list[Json]:
    """All lines of an archive but the first, which tells when it was made."""
    return [json.loads(line) for line in raw_lines(path)][1:]


def raw_lines(path: Path) -> list[bytes]:
    held = members(path)
    return [line for name, data in held.items() if name.startswith("lines/") for line in data.splitlines()]


def members(path: Path) -> dict[str, bytes]:
    """What an archive holds, by name."""
    found = {}
    with tarfile.open(path) as tar:
        for info in tar:
            stream = tar.extractfile(info)
            assert stream is not None
            found[info.name] = stream.read()
    return found


def export(talkoot: Talkoot, workspace: str, path: Path, *more: str) -> list[Json]:
    done = talkoot.run("export", str(path), "--workspace", workspace, *more)
    assert done.returncode == 0, done.stderr
    return lines(path)


def bring(talkoot: Talkoot, path: Path, *more: str, kind: str = "talkoot") -> str:
    done = talkoot.run("import", kind, str(path), *more)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def repacked(path: Path, changed: list[bytes], to: Path) -> Path:
    """An archive with these lines instead, and a manifest that fits them."""
    held = {name: data for name, data in members(path).items() if name.startswith("files/")}
    parts = {"lines/000001.jsonl": b"\n".join([*changed, b""]), **held}
    manifest = {
        "format": 1,
        "lines": {"all": len(changed)},
        "parts": [
            {"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in parts.items()
        ],
    }
    return packed({**parts, "manifest.json": json.dumps(manifest).encode()}, to)


def packed(parts: dict[str, bytes], to: Path) -> Path:
    with tarfile.open(to, "w") as tar:
        for name, data in parts.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return to


async def found(person: Api, workspace: str, words: str) -> list[Json]:
    """What search finds once it is there; it may not answer before."""

    async def look() -> list[Json]:
        answer = await person.ask("GET", "/search", q=words, workspace=workspace)
        return list(answer.json()["items"]) if answer.status_code == 200 else []

    return list(await eventually(look))


async def signed_in(url: str, username: str) -> Api:
    async with Api(url) as nobody:
        return await nobody.sign_in(username)
