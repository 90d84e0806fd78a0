import json
import re
import uuid
from pathlib import Path

import httpx2
import yaml

from tests.conftest import Serve
from tests.deploy.numbers import samples
from tests.servers.cluster import Cluster
from tests.workspaces import Workspace

ROOT = Path(__file__).resolve().parents[2]
SUFFIXES = {"histogram": ("_bucket", "_count", "_sum"), "counter": ("",), "gauge": ("",)}


async def families(*urls: str) -> dict[str, str]:
    """The type of every metric by its name, also of those that have no sample yet."""
    found: dict[str, str] = {}
    async with httpx2.AsyncClient(timeout=30) as client:
        for url in urls:
            text = (await client.get(f"{url}/metrics")).text
            found |= dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))
    return found


async def test_the_time_to_an_ack_is_counted_and_nothing_else(workspace: Workspace) -> None:
    url = workspace.owner.url
    room = await workspace.room()
    socket = await workspace.socket(workspace.owner, room)
    before = await samples(url)
    for text in ("one", "two"):
        assert (await socket.send(room, text))["op"] == "ack"
    assert (await socket.send(str(uuid.uuid4()), "nowhere"))["op"] == "nack"
    after = await samples(url)
    assert after["talkoot_ack_seconds_count"] - before["talkoot_ack_seconds_count"] == 2
    assert after["talkoot_ack_seconds_bucket +Inf"] - before["talkoot_ack_seconds_bucket +Inf"] == 2
    assert 0 < after["talkoot_ack_seconds_sum"] - before["talkoot_ack_seconds_sum"] < 60


async def test_the_page_lists_every_metric_with_its_type_and_no_other(cluster: Cluster, serve: Serve) -> None:
    one = serve("postgresql", database_replica_url=cluster.postgres.url())
    found = await families(cluster.nodes[0].url, cluster.workers[0].url, one.url)
    ours = {name: kind for name, kind in found.items() if name.startswith("talkoot_")}
    page = (ROOT / "docs" / "metrics.md").read_text()
    assert dict(re.findall(r"^\| `(talkoot_\w+)` \| (\w+) \|", page, re.MULTILINE)) == ours


async def test_what_alerts_and_the_dashboard_ask_for_is_there(cluster: Cluster) -> None:
    found = await families(cluster.nodes[0].url, cluster.workers[0].url)
    there = {f"{name}{suffix}" for name, kind in found.items() for suffix in SUFFIXES.get(kind, ())}
    alerts = yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yml").read_text())
    dashboard = json.loads((ROOT / "deploy" / "grafana" / "talkoot.json").read_text())
    asked = [rule["expr"] for group in alerts["groups"] for rule in group["rules"]]
    asked += [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())]
    names = {name for expression in asked for name in re.findall(r"\b((?:talkoot|process)_\w+)", expression)}
    assert names
    assert names <= there


async def test_the_autoscaler_looks_at_a_metric_that_is_there(cluster: Cluster) -> None:
    manifest = (ROOT / "deploy" / "kubernetes" / "serve.yaml").read_text()
    (wanted,) = re.findall(r"metric: \{ name: (\w+) \}", manifest)
    assert (await families(cluster.nodes[0].url))[wanted] == "gauge"
