"""The file of identity providers: what can not be used stops the start, and tells no secret."""

from pathlib import Path
from uuid import UUID

import pytest

from talkoot.chat.identities.providers import load_providers
from talkoot.settings import SettingsError
from tests.servers.talkoot import Talkoot

ISSUER = "issuer = 'https://x.test'\n"
WRONG = {
    "no issuer": ("[providers.x]\nclient_id = 'a'", "issuer must look like"),
    "a misspelt line": (f"[providers.x]\n{ISSUER}client_id = 'a'\nclient_secrt = 'hush'", "client_secrt"),
    "a secret of the wrong type": (
        f"[providers.x]\n{ISSUER}client_id = 'a'\nclient_secret = ['hush']",
        "client_secret",
    ),
    "no client": (f"[providers.x]\n{ISSUER}", "client_id"),
    "any tenant": ("[providers.x]\nkind = 'entra'\nclient_id = 'a'", "tenants"),
    "addresses that nobody verified": (
        f"[providers.x]\nkind = 'entra'\nclient_id = 'a'\nemail_domains = ['x']\ntenants = ['{UUID(int=1)}']",
        "does not verify",
    ),
    "groups of GitHub": ("[providers.x]\nkind = 'github'\nclient_id = 'a'\ngroups = ['a']", "no groups"),
    "a name for an address": (f"[providers.'x/y']\n{ISSUER}client_id = 'a'", "small letters"),
    "a secret that is not there": (
        f"[providers.x]\n{ISSUER}client_id = 'a'\nclient_secret_file = '/nowhere/at/all'",
        "the secret of `x` can not be read",
    ),
    "no TOML": ("nonsense", "can not be read"),
    "another table": ("[provider.x]", "a table of its own"),
}


@pytest.mark.parametrize(("text", "told"), WRONG.values(), ids=WRONG.keys())
def test_a_file_that_can_not_be_used_says_why(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "providers.toml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=told) as stopped:
        load_providers(path)
    assert "hush" not in str(stopped.value)


def test_presets_need_no_addresses(tmp_path: Path) -> None:
    path = tmp_path / "providers.toml"
    path.write_text(
        "[providers.a]\nkind='google'\nclient_id='x'\n[providers.b]\nkind='github'\nclient_id='x'"
    )
    found = load_providers(path)
    assert (found["a"].discovery_url, found["a"].name) == (
        "https://accounts.google.com/.well-known/openid-configuration",
        "Google",
    )
    assert (found["b"].issuer, found["b"].scopes) == ("https://github.com", ("read:user", "user:email"))


def test_a_server_does_not_start_with_such_a_file(tmp_path: Path) -> None:
    (tmp_path / "wrong.toml").write_text("[providers.x]\nclient_id = 'a'\nclient_secret = 'hush'")
    talkoot = Talkoot(tmp_path / "data", identity_providers=str(tmp_path / "wrong.toml"))
    done = talkoot.run("serve", "--port", "0")
    assert done.returncode == 2, done.stderr
    assert "issuer must look like" in done.stderr
    assert "hush" not in done.stderr
