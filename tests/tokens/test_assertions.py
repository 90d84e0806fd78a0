"""The grant `jwt-bearer`: a host application signs its own users in, and nobody else does."""

import asyncio
import time
import uuid

import pytest
import pytest_asyncio
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from tests.clients import Json, Socket
from tests.servers.issuer import Issuer
from tests.tokens.hosts import Host, register
from tests.workspaces import Workspace


@pytest_asyncio.fixture
async def host(workspace: Workspace) -> Host:
    return await register(workspace)


async def test_a_newcomer_gets_an_account_and_finds_it_again(workspace: Workspace, host: Host) -> None:
    name = f"ada{uuid.uuid4().hex[:6]}"
    async with await host.come(name="Ada Löv", preferred_username=name, email="owner@example.org") as ada:
        assert (ada.user["username"], ada.user["display_name"], ada.user["email"]) == (name, "Ada Löv", None)
        assert [each["id"] for each in (await ada.get("/workspaces"))["items"]] == [workspace.id]
        assert (await ada.get("/workspaces"))["items"][0]["role"] == "member"
        async with await host.come(name="Ada Lovelace") as again, await Socket.of(again) as socket:
            assert again.user["id"] == ada.user["id"]
            assert again.user["display_name"] == "Ada Lovelace"
            assert socket.welcome["user"]["id"] == ada.user["id"]
    async with await host.come(sub="u-2", preferred_username=name) as other:
        assert other.user["id"] != ada.user["id"]
        assert other.user["username"] != name
    another = await register(workspace)
    async with await another.come() as stranger:  # the same subject of another application is somebody else
        assert stranger.user["id"] != ada.user["id"]


async def test_row_09_and_10_an_assertion_that_is_not_right_gets_nothing(host: Host) -> None:
    now = int(time.time())
    wrong: list[Json] = [
        {"aud": "somebody-else"},
        {"aud": None},
        {"aud": [{"talkoot": 1}]},
        {"iss": "somebody-else"},
        {"iss": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"jti": None},
        {"jti": 7},
        {"iat": None},
        {"exp": None},
        {"exp": now - 1, "iat": now - 61},
        {"exp": now + 600},
        {"iat": now + 300, "exp": now + 500},
        {"nbf": now + 300},
        {"exp": "tomorrow"},
        {"role": "owner"},
        {"role": "admin"},
        {"rooms": [str(uuid.uuid4())]},
        {"rooms": "all"},
    ]
    for claims in wrong:
        assert await host.refused(host.sign(**claims)), claims
    for header in ({"jku": "https://example.org/keys"}, {"x5u": "https://example.org"}, {"typ": "at+jwt"}):
        assert await host.refused(host.sign(header)), header
    stranger = Host(host.url, host.made, OctKey.import_key("another secret of thirty-two letters"))
    assert await host.refused(stranger.sign())
    hs512 = jwt.encode({"alg": "HS512"}, host.claims(), host.key, algorithms=["HS512"])
    async with await host.come() as person:
        access = person.token
    for token in (hs512, access, "", "a.b.c", "e30.e30.", "x" * 9000):
        assert (await host.ask(token))[0] in {400, 422}, token[:20]


@pytest.mark.parametrize("kid", ["rsa", "../../rsa", "nobody"])
async def test_row_09_a_public_key_is_no_secret(workspace_sqlite: Workspace, kid: str) -> None:
    issuer = Issuer()
    keys = {"keys": [issuer.rsa.as_dict(private=False)]}
    host = await register(workspace_sqlite, issuer.rsa, algorithm="RS256", keys=keys)
    assert (await host.ask(issuer.sign(host.claims(), kid=kid)))[0] == (200 if kid == "rsa" else 400)
    for alg in ("none", "HS256"):
        assert await host.refused(issuer.sign(host.claims(), alg=alg, kid=kid))
    for odd in ({"crit": ["exp"]}, {"crit": ["x"], "x": 1}, {"jku": issuer.url}, {"jwk": keys["keys"][0]}):
        assert await host.refused(issuer.sign(host.claims(), kid=kid, **odd)), odd
    assert await host.refused(issuer.sign(host.claims(), key=issuer.stranger))
    issuer.close()


async def test_other_algorithms_sign_too(workspace_sqlite: Workspace) -> None:
    for algorithm, key in (
        ("RS256", RSAKey.generate_key(2048, {"kid": "1"})),
        ("ES256", ECKey.generate_key("P-256", {"kid": "1"})),
        ("EdDSA", OKPKey.generate_key("Ed25519", {"kid": "1"})),
    ):
        keys = {"keys": [key.as_dict(private=False)]}
        host = await register(workspace_sqlite, key, algorithm=algorithm, keys=keys)
        alg = {"EdDSA": "Ed25519"}.get(algorithm, algorithm)  # the name that is not deprecated
        assertion = jwt.encode({"alg": alg}, host.claims(), key, algorithms=[alg])
        assert (await host.ask(assertion))[0] == 200
        assert host.made["secret"] is None


async def test_row_13_of_many_uses_at_once_exactly_one_counts(host: Host) -> None:
    assertion = host.sign()
    answers = await asyncio.gather(*(host.ask(assertion) for _ in range(50)))
    assert sorted(status for status, _ in answers) == [200] + [400] * 49
    assert await host.refused(assertion)


async def test_an_application_gives_only_what_it_was_granted(workspace: Workspace) -> None:
    private, other = await workspace.room(kind="private"), await workspace.room(kind="private")
    host = await register(workspace, roles=["guest", "member"], rooms=[private])
    async with await host.come() as guest:
        assert (await guest.get("/workspaces"))["items"][0]["role"] == "guest"
        assert await guest.refusal("GET", f"/rooms/{private}") == (404, "not_found")
        assert await host.refused(host.sign(rooms=[other]))
    async with await host.come(rooms=[private], role="member") as member:
        assert (await member.get("/workspaces"))["items"][0]["role"] == "member"
        assert (await member.get(f"/rooms/{private}"))["member"] is True
        await workspace.owner.delete(f"/workspaces/{workspace.id}/members/{member.user['id']}")
    assert await host.refused(host.sign())  # who was taken out is not brought back


async def test_a_disabled_application_signs_out_whom_it_brought(workspace: Workspace, host: Host) -> None:
    path = f"/workspaces/{workspace.id}/applications/{host.made['id']}"
    async with await host.come() as person, await Socket.of(person) as socket:
        assert (await workspace.owner.patch(path, {"disabled": True}))["disabled"] is True
        assert (await socket.closed(2))[0] == 4401
        assert (await person.ask("GET", "/users/me")).status_code == 401
    assert await host.refused(host.sign())
    await workspace.owner.patch(path, {"disabled": False})
    async with await host.come():
        pass
    renewed = await workspace.owner.post(f"{path}/secret", expect=200)
    assert await host.refused(host.sign())
    async with await Host(host.url, renewed).come():
        pass


async def test_an_application_opens_an_account_only_for_as_long_as_it_vouches(
    workspace_sqlite: Workspace,
) -> None:
    host = await register(workspace_sqlite, roles=["admin"])
    bot = {"username": f"bot{uuid.uuid4().hex[:8]}", "display_name": "Deploys", "role": "member"}
    base = f"/workspaces/{workspace_sqlite.id}"
    bot = await workspace_sqlite.owner.post(f"{base}/bots", bot)
    wanted = {"name": "for later", "scopes": ["read"]}
    async with await host.come() as person:
        for method, path, body in (
            ("POST", "/users/me/tokens", wanted),
            ("POST", f"/users/me/tokens/{uuid.uuid4()}/rotate", None),
            ("POST", "/users/me/second-factor/app", None),
            ("PUT", "/users/me/second-factor/app", {"enrolment": "x", "code": "123456"}),
            ("POST", "/users/me/passkeys/start", None),
            ("POST", "/users/me/identities", {"provider": "x"}),
            ("PUT", "/users/me/address", {"email": "me@example.test"}),
            ("POST", f"{base}/bots/{bot['id']}/tokens", wanted),
            ("POST", f"{base}/applications", {"name": "Another"}),
            ("POST", f"{base}/applications/{host.made['id']}/secret", None),
        ):
            assert await person.refusal(method, path, body) == (403, "application_session"), path
        await person.post("/ws-ticket", expect=200)
        assert (await person.get("/users/me/second-factor"))["app"] is False


async def test_row_24_a_secret_is_shown_once_and_nobody_rises(workspace: Workspace, host: Host) -> None:
    path = f"/workspaces/{workspace.id}/applications"
    listed = await workspace.owner.get(path)
    assert host.made["secret"] not in str(listed)
    assert [each["id"] for each in listed["items"]] == [host.made["id"]]
    assert host.made["secret"] not in str(await workspace.owner.get(f"/workspaces/{workspace.id}/audit"))
    helper = await workspace.member()
    wanted = {"name": "helper", "permissions": ["workspace.read", "access.manage"]}
    await workspace.owner.post(f"/workspaces/{workspace.id}/roles", wanted)
    await workspace.owner.put(
        f"/workspaces/{workspace.id}/members/{helper.user['id']}", {"role": "helper"}, expect=204
    )
    for body, status in (
        ({"name": "x", "roles": ["admin"]}, 403),
        ({"name": "x", "roles": ["owner"]}, 422),
        ({"name": "x", "roles": ["nobody"]}, 422),
        ({"name": "x", "roles": ["guest"], "rooms": [str(uuid.uuid4())]}, 422),
        ({"name": "x", "algorithm": "none"}, 422),
        ({"name": "x", "algorithm": "RS256"}, 422),
        ({"name": "x", "keys_url": "https://example.org"}, 422),
    ):
        assert (await helper.ask("POST", path, body)).status_code == status, body
    key = RSAKey.generate_key(2048, {"kid": "1"})
    private: Json = {"name": "x", "algorithm": "RS256", "keys": {"keys": [key.as_dict(private=True)]}}
    assert await workspace.owner.refusal("POST", path, private) == (422, "invalid")
    taken = {"name": "x", "issuer": host.made["issuer"]}
    assert await workspace.owner.refusal("POST", path, taken) == (409, "conflict")
