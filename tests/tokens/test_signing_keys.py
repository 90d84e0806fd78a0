"""Another key signs access tokens and tickets: nobody is signed out, on one server or two."""

import base64
import json
from typing import Any

from tests.clients import Api, Socket, set_up
from tests.servers.talkoot import Talkoot


def kid_of(token: str) -> Any:
    head = token.split(".", maxsplit=1)[0]
    return json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4))).get("kid")


async def signed_in(talkoot: Talkoot) -> Api:
    async with Api(talkoot.url) as nobody:
        return await nobody.sign_in("owner")


async def test_another_key_signs_and_what_the_old_one_signed_holds(talkoot_sqlite: Talkoot) -> None:
    old, _ = await set_up(talkoot_sqlite.url)
    assert kid_of(old.token) is None
    listed: list[str] = []
    for expected in (1, 2):
        made = talkoot_sqlite.run("keys", "rotate")
        assert made.returncode == 0, made.stderr
        listed = talkoot_sqlite.run("keys", "list").stdout.splitlines()
        assert len(listed) == expected
        assert listed[0].split("\t")[0] in made.stdout
    talkoot_sqlite.stop()
    talkoot_sqlite.start()
    async with old, await signed_in(talkoot_sqlite) as new:
        assert kid_of(new.token) == listed[0].split("\t")[0]
        for person in (Api(talkoot_sqlite.url, old.token), new):
            async with person:
                await person.get("/users/me")
                ticket = (await person.post("/ws-ticket", expect=200))["ticket"]
                async with await Socket.open(talkoot_sqlite.url) as socket:
                    assert (await socket.hello(ticket=ticket))["user"]["username"] == "owner"
    assert talkoot_sqlite.run("keys", "rotate", "--at-once").returncode == 0
    talkoot_sqlite.stop()
    talkoot_sqlite.start()
    for ended in (old.token, new.token):
        async with Api(talkoot_sqlite.url, ended) as person:
            assert (await person.ask("GET", "/users/me")).status_code == 401
    async with await signed_in(talkoot_sqlite) as newest:
        assert kid_of(newest.token) not in {None, kid_of(new.token)}
