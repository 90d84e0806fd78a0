"""`talkoot token`: made, listed and revoked on the machine itself."""

from tests.clients import Api, set_up
from tests.servers.talkoot import Talkoot


async def test_tokens_are_made_listed_and_revoked_from_the_command_line(talkoot_sqlite: Talkoot) -> None:
    owner, _ = await set_up(talkoot_sqlite.url)
    async with owner:
        options = ("--name", "CI", "--scope", "read", "--days", "7")
        made = talkoot_sqlite.run("token", "create", "owner", *options)
        assert made.returncode == 0, made.stderr
        (listed,) = (await owner.get("/users/me/tokens"))["items"]
        shown = talkoot_sqlite.run("token", "list").stdout.rstrip("\n").split("\t")
        assert shown[:4] == [listed["id"], "owner", "CI", "read"]
        assert made.stdout.strip() not in talkoot_sqlite.log
        assert talkoot_sqlite.run("token", "revoke", listed["id"]).returncode == 0
        again = talkoot_sqlite.run("token", "revoke", listed["id"])
        assert (again.returncode, again.stderr) == (1, "There is no such token\n")
        async with Api(owner.url, made.stdout.strip()) as program:
            assert (await program.ask("GET", "/users/me")).status_code == 401
        wrong = talkoot_sqlite.run("token", "create", "owner", "--name", "CI", "--scope", "root")
        assert wrong.returncode == 2
        assert "scopes" in wrong.stderr
        acts = (await owner.get("/audit", subject=listed["id"]))["items"]
        assert [act["address"] for act in acts] == ["command line"] * 2
