"""A browser, as far as sessions go: it keeps the cookie, and sends what the web client sends."""

from typing import Any, Self

import httpx2

from tests.clients import NO_TLS, PASSWORD, Json


class Web:
    """One browser; `headers` of a call replace those the web client would send, None leaves one out."""

    def __init__(self, url: str, **headers: str) -> None:
        self.url = url
        self.csrf = ""
        self.http = httpx2.AsyncClient(base_url=f"{url}/api/v1", headers=headers, timeout=10, verify=NO_TLS)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def sign_in(self, username: str, password: str = PASSWORD) -> Self:
        """Sign in and keep the cookie."""
        answer = await self.http.post("/auth/login", json={"username": username, "password": password})
        assert answer.status_code == 200, answer.text
        self.csrf = answer.json()["csrf"]
        return self

    async def ask(
        self, method: str, path: str, body: Json | None = None, headers: dict[str, str | None] | None = None
    ) -> httpx2.Response:
        """The plain answer, whatever its status."""
        sent = {"Origin": self.url, "X-CSRF-Token": self.csrf, **(headers or {})}
        kept = {name: value for name, value in sent.items() if value is not None}
        return await self.http.request(method, path, json=body, headers=kept)

    async def call(self, method: str, path: str, body: Json | None = None, *, expect: int = 200) -> Any:
        """The decoded answer; any status but the expected one fails the test."""
        answer = await self.ask(method, path, body)
        assert answer.status_code == expect, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None


def code_of(answer: httpx2.Response) -> tuple[int, str]:
    """Status and code of a refusal, which is a problem document."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["status"] == answer.status_code
    return answer.status_code, problem["code"]
