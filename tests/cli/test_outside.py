"""What a command changes beside a running server, and that the server believes it at once, not in a while."""

from __future__ import annotations

import asyncio
import re

from tests.clients import PATIENCE, Api, Json, Socket, join, set_up
from tests.servers.talkoot import Talkoot
from tests.tokens.hosts import Host

SEEN = re.compile(r"Commands have written (\d+) times")


class Operator:
    """Who has the machine: runs commands, each of which writes once, beside a server."""

    def __init__(self, talkoot: Talkoot) -> None:
        self.talkoot = talkoot
        self.written = 0

    async def does(self, *command: str) -> str:
        """What a command printed; the server may not know of it yet."""
        done = await asyncio.to_thread(self.talkoot.run, *command)
        assert done.returncode == 0, done.stderr
        self.written += 1
        return done.stdout

    async def ends(self, program: Api, *command: str) -> None:
        """A command ends what vouches for this client: its next request is refused, its socket closed."""
        async with await Socket.of(program) as socket:
            await program.get("/users/me")  # from now on the server remembers the session
            await self.does(*command)
            await self.seen()
            assert (await program.ask("GET", "/users/me")).status_code == 401
            assert (await socket.closed())[0] == 4401

    async def seen(self) -> None:
        """Wait until the server has seen all that was written."""
        wait = self.talkoot.process.wait_until
        await asyncio.to_thread(wait, self._has_seen, PATIENCE)

    def _has_seen(self) -> bool:
        return max((int(count) for count in SEEN.findall(self.talkoot.log)), default=0) >= self.written

    async def token(self, bot: str) -> str:
        return (await self.does("token", "create", bot, "--name", "x", "--scope", "read")).strip()

    async def registers(self, owner: str) -> tuple[str, Host]:
        """An application: its id, and itself."""
        printed = await self.does("application", "create", "Shop", "--owner", owner, "--role", "guest")
        told = dict(line.split("\t") for line in printed.splitlines())
        made: Json = {"issuer": told["iss"], "audience": told["aud"], "algorithm": "HS256"}
        return told["id"], Host(self.talkoot.url, {**made, "secret": told["secret"]})


async def test_a_server_believes_at_once_what_a_command_has_changed(talkoot: Talkoot) -> None:
    owner, workspace = await set_up(talkoot.url)
    operator = Operator(talkoot)
    async with owner, await join(owner, workspace["id"], "ada") as ada:
        made = await ada.post("/users/me/tokens", {"name": "x", "scopes": ["read"]})
        async with Api(ada.url, made["token"]) as program:
            await operator.ends(program, "token", "revoke", made["id"])
        await operator.does("bot", "create", "deploys", "--owner", "owner", "--display-name", "Deploys")
        async with Api(ada.url, await operator.token("deploys")) as bot:
            shown = talkoot.run("bot", "list").stdout.rstrip("\n").split("\t")
            assert shown == ["deploys", "Deploys", "member", "owner", "First"]
            await operator.ends(bot, "bot", "off", "deploys")
        await operator.ends(ada, "user", "deactivate", "ada")


async def test_bots_are_looked_after_from_the_command_line(talkoot_sqlite: Talkoot) -> None:
    owner, workspace = await set_up(talkoot_sqlite.url)
    operator = Operator(talkoot_sqlite)
    async with owner:
        await operator.does("bot", "create", "deploys", "--owner", "owner", "--role", "guest")
        await operator.does("bot", "off", "deploys")
        assert talkoot_sqlite.run("bot", "list").stdout.rstrip("\n").endswith("\toff")
        await operator.does("bot", "on", "deploys")
        await operator.does("bot", "rename", "deploys", "Builds")
        async with Api(owner.url, await operator.token("deploys")) as bot:
            assert (await bot.get("/users/me"))["display_name"] == "Builds"
            await operator.ends(bot, "bot", "delete", "deploys")
        assert (await owner.get(f"/workspaces/{workspace['id']}/bots"))["items"] == []


async def test_applications_are_looked_after_from_the_command_line(talkoot_sqlite: Talkoot) -> None:
    owner, _ = await set_up(talkoot_sqlite.url)
    operator = Operator(talkoot_sqlite)
    async with owner:
        its, host = await operator.registers("owner")
        shown = talkoot_sqlite.run("application", "list").stdout.rstrip("\n").split("\t")
        assert shown == [its, "Shop", "HS256", "moderator", "owner", "First"]
        secret = (await operator.does("application", "rotate", its)).strip()
        assert await host.refused(host.sign())  # what an application signs with is never remembered
        host = Host(host.url, {**host.made, "secret": secret})
        async with await host.come() as person:
            await operator.ends(person, "application", "off", its)
        assert await host.refused(host.sign())
        await operator.does("application", "on", its)
        async with await host.come() as person:
            await operator.ends(person, "application", "delete", its)
        assert await host.refused(host.sign())


async def test_what_somebody_made_outlives_them_and_their_tokens_need_not(talkoot_sqlite: Talkoot) -> None:
    owner, workspace = await set_up(talkoot_sqlite.url)
    base, operator = f"/workspaces/{workspace['id']}", Operator(talkoot_sqlite)
    async with owner, await join(owner, workspace["id"], "ada") as ada:
        await owner.put(f"{base}/members/{ada.user['id']}", {"role": "admin"}, expect=204)
        its, host = await operator.registers("ada")
        bot = await ada.post(f"{base}/bots", {"username": "b1", "display_name": "B"})
        path, wanted = f"{base}/bots/{bot['id']}/tokens", {"name": "x", "scopes": ["read"]}
        kept, own = await ada.post(path, wanted), await owner.post(path, wanted)
        printed = await operator.does("user", "deactivate", "ada", "--and-revoke")
        await operator.seen()
        assert "that have ended: 1." in printed
        assert f"talkoot application rotate {its}" in printed
        for token, status in ((kept, 401), (own, 200)):
            async with Api(owner.url, token["token"]) as program:
                assert (await program.ask("GET", "/users/me")).status_code == status
        await (await host.come()).close()
        for command in ("bot", "application"):
            assert talkoot_sqlite.run(command, "list").stdout.rstrip("\n").endswith("\twithout an owner")
        told = talkoot_sqlite.run("doctor", "--port", "0").stdout
        assert "the bot b1, the application Shop: without an owner" in told


def test_a_command_says_what_it_can_not_do(talkoot_sqlite: Talkoot) -> None:
    nothing = "0190f1c2-7b2a-7000-8000-000000000000"
    for command, said in (
        (("bot", "off", "nobody"), "There is no bot nobody"),
        (("bot", "create", "b1", "--owner", "nobody"), "There is no workspace yet"),
        (("application", "off", nothing), f"There is no application {nothing}"),
    ):
        done = talkoot_sqlite.run(*command)
        assert (done.returncode, said in done.stderr) == (1, True), done.stderr
