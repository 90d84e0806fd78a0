"""The one table of settings: name, type, default and help; flags, environment, file and docs come from it."""

from __future__ import annotations

import json
from email.utils import parseaddr
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field, SecretStr, ValidationInfo, field_validator

from talkoot.file_settings import FileSettings
from talkoot.telling_settings import TellingSettings

PREFIX = "TALKOOT_"


LANGUAGES = (
    "arabic armenian basque catalan czech danish dutch english esperanto estonian finnish french german greek"
    " hindi hungarian indonesian irish italian lithuanian nepali norwegian persian polish portuguese romanian"
    " russian serbian spanish swedish tamil turkish yiddish"
)
"""Those with rules for the endings of words."""


class SettingsError(Exception):
    """The settings can not be used; the text says which one and what to do."""


class Settings(FileSettings, TellingSettings):
    """Everything that can be chosen from outside. Flags win over the environment, that over the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(
        8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one and prints it."
    )
    worker_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="Port where `talkoot worker` tells its health and metrics; 0 takes a free one.",
    )
    data: Path = Field(
        Path("talkoot-data"), description="Folder for the database file, the key and the logs."
    )
    database_url: str = Field(
        "",
        description="`postgresql://user:password@host/name`; empty: the file `talkoot.db` in `data`.",
    )
    database_replica_url: str = Field(
        "", description="A streaming standby, asked for what may be a moment behind: what a search proposes."
    )
    database_pooler: Literal["on", "off"] = Field(
        "off", description="`on` behind a pooler that gives each transaction another connection: pgbouncer."
    )
    database_connect_seconds: float = Field(
        5.0, gt=0, le=60, description="PostgreSQL: for a new connection, before it counts as away."
    )
    database_statement_seconds: float = Field(
        15.0, gt=0, le=300, description="PostgreSQL: for one statement, before it is ended."
    )
    database_lock_seconds: float = Field(
        5.0,
        gt=0,
        le=300,
        description="PostgreSQL: for a row that somebody else is writing; twice as long for a server before"
        " this one to be gone.",
    )
    database_idle_seconds: float = Field(
        30.0, gt=0, le=300, description="PostgreSQL: for a transaction in which nothing happens."
    )
    redis_url: str = Field(
        "",
        description="`redis://:password@host`: several servers on one PostgreSQL tell each other through it.",
    )
    check_seconds: float = Field(
        15.0,
        gt=0,
        le=60,
        description="How often a server of a cluster looks in the database for what the bus may have lost;"
        " for sessions that ended, any server every 10 seconds at least.",
    )
    secret_key: SecretStr = Field(
        SecretStr(""),
        description="At least 32 characters, signs tokens; empty: made once and kept in the data folder.",
    )
    public_url: str = Field("", description="The address people type; its origin is allowed for browsers.")
    allowed_hosts: tuple[str, ...] = Field(
        (),
        description="More names under which this server answers, with commas; that of `public_url`,"
        " addresses and `localhost` need not be named.",
    )
    allowed_origins: tuple[str, ...] = Field(
        (), description="More origins that browsers may connect from, with commas: `https://app.example.org`."
    )
    trusted_proxies: tuple[str, ...] = Field(
        (),
        description="Proxies whose `X-Forwarded-For` is believed: addresses and networks, with"
        " commas: `10.0.0.0/8`.",
    )
    registration: Literal["open", "invite", "closed"] = Field(
        "invite", description="Who may make an account: anybody, people with an invitation, nobody."
    )
    anonymous_readers: Literal["on", "off"] = Field(
        "off", description="`on`: rooms whose entries let everyone read can be read without an account."
    )
    second_factor: Literal["optional", "administrators", "everybody"] = Field(
        "optional",
        description="Who has to set up a second factor, an authenticator app or a passkey, before anything"
        " else: nobody, those who manage a workspace, all who sign in with a password.",
    )
    identity_providers: Path | None = Field(
        None,
        description="A TOML file of the providers that people may sign in with; see Signing in.",
    )
    outgoing_networks: tuple[str, ...] = Field(
        (),
        description="Private networks that this server may send requests to, with commas, such as that of"
        " one's own identity provider: `10.1.0.0/16`.",
    )
    member_networks: tuple[str, ...] = Field(
        (),
        description="Private networks where members may have this server look for previews of links, and hand"
        " over what is pushed. What stands there can then be seen by whoever may write.",
    )
    link_previews: Literal["on", "off"] = Field(
        "on",
        description="Whether pages that messages link to are looked at, by a job, to show what they say of"
        " themselves; a workspace can do without.",
    )
    mail_from: str = Field(
        "", description="The sender of mail: `chat@example.org` or `Our chat <chat@example.org>`."
    )
    smtp_host: str = Field(
        "", description="The server that mail is given to; empty: none is sent, and links are made by hand."
    )
    smtp_port: int = Field(
        0, ge=0, le=65535, description="Its port; 0 is 587, or 465 with `tls`, or 25 with `off`."
    )
    smtp_tls: Literal["starttls", "tls", "off"] = Field(
        "starttls",
        description="`starttls` asks for encryption first and insists on it, `tls` begins with it.",
    )
    smtp_user: str = Field("", description="The name to sign in with there; empty: without.")
    smtp_password: SecretStr = Field(SecretStr(""), description="The password to sign in with there.")
    smtp_password_file: Path | None = Field(
        None, description="A file with that password, instead of `smtp_password`."
    )
    verified_address: Literal["optional", "required"] = Field(
        "optional",
        description="`required`: who signs in with a password needs an email address that was confirmed.",
    )
    rate_limits: Literal["on", "off"] = Field(
        "on", description="`off` is for benchmarks only; the log says so at every start."
    )
    gateway: Literal["own", "asgi"] = Field(
        "own",
        description="Who reads the sockets: our own protocol, or `asgi`, the plain and slower fallback.",
    )
    log_format: Literal["auto", "text", "json"] = Field(
        "auto", description="`auto` is text on a terminal and JSON otherwise."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least that is logged."
    )
    log_file: Path | None = Field(
        None, description="Also log to this file; it rotates at 10 MB, five are kept."
    )
    migrate: Literal["auto", "off"] = Field(
        "auto",
        description="`auto` migrates SQLite, and fills an empty PostgreSQL; else `talkoot migrate` does it.",
    )
    readers: int = Field(
        4, ge=1, le=64, description="Connections that read from the database at the same time."
    )
    writers: int = Field(
        2, ge=1, le=32, description="PostgreSQL: writers, chosen by room. SQLite always has one."
    )
    search: Literal["on", "off"] = Field(
        "on", description="Whether messages can be searched; the index needs about as much space as they do."
    )
    search_languages: tuple[str, ...] = Field(
        ("english",),
        description="Languages by whose rules `run` finds `running`, with commas; empty: words as they are."
        " Another choice makes the index again.",
    )
    access_token_minutes: int = Field(15, ge=1, le=1440, description="Life of an access token.")
    session_days: int = Field(
        30, ge=1, le=365, description="A session ends when it was not used for so long."
    )
    token_days: int = Field(
        0,
        ge=0,
        le=3650,
        description="Longest life of a token that is made for a program or a bot; 0: it may live for ever.",
    )
    export_days: int = Field(
        7, ge=1, le=90, description="How long the file with somebody's data can be fetched after it was made."
    )
    deletion_days: int = Field(
        14,
        ge=0,
        le=90,
        description="How long an account that is to be deleted is kept; signing in before that keeps it.",
    )
    max_connections: int = Field(
        15_000, ge=1, description="Sockets in this process; more are told to come later."
    )
    max_connections_per_user: int = Field(50, ge=1, description="Sockets of one person in this process.")
    max_connections_per_address: int = Field(
        500, ge=1, description="Sockets from one address in this process."
    )
    drain_seconds: float = Field(
        10.0, ge=0, le=600, description="Time over which clients are sent away at a stop."
    )
    jobs_at_once: int = Field(4, ge=1, le=64, description="Jobs that run in one process at the same time.")
    job_lease_seconds: float = Field(
        60.0,
        ge=1,
        le=3600,
        description="How long a job stays with a process that died, before another one takes it up.",
    )
    hello_rate: float = Field(
        500.0, gt=0, description="Sockets admitted per second before others have to wait."
    )
    admission_seconds: float = Field(
        10.0,
        gt=0,
        le=60,
        description="How long who signs in again waits for a turn before being told to come back.",
    )
    max_body_bytes: int = Field(1_048_576, ge=1024, description="Largest HTTP request body, files excepted.")
    max_export_mb: int = Field(
        1000, ge=1, le=100_000, description="Largest file with somebody's data; it stands in the database."
    )
    body_seconds: float = Field(
        30.0, gt=0, le=3600, description="Time in which the whole body of an HTTP request has to come."
    )
    metrics: Literal["open", "local", "off"] = Field(
        "local", description="Who may read `/metrics`: anybody, this machine and its trusted proxies, nobody."
    )
    fail: str = Field(
        "", description="Failpoints to turn on, `name:probability` with commas: the server breaks on purpose."
    )

    @field_validator("public_url", "database_url", "database_replica_url", "redis_url")
    @classmethod
    def _trim(cls, value: str) -> str:
        return value.strip().rstrip("/")

    @field_validator(
        "allowed_hosts",
        "allowed_origins",
        "trusted_proxies",
        "outgoing_networks",
        "member_networks",
        "search_languages",
        mode="before",
    )
    @classmethod
    def _list(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        parts = json.loads(value) if value.lstrip().startswith("[") else value.split(",")
        return tuple(stripped for part in parts if (stripped := part.strip()))

    @field_validator("trusted_proxies", "outgoing_networks", "member_networks")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for entry in value:
            ip_network(entry, strict=False)  # raises ValueError, which names the entry
        return value

    @field_validator("search_languages")
    @classmethod
    def _are_languages(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := [name for name in value if name not in LANGUAGES.split()]:
            raise ValueError(f"{unknown[0]} is none of them: {LANGUAGES}")
        return value

    @field_validator("public_url")
    @classmethod
    def _is_origin(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).hostname):
            raise ValueError("it must look like https://chat.example.org")
        return value

    @field_validator("redis_url")
    @classmethod
    def _is_redis(cls, value: str, info: ValidationInfo) -> str:
        if value and (urlsplit(value).scheme not in {"redis", "rediss"} or not urlsplit(value).hostname):
            raise ValueError("it must look like redis://:password@host:6379/0")
        if value and _is_embedded(info.data.get("database_url", "")):
            raise ValueError(
                "several servers need one PostgreSQL: set database_url too, or leave redis_url empty"
            )
        return value

    @field_validator("mail_from")
    @classmethod
    def _is_sender(cls, value: str) -> str:
        if value and (not value.isprintable() or "@" not in parseaddr(value)[1]):
            raise ValueError("it must look like chat@example.org, or Our chat <chat@example.org>")
        return value

    @field_validator("smtp_host")
    @classmethod
    def _can_mail(cls, value: str, info: ValidationInfo) -> str:
        if value and not (info.data.get("public_url") and info.data.get("mail_from")):
            raise ValueError("mail also needs mail_from, and public_url, where its links lead to")
        return value

    @field_validator("verified_address")
    @classmethod
    def _can_be_verified(cls, value: str, info: ValidationInfo) -> str:
        if value == "required" and not info.data.get("smtp_host"):
            raise ValueError("nobody can confirm an address while no mail is sent: set smtp_host")
        return value

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < 32:  # noqa: PLR2004 - said in the description
            raise ValueError("it needs at least 32 characters")
        return value

    @property
    def secure(self) -> bool:
        """Whether people reach this server over https."""
        return self.public_url.startswith("https://")

    @property
    def mails(self) -> bool:
        """Whether mail is sent."""
        return bool(self.smtp_host)

    @property
    def embedded(self) -> bool:
        """Whether the database is the SQLite file in the data folder."""
        return _is_embedded(self.database_url)

    @property
    def clustered(self) -> bool:
        """Whether there may be other servers on the same database."""
        return bool(self.redis_url)


def _is_embedded(database_url: str) -> bool:
    return not database_url or database_url.startswith("sqlite")
