"""How many examples a test tries that makes them up: few in every run, more in a long one."""

import os


def examples(few: int) -> int:
    """So many, or what TALKOOT_TEST_EXAMPLES says."""
    return int(os.environ.get("TALKOOT_TEST_EXAMPLES") or few)
