from pathlib import Path

from tests.clients import Api, Socket
from tests.deploy.conftest import People
from tests.deploy.numbers import samples
from tests.servers.cluster import Cluster
from tests.servers.haproxy import Haproxy
from tests.servers.talkoot import Talkoot


async def sockets_on(node: Talkoot) -> float:
    return (await samples(node.url))["talkoot_connections"]


async def test_two_people_on_two_nodes_chat_through_nginx_and_go_on_when_one_is_killed(
    cluster: Cluster, people: People
) -> None:
    room = people.room
    async with await Socket.of(people.ada) as ada:
        (start,) = await ada.subscribe(room)
        head = start["head"]
        before = [await sockets_on(node) for node in cluster.nodes]
        async with await Socket.of(people.ben) as ben:
            await ben.subscribe(room)
            after = [await sockets_on(node) for node in cluster.nodes]
            his = next(n for n in range(len(after)) if after[n] > before[n])
            assert his != before.index(1)
            for says, hears, text in ((ada, ben, "hello"), (ben, ada, "there")):
                ack = await says.send(room, text)
                heard = await hears.event("message.created", room=room, seq=ack["seq"])
                assert heard["body"]["text"] == text
            cluster.nodes[his].kill()
            await ben.closed()
        assert (await ada.send(room, "are you there?"))["seq"] == head + 3
        async with await Socket.of(people.ben) as ben:
            await ben.subscribe(room, since=head)
            missed = [await ben.event("message.created", room=room, seq=head + n) for n in (1, 2, 3)]
            assert [event["body"]["text"] for event in missed] == ["hello", "there", "are you there?"]
            assert (await ben.send(room, "yes"))["op"] == "ack"
            assert (await ada.event("message.created", seq=head + 4))["body"]["text"] == "yes"
    cluster.nodes[his].start()


async def test_every_node_reads_and_writes_the_same_log(cluster: Cluster, people: People) -> None:
    made = await people.ada.post(f"/workspaces/{people.workspace}/rooms", {"name": "one", "kind": "public"})
    for number, node in enumerate(cluster.nodes):
        async with Api(node.url, people.ada.token) as there:
            said = await there.post(f"/rooms/{made['id']}/messages", {"text": str(number)})
            assert said["seq"] == number + 2
            listed = await there.get(f"/rooms/{made['id']}/messages")
            assert [item["text"] for item in listed["items"]] == [str(n) for n in range(number + 1)]


async def test_the_numbers_are_not_for_those_who_come_through_the_balancer(cluster: Cluster) -> None:
    async with Api(cluster.url) as nobody:
        assert (await nobody.http.get(f"{cluster.url}/metrics")).status_code == 404
        assert (await nobody.http.get(f"{cluster.url}/healthz")).json() == {"status": "alive"}


async def test_people_chat_through_haproxy_as_it_is_shipped(
    cluster: Cluster, people: People, certificate: Path, tmp_path: Path
) -> None:
    balancer = Haproxy(tmp_path, certificate, [node.port for node in cluster.nodes]).start()
    ada, ben = Api(balancer.url, people.ada.token), Api(balancer.url, people.ben.token)
    try:
        async with ada, ben, await Socket.of(ada) as hers, await Socket.of(ben) as his:
            await his.subscribe(people.room)
            ack = await hers.send(people.room, "through another door")
            heard = await his.event("message.created", seq=ack["seq"])
            assert heard["body"]["text"] == "through another door"
            assert (await ada.http.get(f"{balancer.url}/metrics")).status_code == 404
    finally:
        balancer.stop()
