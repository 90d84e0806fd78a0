"""A start that never ends is ended, and its log says where it stands."""

import socket
from pathlib import Path

import pytest

from tests.clients import PATIENCE, set_up
from tests.servers.process import ServerUnavailableError
from tests.servers.talkoot import Talkoot


@pytest.mark.parametrize("cold", [False, True], ids=["forked", "loaded"])
def test_a_start_that_hangs_says_where(cold: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    if cold:
        monkeypatch.setenv("TALKOOT_TEST_COLD", "1")
    with socket.create_server(("127.0.0.1", 0)) as mute:
        mute.settimeout(PATIENCE)
        url = f"postgresql://talkoot:talkoot@127.0.0.1:{mute.getsockname()[1]}/talkoot"
        talkoot = Talkoot(tmp_path / "data", database_url=url)
        talkoot.launch()
        waiting, _ = mute.accept()
        with waiting:
            talkoot.patience = 0.0
            with pytest.raises(ServerUnavailableError) as late:
                talkoot.wait()
    talkoot.stop()
    assert "not ready" in str(late.value)
    assert "most recent call first" in str(late.value)
    assert "asyncio" in str(late.value)


async def test_what_is_worked_out_late_says_nothing_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TALKOOT_TEST_COLD", "1")  # as it is for people
    talkoot = Talkoot(tmp_path / "data").start()
    try:
        owner, _ = await set_up(talkoot.url)
        await owner.close()
    finally:
        talkoot.stop()
    assert "_generate_schema" not in talkoot.log
