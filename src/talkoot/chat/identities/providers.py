"""The file of identity providers: read at the start, refused as a whole when something in it is wrong."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError, model_validator

from talkoot.settings import SettingsError

_ID = re.compile(r"[a-z0-9-]{1,32}")
_ISSUERS = {
    "google": "https://accounts.google.com",
    "github": "https://github.com",
    "entra": "https://login.microsoftonline.com",
}
_NAMES = {"google": "Google", "github": "GitHub", "entra": "Microsoft"}


class Provider(BaseModel):
    """One provider, and who may come in through it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    kind: Literal["oidc", "google", "github", "entra"] = "oidc"
    name: str = ""
    issuer: str = ""
    client_id: str
    client_secret: SecretStr = SecretStr("")
    client_secret_file: Path | None = None
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    accounts: Literal["make", "linked"] = "make"
    email_domains: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    groups_claim: str = "groups"
    roles_claim: str = "roles"
    workspaces: Literal["first", "all"] = "first"
    tenants: tuple[UUID, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _preset(cls, given: Any) -> Any:
        kind = given.get("kind", "oidc")
        filled = {"issuer": _ISSUERS.get(kind, ""), "name": _NAMES.get(kind, given["id"])}
        if kind == "github":
            filled["scopes"] = ("read:user", "user:email")
        return filled | given

    @model_validator(mode="after")
    def _fits(self) -> Self:
        parts = urlsplit(self.issuer)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("issuer must look like https://id.example.org")
        if self.kind != "github" and "openid" not in self.scopes:
            raise ValueError("scopes must have openid in them")
        if self.groups and not self.tells_groups:
            raise ValueError(f"{_NAMES[self.kind]} tells no groups")
        if (self.kind == "entra") != bool(self.tenants):
            raise ValueError("tenants lists the directory ids that may sign in, for entra and only there")
        if self.kind == "entra" and self.email_domains:
            raise ValueError("Entra ID does not verify email addresses: name tenants and groups instead")
        return self

    @property
    def tells_groups(self) -> bool:
        """Whether it may name groups or roles of people; Google and GitHub never do."""
        return self.kind in {"oidc", "entra"}

    @property
    def secret(self) -> str:
        """The secret of the client; empty for a public one."""
        return self.client_secret.get_secret_value()

    @property
    def base(self) -> str:
        """The address that everything of the provider is below."""
        return self.issuer.rstrip("/")

    @property
    def discovery_url(self) -> str:
        """Where its metadata is; for Entra ID that of its one tenant, or of all of them."""
        below = ""
        if self.kind == "entra":
            below = f"/{self.tenants[0] if len(self.tenants) == 1 else 'organizations'}/v2.0"
        return f"{self.base}{below}/.well-known/openid-configuration"

    def vouches_as(self, issuer: str, tenant: str) -> bool:
        """Whether a token of this issuer (and, for Entra ID, of this tenant) is this provider's."""
        if self.kind != "entra":
            return issuer == self.issuer
        allowed = tenant in {str(one) for one in self.tenants}
        return allowed and issuer == f"{self.base}/{tenant}/v2.0"


def load_providers(path: Path | None) -> dict[str, Provider]:
    """The providers of a file by their names; SettingsError names what is wrong, and no secret."""
    if path is None:
        return {}
    try:
        read = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"The file of identity providers {path} can not be read: {error}") from None
    tables = read.pop("providers", None)
    if read or not isinstance(tables, dict) or not all(isinstance(one, dict) for one in tables.values()):
        raise SettingsError(f"{path}: each provider is a table of its own, such as [providers.company]")
    return {name: _provider(path, name, table) for name, table in tables.items()}


def _provider(path: Path, name: str, table: dict[str, Any]) -> Provider:
    if not _ID.fullmatch(name):
        raise SettingsError(f"{path}: `{name}` must be of small letters, digits and hyphens, 32 at most")
    try:
        provider = Provider(**{**table, "id": name})
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False, include_context=False)
        said = "; ".join(
            f"{'.'.join(map(str, problem['loc']))} {problem['msg']}".strip() for problem in problems
        )
        raise SettingsError(f"{path}: the provider `{name}` can not be used: {said}") from None
    if provider.client_secret_file is None:
        return provider
    try:
        secret = provider.client_secret_file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: the secret of `{name}` can not be read: {error}") from None
    return provider.model_copy(update={"client_secret": SecretStr(secret)})
