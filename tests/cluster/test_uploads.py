"""An upload in several requests goes on at any server."""

import hashlib
import os

import pytest

from tests.clients import Api, set_up
from tests.servers.talkoot import Talkoot
from tests.uploads import begin, offset_of, send


@pytest.fixture(scope="module")
def settings_of_two(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return {"files": str(tmp_path_factory.mktemp("files"))}


async def test_each_server_takes_the_next_part(shared_two: tuple[Talkoot, Talkoot]) -> None:
    first, second = shared_two
    owner, workspace = await set_up(first.url)
    there = Api(second.url, owner.token)
    room = (await owner.get(f"/workspaces/{workspace['id']}/rooms"))["items"][0]["id"]
    content = os.urandom(300_000)
    path = await begin(owner, room, len(content))
    for person, start in ((there, 0), (owner, 100_000), (there, 200_000)):
        assert await offset_of(person, path) == start
        answer = await send(person, path, start, content[start : start + 100_000])
        assert answer.status_code == 204, answer.text
    file = (await owner.get(path))["file"]
    assert file["sha256"] == hashlib.sha256(content).hexdigest()
    assert (await there.http.get(f"/files/{file['id']}")).content == content
    for person in (owner, there):
        await person.close()
