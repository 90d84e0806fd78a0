import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import talkoot
from talkoot.kernel import failpoints
from talkoot.settings import SettingsError
from tests.conftest import Serve
from tests.servers.talkoot import Talkoot


@pytest.fixture(autouse=True)
def off_again() -> Iterator[None]:
    yield
    failpoints.arm("")


def test_nothing_is_hit_until_it_is_armed() -> None:
    assert not any(failpoints.hit(name) for name in failpoints.POINTS)
    failpoints.arm("bus_double:1, bus_drop_log:0")
    assert failpoints.hit("bus_double")
    assert not failpoints.hit("bus_drop_log")
    assert not failpoints.hit("after_commit")


def test_a_probability_is_one() -> None:
    failpoints.arm("bus_double:0.5")
    assert {failpoints.hit("bus_double") for _ in range(200)} == {True, False}


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("aftr_commit:1", "did you mean `after_commit`"),
        ("nonsense", "there are after_commit"),
        ("bus_double:2", "no probability"),
        ("bus_double:often", "no probability"),
        ("bus_double:nan", "no probability"),
    ],
)
def test_what_can_not_be_is_refused(wanted: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        failpoints.arm(wanted)


def test_a_server_refuses_an_unknown_name(tmp_path: Path) -> None:
    refused = Talkoot(tmp_path / "data", fail="after_comit:1").run("serve", "--port", "0")
    assert refused.returncode == 2
    assert "`after_commit`" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_server_says_so_loudly(serve: Serve, talkoot_sqlite: Talkoot) -> None:
    assert "FAILPOINTS ARE ON" in serve(fail="bus_double:0").log
    assert "FAILPOINTS" not in talkoot_sqlite.log


def test_every_place_is_in_the_table() -> None:
    source = Path(talkoot.__file__).parent.rglob("*.py")
    used = {name for file in source for name in re.findall(r'\bhit\("(\w+)"\)', file.read_text())}
    assert used <= failpoints.POINTS.keys()
