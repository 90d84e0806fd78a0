"""Host applications, as tests play them."""

import time
import uuid
from typing import Any

from joserfc import jwt
from joserfc.jwk import OctKey

from tests.clients import Api, Json
from tests.workspaces import Workspace

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Host:
    """A host application: it signs with its secret, or with a key."""

    def __init__(self, url: str, made: Json, key: Any = None) -> None:
        self.url, self.made = url, made
        self.key = key or OctKey.import_key(made["secret"])

    def claims(self, **changed: Any) -> Json:
        """What a right assertion says, but for what is changed; None leaves a claim out."""
        now = int(time.time())
        right = {"iss": self.made["issuer"], "aud": self.made["audience"], "sub": "u-1", "iat": now}
        right |= {"exp": now + 60, "jti": uuid.uuid4().hex}
        return {name: value for name, value in {**right, **changed}.items() if value is not None}

    def sign(self, header: Json | None = None, **claims: Any) -> str:
        head = {"alg": self.made["algorithm"], **(header or {})}
        return jwt.encode(head, self.claims(**claims), self.key, algorithms=[self.made["algorithm"]])

    async def ask(self, assertion: str) -> tuple[int, Json]:
        """Status and answer of the token endpoint."""
        async with Api(self.url) as nobody:
            form = {"grant_type": GRANT, "assertion": assertion}
            answer = await nobody.http.post("/auth/token", data=form)
            return answer.status_code, answer.json()

    async def come(self, **claims: Any) -> Api:
        """Whom it signs in."""
        status, answer = await self.ask(self.sign(**claims))
        assert status == 200, answer
        assert answer.keys() == {"access_token", "token_type", "expires_in"}
        person = Api(self.url, answer["access_token"])
        person.user = await person.get("/users/me")
        return person

    async def refused(self, assertion: str) -> bool:
        status, answer = await self.ask(assertion)
        return (status, answer["error"], answer["code"]) == (400, "invalid_grant", "invalid_grant")


async def register(workspace: Workspace, key: Any = None, **more: Any) -> Host:
    made = await workspace.owner.post(f"/workspaces/{workspace.id}/applications", {"name": "Host", **more})
    return Host(workspace.owner.url, made, key)
