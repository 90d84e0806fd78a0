"""A large group: its people are settled a portion at a time, by jobs, while the server goes on."""

import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.groups.conftest import Site
from tests.job_rows import rows
from tests.servers.talkoot import Worker
from tests.waiting import eventually

PEOPLE = 130


async def crowd(site: Site, group: str) -> list[uuid.UUID]:
    """People who were seen with a group that has a rule: by their rows, for each visit takes its time."""
    server, issuer = site.nodes[0], site.issuer.url
    on_postgresql = "TALKOOT_DATABASE_URL" in server.environment
    users = [uuid.uuid4() for _ in range(PEOPLE)]

    def literal(value: uuid.UUID) -> str:
        return f"'{value}'::uuid" if on_postgresql else f"x'{value.hex}'"

    async def put(table: str, columns: str, values: list[str]) -> None:
        await rows(server, f"INSERT INTO {table} ({columns}) VALUES {', '.join(values)}")  # noqa: S608

    names = [f"{group}{number}" for number in range(PEOPLE)]
    now = time.time_ns() // 1000
    await put(
        "users",
        "id, username, username_key, display_name, bot, created_at",
        [
            f"({literal(user)}, '{name}', '{name}', '{name}', false, {now})"
            for user, name in zip(users, names, strict=True)
        ],
    )
    identities = [uuid.uuid4() for _ in users]
    await put(
        "identities",
        "id, user_id, provider, issuer, subject, label, created_at, last_used_at",
        [
            f"({literal(one)}, {literal(user)}, 'company', '{issuer}', '{name}', '{name}', {now}, {now})"
            for one, user, name in zip(identities, users, names, strict=True)
        ],
    )
    await put(
        "seen_groups",
        "identity_id, provider, name",
        [f"({literal(one)}, 'company', '{group}')" for one in identities],
    )
    return users


@contextmanager
def worker(site: Site, folder: Path) -> Iterator[Worker]:
    """One that does the jobs of the cluster."""
    made = Worker(folder, job_lease_seconds="1.5", search="off")
    made.environment = {**site.nodes[0].environment, **made.environment}
    made.start()
    try:
        yield made
    finally:
        made.stop()


async def test_many_get_and_lose_what_their_group_gives(site: Site, tmp_path: Path) -> None:
    server, room = site.nodes[0], await site.room()
    rule = await site.rule("crowd", "guest")
    at = f"{site.at}/groups/{rule['id']}"
    users = await crowd(site, "crowd")

    async def there(scope: str) -> int:
        """How many of them are in the workspace or the room, by their group."""
        found = await rows(
            server, "SELECT user_id FROM memberships WHERE resource_id = $1 AND by_group", uuid.UUID(scope)
        )
        ids = {one if isinstance(one, uuid.UUID) else uuid.UUID(bytes=one) for (one,) in found}
        return len(ids & {*users})

    async def all_are(number: int) -> bool:
        await site.owner.post(f"/rooms/{room}/messages", {"text": "meanwhile"})
        return [await there(scope) for scope in (site.workspace, room)] == [number] * 2

    body = {"provider": "company", "group": "crowd", "role": "moderator", "rooms": [room]}
    await site.owner.put(at, body)
    with ExitStack() as stack:
        if len(site.nodes) > 1:  # a server of a cluster leaves jobs to workers
            assert await there(room) == 20
            with worker(site, tmp_path / "first") as first:
                first.kill()
            stack.enter_context(worker(site, tmp_path / "second"))
        await eventually(lambda: all_are(PEOPLE), 50)
        # Others are still being settled by one rule when the next one comes: the last one counts for all.
        await site.owner.put(at, {**body, "role": "member"})
        await site.owner.delete(at)
        await eventually(lambda: all_are(0), 50)
