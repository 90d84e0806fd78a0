"""How often mail can be asked for, and links be guessed; counted for all servers together."""

from __future__ import annotations

from talkoot.kernel.rate_limits import Rule

RESET_CLIENT = Rule("reset-client", limit=20, period_seconds=3600, burst=10)
RESET_LOGIN = Rule("reset-login", limit=6, period_seconds=3600, burst=3)
WRONG_LINK = Rule("wrong-link", limit=30, period_seconds=60)
