"""Fixtures: one issuer that says what it is told to, and one server that knows it under several names."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from tests.accounts.browsers import Web
from tests.clients import Api, set_up
from tests.servers.issuer import Issuer
from tests.servers.molds import with_tables
from tests.servers.talkoot import Talkoot

TENANT = "9122040d-6c67-4c5b-b112-36a304b66dad"
OTHER_TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"
CLIENT_SECRET = "this-secret-is-never-told-to-anybody-1A"
FILE = """
[providers.company]
name = "The company"
issuer = "{company}"
client_id = "talkoot"
client_secret = "{secret}"

[providers.other]
issuer = "{other}"
client_id = "talkoot"
client_secret_file = "{secret_file}"

[providers.members]
issuer = "{company}"
client_id = "talkoot"
accounts = "linked"

[providers.crew]
issuer = "{company}"
client_id = "talkoot"
groups = ["crew"]
email_domains = ["example.org"]

[providers.teller]
issuer = "{company}/teller"
client_id = "talkoot"
email_domains = ["example.org"]

[providers.office]
kind = "entra"
issuer = "{company}"
client_id = "talkoot"
tenants = ["{tenant}", "{third}"]
groups = ["11111111-aaaa", "Chat.User"]

[providers.hub]
kind = "github"
issuer = "{company}"
client_id = "talkoot"
client_secret = "{secret}"
"""


@dataclass
class Site:
    """One server, its providers, and its owner."""

    talkoot: Talkoot
    issuer: Issuer
    other: Issuer
    owner: Api

    def browser(self) -> Web:
        """A browser that nobody is signed in with."""
        return Web(self.talkoot.url)


@pytest.fixture(scope="module")
def issuers() -> Iterator[tuple[Issuer, Issuer]]:
    company, other = Issuer().publish(), Issuer()
    other.publish(authorization_response_iss_parameter_supported=True)
    company.publish("/organizations/v2.0", f"{company.url}/{{tenantid}}/v2.0")
    company.publish("/teller", userinfo_endpoint=f"{company.url}/userinfo")
    yield company, other
    company.close()
    other.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(
    issuers: tuple[Issuer, Issuer], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    (folder / "secret").write_text(CLIENT_SECRET + "\n")
    providers = folder / "providers.toml"
    company, other = issuers
    third = "6babcaad-604b-40ac-a9d7-9fd97c0b779f"
    filled = FILE.format(
        company=company.url,
        other=other.url,
        secret=CLIENT_SECRET,
        secret_file=folder / "secret",
        tenant=TENANT,
        third=third,
    )
    providers.write_text(filled)
    talkoot = make(folder, providers)
    owner, _ = await set_up(talkoot.url)
    async with owner:
        yield Site(talkoot, company, other, owner)
    talkoot.stop()


def make(folder: Path, providers: Path) -> Talkoot:
    settings = {"identity_providers": str(providers), "outgoing_networks": "127.0.0.0/8"}
    return with_tables(Talkoot(folder / "data", **settings)).start()
