"""Access tokens that are not ours, or not any more."""

import base64
import hashlib
import hmac
import json
import time
import uuid
from typing import Any

import pytest

from tests.clients import Api, Socket, join, set_up
from tests.conftest import Serve
from tests.servers.talkoot import Talkoot

SECRET = "a secret key for the tests, long enough"
KEY = hmac.new(SECRET.encode(), b"access-token", hashlib.sha256).digest()
HEADER = {"alg": "HS256", "typ": "at+jwt"}


def encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def signed(
    claims: object, header: dict[str, Any] | None = None, key: bytes = KEY, digest: str = "sha256"
) -> str:
    value = f"{encoded(HEADER if header is None else header)}.{encoded(claims)}"
    signature = hmac.new(key, value.encode(), digest).digest()
    return f"{value}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def claims_of(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def forgeries(claims: dict[str, Any]) -> dict[str, str]:
    now = int(time.time())
    plain = f"{encoded({**HEADER, 'alg': 'none'})}.{encoded(claims)}."
    without = {
        name: {k: v for k, v in claims.items() if k != name} for name in ("exp", "sub", "sid", "aud", "iss")
    }
    return {
        "nothing": "",
        "no token": "x",
        "three dots": "a.b.c",
        "alg none": plain,
        "alg None": plain.replace(encoded({**HEADER, "alg": "none"}), encoded({**HEADER, "alg": "None"})),
        "another key": signed(claims, key=b"x" * 32),
        "an empty key": signed(claims, key=b""),
        "the secret itself as key": signed(claims, key=SECRET.encode()),
        "HS512": signed(claims, {**HEADER, "alg": "HS512"}, digest="sha512"),
        "RS256 signed with HMAC": signed(claims, {**HEADER, "alg": "RS256"}),
        "an ID token": signed(claims, {**HEADER, "typ": "JWT"}),
        "no type": signed(claims, {"alg": "HS256"}),
        "unknown crit": signed(claims, {**HEADER, "crit": ["b64x"], "b64x": True}),
        "crit b64": signed(claims, {**HEADER, "crit": ["b64"], "b64": True}),
        "jku": signed(claims, {**HEADER, "jku": "https://evil.example/keys"}),
        "x5u": signed(claims, {**HEADER, "x5u": "https://evil.example/keys"}),
        "kid": signed(claims, {**HEADER, "kid": "../../dev/null"}),
        "jwk": signed(claims, {**HEADER, "jwk": {"kty": "oct", "k": "AAAA"}}),
        "foreign issuer": signed({**claims, "iss": "https://evil.example"}),
        "foreign audience": signed({**claims, "aud": "another"}),
        "many audiences": signed({**claims, "aud": ["talkoot", "another"]}),
        "expired": signed({**claims, "exp": now - 1}),
        "not yet": signed({**claims, "nbf": now + 600}),
        "exp as text": signed({**claims, "exp": str(now + 600)}),
        "exp without end": signed({**claims, "exp": 1e999}),
        "exp true": signed({**claims, "exp": True}),
        "another session": signed({**claims, "sid": str(uuid.uuid4())}),
        "another user": signed({**claims, "sub": str(uuid.uuid4())}),
        "no object": signed([claims]),
        **{f"without {name}": signed(rest) for name, rest in without.items()},
        "too long": signed({**claims, "more": "x" * 4000}),
    }


@pytest.fixture
def known(serve: Serve) -> Talkoot:
    return serve("sqlite", secret_key=SECRET)


async def test_row_09_only_our_own_tokens_hold(known: Talkoot) -> None:
    owner, _ = await set_up(known.url)
    claims = claims_of(owner.token)
    async with owner, Api(known.url, signed({**claims, "exp": int(time.time()) + 60})) as same:
        assert (await same.get("/users/me"))["id"] == owner.user["id"]  # so the others fail for their reason
    for what, token in forgeries(claims).items():
        async with Api(known.url) as forger:
            answer = await forger.http.get("/users/me", headers={"Authorization": f"Bearer {token}".strip()})
            assert answer.status_code == 401, what
            assert answer.headers["www-authenticate"] == "Bearer"


async def test_row_09_the_socket_refuses_them_too(known: Talkoot) -> None:
    owner, _ = await set_up(known.url)
    async with owner:
        for what, token in forgeries(claims_of(owner.token)).items():
            async with await Socket.open(known.url) as socket:
                await socket.push(op="hello", token=token)
                code, _ = await socket.closed()
                assert code == 4401, what
                assert socket.frames == []


async def test_row_09_a_token_of_one_user_with_the_session_of_another_is_refused(known: Talkoot) -> None:
    owner, workspace = await set_up(known.url)
    member = await join(owner, workspace["id"], "member")
    mixed = {**claims_of(owner.token), "sid": claims_of(member.token)["sid"]}
    async with owner, member, Api(known.url, signed(mixed)) as forger:
        assert (await forger.ask("GET", "/users/me")).status_code == 401


async def test_row_07_a_token_that_ends_ends_its_socket(known: Talkoot) -> None:
    owner, _ = await set_up(known.url)
    soon = signed({**claims_of(owner.token), "exp": int(time.time()) + 4})
    async with owner, await Socket.open(known.url) as socket:
        await socket.hello(token=soon)
        assert (await socket.closed())[0] == 4401
        async with Api(known.url, soon) as late:
            assert await late.refusal("GET", "/users/me") == (401, "token_expired")


async def test_row_07_a_newer_token_keeps_the_socket_open(known: Talkoot) -> None:
    owner, _ = await set_up(known.url)
    soon = signed({**claims_of(owner.token), "exp": int(time.time()) + 4})
    async with owner, await Socket.open(known.url) as socket:
        await socket.hello(token=soon)
        assert (await socket.ask(op="auth", token=owner.token))["op"] == "ok"
        async with Api(known.url, soon) as late:
            while (await late.ask("GET", "/users/me")).status_code == 200:
                pass
        assert (await socket.ask(op="hb"))["op"] == "hb"


async def test_row_08_tokens_leave_no_trace_in_the_log(known: Talkoot) -> None:
    owner, _ = await set_up(known.url)
    async with owner:
        await owner.ask("GET", "/users/me", access_token=owner.token)
        await owner.get("/users/me")
    assert owner.token not in known.log
    assert owner.token.rpartition(".")[2] not in known.log
