"""PostgreSQL goes away right after access has changed: nobody is told what is not known."""

import asyncio

from tests.clients import Socket, join, set_up
from tests.servers.postgres import Postgres
from tests.servers.talkoot import Talkoot

SOCKETS = 40  # so many that not all can be looked at before it is gone


async def test_who_may_still_read_goes_on_when_the_database_is_back(
    on_own_postgres: Talkoot, own_postgres: Postgres
) -> None:
    owner, workspace = await set_up(on_own_postgres.url)
    general, other = [
        (await owner.post(f"/workspaces/{workspace['id']}/rooms", {"name": name}))["id"] for name in "ab"
    ]
    member, shut_out = [await join(owner, workspace["id"], name) for name in ("member", "out")]
    for room in (general, other):
        await member.post(f"/rooms/{room}/join", expect=204)
    live = await asyncio.gather(*[Socket.of(member) for _ in range(SOCKETS)])
    await asyncio.gather(*[socket.subscribe(general) for socket in live])
    ended = await Socket.of(shut_out)
    await ended.subscribe(general)
    deny = {"allow": False, "principal": "user", "principal_id": shut_out.user["id"]}
    await owner.put(f"/rooms/{general}/acl", {"items": [{**deny, "permissions": ["room.read"]}]})
    own_postgres.kill()
    own_postgres.start()
    while (await owner.ask("POST", f"/rooms/{general}/messages", {"text": "after"})).status_code != 201:
        """Not back yet."""
    for socket in live:
        assert (await socket.event("message.created"))["body"]["text"] == "after"
        while other not in (await socket.ask(op="hb", seen={other: 0}))["heads"]:
            await owner.post(f"/rooms/{other}/messages", {"text": "watched again before long"})
        assert not [frame for frame in socket.frames if frame["op"] == "gone"]
    assert (await ended.until(op="gone"))["room"] == general
    assert "after" not in str(await ended.settled())
    for socket in (*live, ended):
        await socket.close()
    for person in (owner, member, shut_out):
        await person.close()
