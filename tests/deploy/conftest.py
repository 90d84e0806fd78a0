"""`cluster`: one for all tests here that run in one process; whoever kills a part of it starts it again."""

import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from tests.clients import Api, join, set_up
from tests.servers.cluster import Cluster
from tests.servers.programs import program


@dataclass
class People:
    """Two people with a room of their own, who come through the balancer."""

    ada: Api
    ben: Api
    workspace: str
    room: str


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("cluster"), copied=True)
    try:
        yield made.start()
    finally:
        made.stop()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate with its key in one file, which both proxies take."""
    folder = tmp_path_factory.mktemp("certificate")
    made = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
    where = ("-subj", "/CN=chat.example.org", "-keyout", folder / "key", "-out", folder / "crt")
    subprocess.run([program("openssl", "openssl"), *made, *where], check=True, capture_output=True)
    both = folder / "chat.pem"
    both.write_text((folder / "crt").read_text() + (folder / "key").read_text())
    return both


@pytest_asyncio.fixture(scope="session")
async def people(cluster: Cluster) -> AsyncIterator[People]:
    ada, workspace = await set_up(cluster.url, "ada")
    async with ada, await join(ada, workspace["id"], "ben") as ben:
        wanted = {"name": "both", "kind": "public"}
        room = (await ada.post(f"/workspaces/{workspace['id']}/rooms", wanted))["id"]
        await ben.post(f"/rooms/{room}/join", expect=204)
        yield People(ada, ben, workspace["id"], room)
