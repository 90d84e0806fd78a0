"""From the code that a browser brings back to who the person is: asked of the provider directly."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from talkoot.chat.identities.claims import Assertion, SignInRefused
from talkoot.chat.identities.id_tokens import read_id_token
from talkoot.kernel.outgoing import OutgoingError

if TYPE_CHECKING:
    from talkoot.chat.identities.desk import Desk
    from talkoot.chat.identities.flows import Flow
    from talkoot.chat.identities.providers import Provider

_OK = 200
_GITHUB = "https://github.com"
_AGENT = {"User-Agent": "talkoot", "Accept": "application/json"}


async def redeem(desk: Desk, flow: Flow, code: str, redirect_uri: str) -> Assertion:
    """Who a code is about; SignInRefused when the provider does not say so beyond doubt."""
    provider = desk.providers[flow.provider]
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": flow.verifier(desk.kernel.secrets),
    }
    if provider.kind == "github":
        return await _from_github(desk, provider, form)
    return await _from_openid(desk, flow, form)


def github_authorize(provider: Provider) -> str:
    """Where a browser signs in at GitHub, which publishes no metadata."""
    return f"{provider.base}/login/oauth/authorize"


async def _from_openid(desk: Desk, flow: Flow, form: dict[str, str]) -> Assertion:
    discovery = desk.discovery(flow.provider)
    provider, metadata = discovery.provider, await discovery.metadata()
    methods = metadata.token_endpoint_auth_methods_supported
    basic = bool(provider.secret) and "client_secret_basic" in methods
    tokens = await _token(desk, provider, metadata.token_endpoint, form, basic=basic)
    id_token = tokens.get("id_token")
    if not isinstance(id_token, str):
        raise SignInRefused("the provider gave no ID token")
    claims = await read_id_token(discovery, id_token, flow.nonce(desk.kernel.secrets), desk.seconds)
    if provider.kind != "entra" and metadata.userinfo_endpoint and tokens.get("access_token"):
        claims = await _with_userinfo(desk, metadata.userinfo_endpoint, tokens["access_token"], claims)
    return _assertion(provider, claims)


async def _token(
    desk: Desk, provider: Provider, url: str, form: dict[str, str], *, basic: bool
) -> dict[str, Any]:
    headers = dict(_AGENT)
    if basic:
        pair = f"{quote(provider.client_id, safe='')}:{quote(provider.secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        form = {**form, "client_id": provider.client_id}
        if provider.secret:
            form["client_secret"] = provider.secret
    try:
        answer = await desk.kernel.outgoing.post(url, form, headers=headers)
    except OutgoingError as error:
        raise SignInRefused(str(error)) from None
    tokens = _decoded(answer.body)
    if answer.status != _OK or not isinstance(tokens, dict) or "error" in tokens:
        told = tokens.get("error") if isinstance(tokens, dict) else ""
        raise SignInRefused(f"the provider refused the code: {answer.status} {str(told)[:60]}")
    return tokens


async def _with_userinfo(desk: Desk, url: str, token: str, claims: dict[str, Any]) -> dict[str, Any]:
    """The claims, and those that the provider only tells there; what is signed wins.

    `email_verified` is about the address beside it, and makes no other one verified.
    """
    more = await _asked(desk, url, token)
    if not isinstance(more, dict) or more.get("sub") != claims["sub"]:
        raise SignInRefused("the provider tells of somebody else")
    if "email" not in claims:
        claims = {name: value for name, value in claims.items() if name != "email_verified"}
    elif more.get("email") != claims["email"]:
        more = {name: value for name, value in more.items() if name != "email_verified"}
    return {**more, **claims}


async def _asked(desk: Desk, url: str, token: str) -> Any:
    headers = {**_AGENT, "Authorization": f"Bearer {token}"}
    try:
        answer = await desk.kernel.outgoing.get(url, headers=headers)
    except OutgoingError as error:
        raise SignInRefused(str(error)) from None
    if answer.status != _OK:
        raise SignInRefused(f"the provider does not tell who it is: {answer.status}")
    return _decoded(answer.body)


def _assertion(provider: Provider, claims: dict[str, Any]) -> Assertion:
    subject = _text(claims, "oid") if provider.kind == "entra" else _text(claims, "sub")
    if not subject:
        raise SignInRefused("the provider does not say who it is")
    verified = claims.get("email_verified") is True and provider.kind != "entra"
    return Assertion(
        issuer=str(claims["iss"]),
        subject=subject,
        username=_text(claims, "preferred_username") or _text(claims, "nickname"),
        name=_text(claims, "name"),
        email=(_text(claims, "email") or None) if verified else None,
        domain=_text(claims, "hd") or None,
        groups=_names(claims, provider.groups_claim),
        roles=_names(claims, provider.roles_claim),
        groups_missing=_left_out(claims, provider.groups_claim),
        sid=_text(claims, "sid") or None,
    )


async def _from_github(desk: Desk, provider: Provider, form: dict[str, str]) -> Assertion:
    tokens = await _token(desk, provider, f"{provider.base}/login/oauth/access_token", form, basic=False)
    token = _text(tokens, "access_token")
    api = "https://api.github.com" if provider.base == _GITHUB else f"{provider.base}/api/v3"
    user, emails = await _asked(desk, f"{api}/user", token), await _asked(desk, f"{api}/user/emails", token)
    if not isinstance(user, dict) or type(user.get("id")) is not int or not isinstance(emails, list):
        raise SignInRefused("the provider does not say who it is")
    usable = [one for one in emails if isinstance(one, dict) and one.get("verified") is True]
    primary = next((one for one in usable if one.get("primary") is True), {})
    return Assertion(
        issuer=provider.issuer,
        subject=str(user["id"]),
        username=_text(user, "login"),
        name=_text(user, "name"),
        email=_text(primary, "email") or None,
    )


def _decoded(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        raise SignInRefused("the provider's answer is not JSON") from None


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    return value[:254] if isinstance(value, str) and value.isprintable() else ""


def _names(claims: dict[str, Any], path: str) -> frozenset[str]:
    """The names at a claim, or below claims: `groups`, `https://x.example/groups`, `realm_access.roles`."""
    value: Any = claims.get(path)
    if value is None:
        value = claims
        for part in path.split("."):
            value = value.get(part) if isinstance(value, dict) else None
    return frozenset(one for one in value if isinstance(one, str)) if isinstance(value, list) else frozenset()


def _left_out(claims: dict[str, Any], groups: str) -> bool:
    """Entra ID names too many groups elsewhere (`_claim_names`); they count as none."""
    return "hasgroups" in claims or groups in (claims.get("_claim_names") or ())
