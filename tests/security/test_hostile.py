"""Row 53: a short run of the hostile inputs; `make hostile` is the long one."""

from pathlib import Path

import pytest

from tests.conftest import make_talkoot
from tests.security.hostile.run import Bounds, run

INPUTS, SEED = 2000, 1


async def test_row_53_hostile_inputs_harm_nothing(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    more = {"log_format": "json", "max_connections_per_user": "1000"}
    talkoot = make_talkoot("sqlite", tmp_path / "data", request, **more).start()
    try:
        result = await run(talkoot, INPUTS, SEED, remembered=0)
    finally:
        talkoot.stop()
    assert sum(result.sent.values()) > INPUTS * 0.95
    # Memory and times of so few say nothing; the long run looks at them.
    assert result.wrong(Bounds(lag_seconds=5.0, growth_mib=500.0)) == []
    assert {200, 400, 404, 422} <= result.statuses.keys()
    assert {0, 4400, 1002} <= result.closed.keys()
