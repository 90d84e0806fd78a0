"""The cookie of the web client's session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.kernel.clock import SECOND

if TYPE_CHECKING:
    from uuid import UUID

    from fastapi import Response

    from talkoot.chat.accounts.gate import Gate


def cookie_name(gate: Gate) -> str:
    """`__Host-` binds the cookie to this host and to https; browsers refuse that prefix over plain http."""
    return "__Host-talkoot" if gate.kernel.settings.secure else "talkoot"


def cookie_value(session: UUID, secret: str) -> str:
    """What the cookie carries."""
    return f"{session.hex}.{secret}"


def set_cookie(response: Response, gate: Gate, value: str, expires_at: int) -> None:
    """Let the browser keep the session until it expires."""
    left = max(0, expires_at - gate.kernel.clock.now()) // SECOND
    response.set_cookie(
        cookie_name(gate),
        value,
        max_age=left,
        path="/",
        secure=gate.kernel.settings.secure,
        httponly=True,
        samesite="lax",
    )


def clear_cookie(response: Response, gate: Gate) -> None:
    """Let the browser forget the session."""
    set_cookie(response, gate, "", 0)
