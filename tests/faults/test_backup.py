"""A backup that is made under load, and what the clients find when it was restored."""

import asyncio
import json
import resource
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.accounts.phones import enrol, token_form
from tests.clients import Api, Json, Socket, join, set_up
from tests.faults.writers import SECONDS, Writer, check, whole_log
from tests.servers.postgres import Postgres
from tests.servers.talkoot import PROGRAM, Talkoot


@pytest.fixture
def empty(request: pytest.FixtureRequest, talkoot: Talkoot, tmp_path: Path) -> Iterator[Talkoot]:
    """A place to restore into, with another key; it is not started."""
    settings = {}
    if "TALKOOT_DATABASE_URL" in talkoot.environment:
        cluster: Postgres = request.getfixturevalue("postgres")
        settings["database_url"] = cluster.url(cluster.create_database())
    made = Talkoot(tmp_path / "restored", **settings)
    yield made
    made.stop()


async def run(talkoot: Talkoot, *command: str | Path) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(talkoot.run, *map(str, command))


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS):
        while not holds():  # noqa: ASYNC110 - of many
            await asyncio.sleep(0.01)


@dataclass
class Past:
    """What happened before the restore."""

    people: list[Api]
    rooms: list[str]
    writers: list[Writer]
    invite: str
    program: str
    codes: list[str]  # for the second step of the member
    promised: set[str]  # cids that were acknowledged before the backup began
    epochs: dict[str, str]
    logs: dict[str, list[Json]]

    @classmethod
    async def of(cls, talkoot: Talkoot, folder: Path) -> "Past":
        """Write, make a backup meanwhile, go on writing, and stop."""
        owner, workspace = await set_up(talkoot.url)
        people = [owner, await join(owner, workspace["id"], "member")]
        invite = await owner.post(f"/workspaces/{workspace['id']}/invites")
        program = await owner.post("/users/me/tokens", {"name": "nightly", "scopes": ["read"]})
        third = await join(owner, workspace["id"], "careful")
        codes = (await enrol(third)).codes
        await third.close()
        path = f"/workspaces/{workspace['id']}/rooms"
        rooms = [(await owner.post(path, {"name": f"Room {n}"}))["id"] for n in range(2)]
        writers = [Writer(person, room, person.user["username"]) for room in rooms for person in people]
        writing = [asyncio.create_task(writer.write()) for writer in writers]
        await until(lambda: min(len(writer.acks) for writer in writers) >= 40)
        promised = {cid for writer in writers for cid in writer.acks}
        made = await run(talkoot, "backup", folder)
        assert made.returncode == 0, made.stderr
        so_far = [len(writer.acks) for writer in writers]
        await until(lambda: all(len(w.acks) > n + 20 for w, n in zip(writers, so_far, strict=True)))
        for writer in writers:
            writer.nacks.append({})  # enough
        await asyncio.gather(*writing)
        for writer in writers:
            await writer.finish()
        epochs = {room: (await owner.get(f"/rooms/{room}/events"))["epoch"] for room in rooms}
        logs = {room: await whole_log(owner, room) for room in rooms}
        await asyncio.to_thread(talkoot.terminate)
        return cls(people, rooms, writers, invite["token"], program["token"], codes, promised, epochs, logs)


async def test_what_was_acknowledged_before_it_is_in_it_and_nothing_is_doubled(
    talkoot: Talkoot, empty: Talkoot, tmp_path: Path
) -> None:
    past = await Past.of(talkoot, tmp_path / "backup")
    restored = await run(empty, "restore", tmp_path / "backup")
    assert (restored.returncode, "have ended" in restored.stdout) == (0, True), restored.stderr
    await asyncio.to_thread(empty.start)
    await nobody_is_in(empty, past)
    async with Api(empty.url) as nobody:
        people = [await nobody.sign_in(person.user["username"]) for person in past.people]
    for room in past.rooms:
        log = await whole_log(people[0], room)
        assert log == past.logs[room][: len(log)]
        assert len(log) < len(past.logs[room])
        mine = [writer for writer in past.writers if writer.room == room]
        wrote = {cid for writer in mine for cid in writer.acks}
        assert past.promised & wrote <= {event["cid"] for event in log}
        await found_out(people[0], room, past)
        # What was lost is sent again with its cid: stored once, like everything that was never lost.
        for writer in mine:
            writer.person = next(p for p in people if p.user["id"] == writer.person.user["id"])
            writer.pending = {ack["cid"]: ack["text"] for ack in in_order(writer)}
            writer.acks.clear()
            await writer.finish()
        log = await whole_log(people[0], room)
        check(log, mine)
        assert sum(event["type"] == "message.created" for event in log) == sum(w.count for w in mine)
    for person in (*past.people, *people):
        await person.close()


async def nobody_is_in(empty: Talkoot, past: Past) -> None:
    """What may have been ended after the backup is ended now: sessions, invitations, tokens, codes."""
    for token in (*(person.token for person in past.people), past.program):
        async with Api(empty.url, token) as again:
            assert (await again.ask("GET", "/users/me")).status_code == 401
    async with Api(empty.url) as nobody:
        form = {"invite": past.invite, "username": "late", "display_name": "Late", "password": "p" * 20}
        assert 400 <= (await nobody.ask("POST", "/auth/register", form)).status_code < 500
        step = token_form("careful", code=past.codes[0])
        assert (await nobody.http.post("/auth/token", data=step)).status_code == 401


def in_order(writer: Writer) -> list[Json]:
    return sorted(writer.acks.values(), key=lambda ack: int(ack["text"].split()[-1]))


async def found_out(person: Api, room: str, past: Past) -> None:
    """A client that was further is told to begin anew, whether or not it knows the epoch."""
    position = len(past.logs[room])
    for known, reason in (({"epoch": past.epochs[room]}, "epoch"), ({}, "ahead")):
        async with await Socket.of(person) as socket:
            answer = await socket.ask(op="sub", rooms=[{"room": room, "since": position, **known}])
            assert answer["rooms"][0]["epoch"] != past.epochs[room]
            assert (await socket.until(op="reset", room=room))["reason"] == reason


async def test_only_a_whole_backup_is_restored_and_only_into_an_empty_place(
    talkoot: Talkoot, empty: Talkoot, tmp_path: Path
) -> None:
    owner, _ = await set_up(talkoot.url)
    codes = (await enrol(owner)).codes
    token = (await owner.post("/users/me/tokens", {"name": "nightly", "scopes": ["read"]}))["token"]
    await owner.close()
    folder = tmp_path / "backup"
    for code in (0, 1):  # and nothing is overwritten
        assert (await run(talkoot, "backup", folder)).returncode == code
    await asyncio.to_thread(talkoot.terminate)
    largest = folder / ("talkoot.db" if (folder / "talkoot.db").exists() else "users.copy")
    content = largest.read_bytes()
    largest.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert "damaged" in (await run(empty, "restore", folder)).stderr
    largest.write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"revision": "9999"}))
    assert "newer version" in (await run(empty, "restore", folder)).stderr
    (folder / "stranger").write_bytes(content)
    for name in ("stranger", None):
        parts = [
            {**part, "name": name} for part in manifest["parts"] if name and part["name"] == largest.name
        ]
        (folder / "manifest.json").write_text(json.dumps(manifest | {"parts": parts}))
        assert "no backup of Talkoot" in (await run(empty, "restore", folder)).stderr
    (folder / "manifest.json").write_text(json.dumps(manifest))
    done = await run(empty, "restore", folder, "--keep-tokens")
    assert (done.returncode, "are as they were" in done.stdout) == (0, True), done.stderr
    for full in (empty, talkoot):
        assert "empty" in (await run(full, "restore", folder)).stderr
    await asyncio.to_thread(empty.start)
    async with Api(empty.url, token) as program, Api(empty.url) as nobody:
        assert (await program.get("/users/me"))["username"] == "owner"
        form = token_form("owner", code=codes[0])
        assert (await nobody.http.post("/auth/token", data=form)).status_code == 200


def test_a_full_disk_leaves_no_half_backup(talkoot: Talkoot, tmp_path: Path) -> None:
    place = tmp_path / "full"
    place.mkdir()
    done = subprocess.run(
        [PROGRAM, "backup", place / "backup"],
        # Byte code that is cut short would stay, and nobody could load it any more.
        env={**talkoot.environment, "TALKOOT_DATA": str(talkoot.data), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (256, 256)),
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "nothing of it is left" in done.stderr
    assert [*place.iterdir()] == []
