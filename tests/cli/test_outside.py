"""What a command changes beside a running server, and that the server believes it at once, not in a while."""

from __future__ import annotations

import asyncio

from tests.clients import PATIENCE, Api, Json, Socket, join, set_up
from tests.servers.talkoot import Talkoot
from tests.tokens.hosts import Host

SEEN = "The command line has written"


async def ran(talkoot: Talkoot, *command: str) -> str:
    """Run a command; what it printed, when the server has seen that it wrote."""
    before = talkoot.log.count(SEEN)
    done = await asyncio.to_thread(talkoot.run, *command)
    assert done.returncode == 0, done.stderr
    await asyncio.to_thread(talkoot.process.wait_until, lambda: talkoot.log.count(SEEN) > before, PATIENCE)
    return done.stdout


async def token_of(talkoot: Talkoot, bot: str) -> str:
    return (await ran(talkoot, "token", "create", bot, "--name", "x", "--scope", "read")).strip()


async def ends(program: Api, talkoot: Talkoot, *command: str) -> None:
    """A command ends what vouches for this client: its next request is refused, and its socket closed."""
    async with await Socket.of(program) as socket:
        await program.get("/users/me")  # from now on the server remembers the session
        await ran(talkoot, *command)
        assert (await program.ask("GET", "/users/me")).status_code == 401
        assert (await socket.closed())[0] == 4401


async def test_a_server_believes_at_once_what_a_command_has_changed(talkoot: Talkoot) -> None:
    owner, workspace = await set_up(talkoot.url)
    async with owner, await join(owner, workspace["id"], "ada") as ada:
        made = await ada.post("/users/me/tokens", {"name": "x", "scopes": ["read"]})
        async with Api(ada.url, made["token"]) as program:
            await ends(program, talkoot, "token", "revoke", made["id"])
        await ran(talkoot, "bot", "create", "deploys", "--owner", "owner", "--display-name", "Deploys")
        async with Api(ada.url, await token_of(talkoot, "deploys")) as bot:
            shown = talkoot.run("bot", "list").stdout.rstrip("\n").split("\t")
            assert shown == ["deploys", "Deploys", "member", "owner", "First"]
            await ends(bot, talkoot, "bot", "off", "deploys")
        await ran(talkoot, "bot", "on", "deploys")
        async with Api(ada.url, await token_of(talkoot, "deploys")) as bot:
            await bot.get("/users/me")
            await ran(talkoot, "bot", "rename", "deploys", "Builds")
            assert (await bot.get("/users/me"))["display_name"] == "Builds"
            await ends(bot, talkoot, "bot", "delete", "deploys")
        await ends(ada, talkoot, "user", "deactivate", "ada")


async def registered(talkoot: Talkoot, owner: str) -> tuple[str, Host]:
    """An application that a command has registered: its id, and itself."""
    printed = await ran(talkoot, "application", "create", "Shop", "--owner", owner, "--role", "guest")
    told = dict(line.split("\t") for line in printed.splitlines())
    made: Json = {"issuer": told["iss"], "audience": told["aud"], "algorithm": "HS256"}
    return told["id"], Host(talkoot.url, {**made, "secret": told["secret"]})


async def test_applications_are_looked_after_from_the_command_line(talkoot_sqlite: Talkoot) -> None:
    owner, _ = await set_up(talkoot_sqlite.url)
    async with owner:
        its, host = await registered(talkoot_sqlite, "owner")
        shown = talkoot_sqlite.run("application", "list").stdout.rstrip("\n").split("\t")
        assert shown == [its, "Shop", "HS256", "moderator", "owner", "First"]
        secret = (await ran(talkoot_sqlite, "application", "rotate", its)).strip()
        assert await host.refused(host.sign())
        host = Host(host.url, {**host.made, "secret": secret})
        async with await host.come() as person:
            await ends(person, talkoot_sqlite, "application", "off", its)
        assert await host.refused(host.sign())
        await ran(talkoot_sqlite, "application", "on", its)
        async with await host.come() as person:
            await ends(person, talkoot_sqlite, "application", "delete", its)
        assert await host.refused(host.sign())


async def test_what_somebody_made_outlives_them_and_their_tokens_need_not(talkoot_sqlite: Talkoot) -> None:
    owner, workspace = await set_up(talkoot_sqlite.url)
    base = f"/workspaces/{workspace['id']}"
    async with owner, await join(owner, workspace["id"], "ada") as ada:
        await owner.put(f"{base}/members/{ada.user['id']}", {"role": "admin"}, expect=204)
        its, host = await registered(talkoot_sqlite, "ada")
        bot = await ada.post(f"{base}/bots", {"username": "b1", "display_name": "B"})
        path, wanted = f"{base}/bots/{bot['id']}/tokens", {"name": "x", "scopes": ["read"]}
        kept, own = await ada.post(path, wanted), await owner.post(path, wanted)
        printed = await ran(talkoot_sqlite, "user", "deactivate", "ada", "--and-revoke")
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
