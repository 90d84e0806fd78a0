"""The two halves of a sign-in with a provider: sending a browser there, and what it brings back."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from talkoot.chat.accounts.authentication import admit_cookie
from talkoot.chat.identities.actions import close_sessions_begun_with, come_in, link_identity
from talkoot.chat.identities.claims import SignInRefused
from talkoot.chat.identities.exchange import github_authorize, redeem
from talkoot.chat.identities.flows import LASTS, new_flow, read_flow
from talkoot.chat.identities.id_tokens import LEEWAY, read_logout_token
from talkoot.chat.identities.rules import require_admitted
from talkoot.kernel.clock import SECOND
from talkoot.kernel.errors import NotAuthenticated
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from uuid import UUID

    from talkoot.chat.accounts.actions import Device, OpenedSession
    from talkoot.chat.accounts.actors import Actor
    from talkoot.chat.accounts.gate import Gate
    from talkoot.chat.identities.desk import Desk
    from talkoot.chat.identities.flows import Flow

log = logging.getLogger("talkoot.identities")


class Callback(Value, frozen=True):
    """What a browser brings back from a provider, and what it kept meanwhile."""

    provider: str
    state: str
    code: str
    error: str
    iss: str | None
    flow_cookie: str
    session_cookie: str
    redirect_uri: str


async def begin(
    desk: Desk, provider: str, *, mark: str, redirect_uri: str, return_to: str, session: UUID | None
) -> tuple[str, Flow]:
    """The address that a browser has to go to, and the sign-in that it keeps meanwhile.

    `mark` stands for the memory of what was used.
    """
    discovery, secrets = desk.discovery(provider), desk.kernel.secrets
    chosen = discovery.provider
    github = chosen.kind == "github"
    endpoint = github_authorize(chosen) if github else (await discovery.metadata()).authorization_endpoint
    if urlsplit(endpoint).scheme not in {"https", urlsplit(chosen.issuer).scheme}:
        raise SignInRefused("the provider names a page that is not https")
    flow = new_flow(provider, return_to, desk.kernel.clock.now(), mark, session)
    asked = {
        "response_type": "code",
        "client_id": chosen.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(chosen.scopes),
        "state": flow.state,
        "code_challenge": flow.challenge(secrets),
        "code_challenge_method": "S256",
    }
    if not github:
        asked["nonce"] = flow.nonce(secrets)
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}", flow


async def finish(desk: Desk, gate: Gate, back: Callback, device: Device) -> tuple[Flow, OpenedSession | None]:
    """A session for who came back, or None when the identity was linked; SignInRefused, saying why."""
    flow = await _expected(desk, gate, back)
    provider = desk.providers[flow.provider]
    who = await redeem(desk, flow, back.code, back.redirect_uri)
    require_admitted(provider, who)
    if who.groups_missing:
        log.warning("%s left out somebody's groups: they count as none", provider.id)
    if flow.session is not None:
        actor = await _same_session(gate, back.session_cookie, flow.session)
        await gate.kernel.uow.run(lambda tx: link_identity(tx, actor, provider, who), key=actor.user)
        log.info("%s linked an identity at %s", actor.user, provider.id)
        return flow, None
    opened = await gate.kernel.uow.run(lambda tx: come_in(tx, provider, who, device, gate.session_days))
    log.info(
        "%s signed in with %s from %s, session %s", opened.user, provider.id, device.address, opened.session
    )
    return flow, opened


async def sign_out_elsewhere(desk: Desk, gate: Gate, provider: str, token: str) -> int:
    """Close what a logout token of the provider names; how many sessions. It works once."""
    discovery = desk.discovery(provider)
    claims = await read_logout_token(discovery, token, desk.seconds)
    life = max(1, int(claims["exp"]) + LEEWAY - desk.seconds)
    mark = await gate.tickets.mark()  # the provider made the token, with no mark of ours in it
    if not await gate.tickets.use(f"logout.{provider}.{claims['jti']}", life, mark):
        raise SignInRefused("the logout token was used before")
    issuer, subject, sid = str(claims["iss"]), claims.get("sub"), claims.get("sid")
    closed = await gate.kernel.uow.run(lambda tx: close_sessions_begun_with(tx, issuer, subject, sid))
    log.info("%s signed somebody out, %d sessions", provider, closed)
    return closed


async def _expected(desk: Desk, gate: Gate, back: Callback) -> Flow:
    """The sign-in that this is the end of, which it can be only once."""
    discovery = desk.discovery(back.provider)
    flow = read_flow(
        desk.kernel.secrets,
        back.flow_cookie,
        provider=back.provider,
        state=back.state,
        now=desk.kernel.clock.now(),
    )
    if not await gate.tickets.use(f"flow.{flow.state}", LASTS / SECOND, flow.mark):
        raise SignInRefused("it came to an end before", code="flow_lost")
    if discovery.provider.kind != "github":
        metadata = await discovery.metadata()
        told = back.iss is not None or metadata.authorization_response_iss_parameter_supported
        if told and back.iss != metadata.issuer:
            raise SignInRefused("another issuer answered")
    if back.error or not back.code:
        raise SignInRefused("the provider did not agree", code="provider_refused")
    return flow


async def _same_session(gate: Gate, cookie: str, session: UUID) -> Actor:
    try:
        actor = (await admit_cookie(gate, cookie)).actor
    except NotAuthenticated:
        raise SignInRefused("whoever began to link has left", code="flow_lost") from None
    if actor.session != session:
        raise SignInRefused("somebody else began to link", code="flow_lost")
    return actor
