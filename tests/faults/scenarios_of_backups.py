"""A backup comes back: what was written after it is gone, and everybody is told."""

import asyncio
import shutil

from tests.clients import Api
from tests.faults.load import STUMBLED
from tests.faults.stage import Stage


async def restored(stage: Stage) -> None:
    """Back up under load, write on, lose the server, restore, and go on with new sessions."""
    deployment, node = stage.deployment, stage.deployment.nodes[0]
    await stage.load(20)
    backup = deployment.root / "backup"
    began = stage.recording.now()
    made = await asyncio.to_thread(node.run, "backup", str(backup))
    assert made.returncode == 0, made.stdout + made.stderr
    await stage.load(30, seconds=0.5)
    deployment.supervised = False
    node.kill()
    await asyncio.sleep(0.2)  # the clients hear of it
    begin_anew(stage, began)
    await asyncio.to_thread(shutil.rmtree, deployment.root / "data")
    put_back = await asyncio.to_thread(node.run, "restore", str(backup))
    assert put_back.returncode == 0, put_back.stdout + put_back.stderr
    await deployment.bring_up(node)
    stage.injected("backup put back", f"{put_back.stdout}{put_back.stderr}".count("Restored"))
    deployment.supervised = True
    await sign_in_again(stage)
    await stage.load(30)


def begin_anew(stage: Stage, since: float) -> None:
    """What was done since then may be gone; from now on all must be told, by a new epoch of every room."""
    epochs = {room: client.places.epochs[room] for client in stage.clients for room in client.rooms}
    followed = [(client.who, room) for client in stage.clients for room in client.rooms]
    stage.recording.take_back(since)
    stage.recording.add("restored", epochs=epochs, followed=followed)


async def sign_in_again(stage: Stage) -> None:
    """Let everybody go on whose session was ended."""
    url = stage.deployment.urls()[0]
    for person in (stage.owner, *stage.people):
        again = await _signed_in(url, person.user["username"])
        person.token = again.token
        person.http.headers["Authorization"] = again.http.headers["Authorization"]
        person.http.base_url = f"{url}/api/v1"
        await again.close()
        for client in stage.clients:
            if client.who == person.user["id"]:
                await client.sign_in(again.token)


async def _signed_in(url: str, username: str) -> Api:
    async with Api(url) as nobody:
        while True:
            try:
                return await nobody.sign_in(username)
            except STUMBLED:
                await asyncio.sleep(0.1)
