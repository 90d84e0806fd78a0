"""A browser that goes to an identity provider and comes back, with whatever it is made to bring."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from tests.accounts.browsers import Web
from tests.servers.issuer import Issuer


@dataclass
class Visit:
    """A sign-in on its way, in one browser."""

    web: Web
    provider: str
    asked: dict[str, str]

    @property
    def nonce(self) -> str:
        return self.asked.get("nonce", "")

    async def back(self, **brought: str) -> httpx2.Response:
        """Come back with this in the address."""
        params = {"state": self.asked["state"], "code": "code", **brought}
        kept = {name: value for name, value in params.items() if value}
        return await self.web.http.get(f"/auth/providers/{self.provider}/callback", params=kept)

    async def with_token(self, issuer: Issuer, id_token: str, **brought: str) -> httpx2.Response:
        """Come back with a code for which the issuer gives this ID token."""
        code = f"code-{len(issuer.asked)}"
        issuer.tokens[code] = {"access_token": "opaque", "token_type": "Bearer", "id_token": id_token}
        return await self.back(**{"code": code, **brought})

    async def as_person(self, issuer: Issuer, **claims: Any) -> httpx2.Response:
        """Come back as somebody, with everything as it should be but for these claims."""
        return await self.with_token(issuer, issuer.sign(issuer.claims(self.nonce, **claims)))


async def visit(web: Web, provider: str, /, path: str = "", **body: str) -> Visit:
    """Begin to sign in, or to link."""
    begun = await web.call("POST", path or f"/auth/providers/{provider}/start", body)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(begun["url"]).query).items()}
    return Visit(web, provider, asked)


def said(answer: httpx2.Response) -> str:
    """What a callback tells the person; empty when they are in."""
    assert answer.status_code == 303, answer.text
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    return query.get("sign_in", [""])[0]
