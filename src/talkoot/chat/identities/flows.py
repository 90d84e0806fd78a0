"""A sign-in on its way: bound to one browser by a cookie, to one provider, and to a few minutes.

Nothing secret is in the cookie: nonce and PKCE verifier are derived from the state with the server's key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING
from uuid import UUID

from talkoot.chat.identities.claims import SignInRefused
from talkoot.kernel.clock import MINUTE
from talkoot.kernel.ids import new_token
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from talkoot.kernel.secrets import Secrets

LASTS = 10 * MINUTE
_PURPOSE, _PARTS = "sign-in-flow", 6


class Flow(Value, frozen=True):
    """One sign-in, or, with `session`, one linking to the account of that session.

    `mark` is that of the memory of what was used, when it began: whatever that forgets, it ends once.
    """

    provider: str
    state: str
    return_to: str
    expires_at: int
    mark: str
    session: UUID | None = None

    def nonce(self, secrets: Secrets) -> str:
        """What the ID token has to repeat."""
        return secrets.sign("sign-in-nonce", self.state)

    def verifier(self, secrets: Secrets) -> str:
        """What only this server can show when it redeems the code (RFC 7636)."""
        return secrets.sign("sign-in-verifier", self.state)

    def challenge(self, secrets: Secrets) -> str:
        """The S256 challenge of the verifier."""
        digest = hashlib.sha256(self.verifier(secrets).encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def cookie(self, secrets: Secrets) -> str:
        """What the browser keeps meanwhile."""
        session = self.session.hex if self.session else "-"
        path = base64.urlsafe_b64encode(self.return_to.encode()).decode().rstrip("=")
        parts = (self.provider, self.state, session, path, self.expires_at, self.mark)
        return secrets.token(_PURPOSE, *parts)


def new_flow(provider: str, return_to: str, now: int, mark: str, session: UUID | None = None) -> Flow:
    """A sign-in that begins now."""
    return Flow(provider, new_token(), return_to, now + LASTS, mark, session)


def read_flow(secrets: Secrets, cookie: str, *, provider: str, state: str, now: int) -> Flow:
    """The sign-in that this browser began with this provider and state; SignInRefused if there is none."""
    parts = secrets.read_token(_PURPOSE, cookie)
    if parts is None or len(parts) != _PARTS:  # the version before had less to say
        raise _lost("this browser has not begun it")
    begun_with, own_state, session, path, expires, mark = parts
    if begun_with != provider:
        raise _lost("it began with another provider")
    if not hmac.compare_digest(own_state.encode(), state.encode("utf-8", "replace")):
        raise _lost("it began with another state")
    if int(expires) <= now:
        raise _lost("it began too long ago")
    return_to = base64.urlsafe_b64decode(path + "=" * (-len(path) % 4)).decode()
    linking = UUID(hex=session) if session != "-" else None
    return Flow(provider, own_state, return_to, int(expires), mark, linking)


def _lost(reason: str) -> SignInRefused:
    return SignInRefused(reason, code="flow_lost")
