import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("page", ["settings_page", "protocol_page", "permissions_page"])
def test_a_generated_page_is_what_the_code_says_today(page: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", f"tools.{page}", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
