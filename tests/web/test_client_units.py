"""The web client's own tests and types, as part of the one test run."""

import pytest

from tools import in_web

PROGRAMS = {
    "units": ("vitest/vitest.mjs", "run"),
    "types": ("svelte-check/bin/svelte-check", "--tsconfig", "./tsconfig.json", "--fail-on-warnings"),
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("what", PROGRAMS)
def test_the_web_client_passes(what: str) -> None:
    done = in_web.run(*PROGRAMS[what])
    assert done.returncode == 0, done.stdout
