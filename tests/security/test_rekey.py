"""Row 50: the secret key of an installation is changed, and nothing that is sealed with it is lost."""

import sqlite3
import uuid
from contextlib import closing
from typing import Any

from talkoot.chat.accounts.models import SigningKey
from talkoot.kernel.sealing import seal, unseal
from talkoot.kernel.secrets import Secrets
from tests.clients import Api, set_up
from tests.servers.talkoot import Talkoot

SECRET = "JBSWY3DPEHPK3PXP"


def in_database(talkoot: Talkoot, statement: str, *values: Any) -> list[Any]:
    with closing(sqlite3.connect(talkoot.data / "talkoot.db")) as database, database:
        return database.execute(statement, values).fetchall()


async def test_row_50_another_key_opens_what_the_old_one_has_sealed(talkoot_sqlite: Talkoot) -> None:
    talkoot = talkoot_sqlite
    owner, _ = await set_up(talkoot.url)
    await owner.close()
    talkoot.terminate()
    row, key, old = uuid.uuid4(), talkoot.data / "secret.key", talkoot.data / "old.key"
    sealed = seal(Secrets(key.read_text().strip()), SigningKey.key, row, SECRET)
    insert = "INSERT INTO signing_keys (id, key, alone, created_at) VALUES (?, ?, 0, 0)"
    in_database(talkoot, insert, row.bytes, sealed)
    key.rename(old)
    (talkoot.data / "wrong.key").write_text("w" * 40)

    missing = talkoot.run("rekey")
    assert (missing.returncode, "Nothing was changed" in missing.stderr) == (1, True), missing.stderr
    wrong = talkoot.run("rekey", "--old-key-file", str(talkoot.data / "wrong.key"))
    assert (wrong.returncode, "it is not the one before" in wrong.stderr) == (1, True), wrong.stderr
    assert talkoot.run("rekey", "--old-key-file", "nowhere").returncode == 2
    assert "fail  sealed" in talkoot.run("doctor", "--port", "0").stdout
    assert in_database(talkoot, "SELECT key FROM signing_keys") == [(sealed,)]

    for resealed in (1, 0):
        done = talkoot.run("rekey", "--old-key-file", str(old))
        assert done.returncode == 0, done.stderr
        assert f"Sealed anew: {resealed}." in done.stdout
    ((now,),) = in_database(talkoot, "SELECT key FROM signing_keys")
    new = Secrets(key.read_text().strip())
    assert unseal(new, SigningKey.key, row, now) == SECRET
    assert "fail  sealed" not in talkoot.run("doctor", "--port", "0").stdout
    in_database(talkoot, "DELETE FROM signing_keys")
    talkoot.start()
    async with Api(talkoot.url) as nobody, await nobody.sign_in("owner") as again:
        assert again.user["id"] == owner.user["id"]


async def test_row_50_voters_of_an_anonymous_poll_are_the_same_with_another_key(
    talkoot_sqlite: Talkoot,
) -> None:
    talkoot = talkoot_sqlite
    owner, workspace = await set_up(talkoot.url)
    room = (await owner.post(f"/workspaces/{workspace['id']}/rooms", {"name": "lunch"}))["id"]
    asked = {"question": "Where to?", "options": ["Here", "There"], "anonymous": True}
    poll = f"/messages/{(await owner.post(f'/rooms/{room}/messages', {'poll': asked}))['id']}/poll"
    await owner.put(f"{poll}/vote", {"options": [0]})
    await owner.close()
    talkoot.terminate()
    old = (talkoot.data / "secret.key").rename(talkoot.data / "old.key")
    done = talkoot.run("rekey", "--old-key-file", str(old))
    assert "Sealed anew: 1." in done.stdout, done.stderr
    talkoot.start()
    async with Api(talkoot.url) as nobody, await nobody.sign_in("owner") as again:
        assert (await again.get(poll))["mine"] == [0]
        state = (await again.put(f"{poll}/vote", {"options": [1]}))["poll"]
        assert ([option["votes"] for option in state["options"]], state["voters"]) == ([0, 1], 1)
