"""Faults around access: revocations that race with everything else, and sessions that end."""

import asyncio

from tests.clients import Json
from tests.faults.stage import Stage

ROUNDS = 3


async def access_changes(stage: Stage) -> None:
    """Somebody loses a private room and gets it back, while others write, and while they resume."""
    victim = stage.people[3]
    room = stage.rooms[2]
    member = f"/rooms/{room}/members/{victim.user['id']}"
    for _ in range(2):
        await stage.client(victim, writes=False)
    for round_ in range(ROUNDS):
        await stage.load(20, seconds=0.3)
        assert (await stage.insist("DELETE", member)).status_code in {204, 404}
        await _revoked(stage, room, victim.user)
        if round_ % 2:  # whoever resumes right now must not slip through
            for proxy in stage.deployment.to_nodes:
                proxy.reset_all()
        await stage.load(20, seconds=0.5)
        stage.recording.add("granting", victim.user["id"], 0, room)
        assert (await stage.insist("PUT", member)).status_code in {204, 404, 409}
    await stage.load(20)


async def access_changes_unheard(stage: Stage) -> None:
    """The same, and no node hears of it over the bus."""
    await stage.deployment.set_failpoints("bus_drop_control:1")
    for node in stage.deployment.nodes:
        stage.injected("node that hears nothing of access", "bus_drop_control:1" in node.log)
    await access_changes(stage)
    await stage.deployment.set_failpoints("")


async def sessions_end(stage: Stage) -> None:
    """A person's session is ended from another one: its sockets fall silent at once."""
    for _ in range(ROUNDS):
        device = await stage.people[1].sign_in(stage.people[1].user["username"])
        client = await stage.client(device)
        client.stays = False
        await stage.load(20, seconds=0.3)
        ended = await stage.insist_as(stage.people[1], "DELETE", f"/auth/sessions/{client.session}")
        assert ended.status_code in {204, 404}, ended.text
        stage.recording.add("session_ended", client.who, session=client.session)
        stage.injected("session ended")
        await device.close()
    await stage.load(20, seconds=3)  # longer than a session may live on


async def _revoked(stage: Stage, room: str, user: Json) -> None:
    """Record the revocation with its place in the log, which the owner reads."""
    after = 0
    while page := (await stage.insist("GET", f"/rooms/{room}/events", after=after, limit=200)).json()[
        "events"
    ]:
        left = [e["seq"] for e in page if e["type"] == "member.left" and e["body"]["user"] == user["id"]]
        stage.left[room] = max([stage.left.get(room, 0), *left])
        after = page[-1]["seq"]
        await asyncio.sleep(0)
    stage.recording.add("revoke", user["id"], 0, room, after=stage.left[room])
    stage.injected("access taken")
