"""Ids that come of Slack's own, so that what is brought again is known."""

from __future__ import annotations

import hashlib
import re
from uuid import UUID, uuid5

BEFORE_SLACK = 1_000_000_000_000_000  # microseconds since the epoch: all that Slack has is newer
_TS = re.compile(r"([0-9]{1,11})\.([0-9]{1,6})")


def moment_of_ts(ts: str, now: int) -> int | None:
    """Microseconds since the epoch for `1512085950.000216`; None for what is no time before `now`."""
    found = _TS.fullmatch(ts)
    moment = int(found[1]) * 1_000_000 + int(found[2].ljust(6, "0")) if found else 0
    return moment if is_of_slack(moment, now) else None


def is_of_slack(moment: int, now: int) -> bool:
    """Whether Slack can have told of this moment."""
    return BEFORE_SLACK <= moment <= now


def derived_id(workspace: UUID, moment: int, *names: str) -> UUID:
    """A UUIDv7 of this moment (RFC 9562), always the same for the same names in a workspace."""
    digest = hashlib.sha256("\0".join((workspace.hex, *names)).encode("utf-8", "surrogatepass")).digest()
    random = int.from_bytes(digest[:10], "big")
    value = (moment // 1000 & (1 << 48) - 1) << 80 | 7 << 76 | (random >> 64 & 0xFFF) << 64
    return UUID(int=value | 2 << 62 | random & (1 << 62) - 1)


def cid_of(workspace: UUID, channel: str, ts: str) -> UUID:
    """What makes a message unique for ever."""
    return uuid5(workspace, f"slack:{channel}:{ts}")
