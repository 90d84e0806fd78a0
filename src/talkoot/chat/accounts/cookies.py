"""The cookies of the web client: of its session, and of somebody between the two steps of signing in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkoot.chat.accounts.factors.waiting import find_waiting
from talkoot.kernel.clock import SECOND

if TYPE_CHECKING:
    from uuid import UUID

    from fastapi import Request, Response

    from talkoot.chat.accounts.factors.waiting import Waiting
    from talkoot.chat.accounts.gate import Gate


def cookie_name(gate: Gate) -> str:
    """`__Host-` binds the cookie to this host and to https; browsers refuse that prefix over plain http."""
    return "__Host-talkoot" if gate.kernel.settings.secure else "talkoot"


def cookie_value(session: UUID, secret: str) -> str:
    """What the cookie carries."""
    return f"{session.hex}.{secret}"


def set_cookie(response: Response, gate: Gate, value: str, expires_at: int) -> None:
    """Let the browser keep the session until it expires."""
    _keep(response, gate, cookie_name(gate), value, expires_at)


def clear_cookie(response: Response, gate: Gate) -> None:
    """Let the browser forget the session."""
    set_cookie(response, gate, "", 0)


def step_cookie_name(gate: Gate) -> str:
    """The cookie of whoever has still to take the second step."""
    return f"{cookie_name(gate)}-step"


def set_step_cookie(response: Response, gate: Gate, waiting: Waiting) -> None:
    """Let the browser keep for some minutes that the first step was right."""
    value = waiting.cookie(gate.kernel.secrets)
    _keep(response, gate, step_cookie_name(gate), value, waiting.ends)


def clear_step_cookie(response: Response, gate: Gate) -> None:
    """Let the browser forget it."""
    _keep(response, gate, step_cookie_name(gate), "", 0)


def waiting_in(request: Request, gate: Gate) -> Waiting | None:
    """Who has still to take the second step in this browser."""
    cookie = request.cookies.get(step_cookie_name(gate), "")
    return find_waiting(gate.kernel.secrets, cookie, gate.kernel.clock.now())


def _keep(response: Response, gate: Gate, name: str, value: str, expires_at: int) -> None:
    left = max(0, expires_at - gate.kernel.clock.now()) // SECOND
    response.set_cookie(
        name,
        value,
        max_age=left,
        path="/",
        secure=gate.kernel.settings.secure,
        httponly=True,
        samesite="lax",
    )
