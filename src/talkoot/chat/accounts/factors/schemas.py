"""What second factors look like on the wire."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from talkoot.chat.accounts.schemas import Moment, Secret

Method = Literal["code", "passkey"]
Code = Annotated[
    str,
    Field(
        min_length=6,
        max_length=40,
        pattern=r"^[^\x00]+$",
        description="Six digits of the authenticator app, or a recovery code.",
    ),
]
Base64 = Annotated[str, StringConstraints(min_length=1, max_length=8192, pattern=r"^[A-Za-z0-9_-]+$")]
_SHOWN = r"^[^\x00-\x1f]*[^\x00-\x20][^\x00-\x1f]*$"  # one line, with something to be seen in it
PasskeyName = Annotated[str, Field(min_length=1, max_length=64, pattern=_SHOWN)]


class SecondStepOut(BaseModel):
    """The first step was right; `methods` are what can be the second one: `POST /auth/second-step`."""

    methods: list[Method]


class _Answer(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    client_data: Annotated[Base64, Field(alias="clientDataJSON")]


class Attested(_Answer):
    """What an authenticator made."""

    attestation: Annotated[Base64, Field(alias="attestationObject")]
    transports: list[Annotated[str, Field(pattern=r"^[a-z-]{1,20}$")]] = Field([], max_length=8)


class Asserted(_Answer):
    """What an authenticator signed."""

    authenticator_data: Annotated[Base64, Field(alias="authenticatorData")]
    signature: Base64
    user_handle: Annotated[Base64 | None, Field(alias="userHandle")] = None


class _Credential(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    id: Base64
    raw_id: Annotated[Base64, Field(alias="rawId")]
    type: Literal["public-key"]


class NewCredential(_Credential):
    """What `navigator.credentials.create()` gave, as its `toJSON()` writes it."""

    response: Attested


class Assertion(_Credential):
    """What `navigator.credentials.get()` gave, as its `toJSON()` writes it."""

    response: Asserted


Ceremony = Annotated[str, Field(min_length=1, max_length=512, description="What the start answered.")]


class PasskeyStarted(BaseModel):
    """What the browser's `navigator.credentials` needs; `ceremony` comes back with its answer, once."""

    ceremony: str
    options: dict[str, Any]


class PasskeyUse(BaseModel):
    """The answer of a passkey."""

    ceremony: Ceremony
    credential: Assertion


class SecondStepTaken(BaseModel):
    """The second step: a code or a passkey."""

    code: Code | None = None
    passkey: PasskeyUse | None = None

    @model_validator(mode="after")
    def _is_one(self) -> SecondStepTaken:
        if (self.code is None) == (self.passkey is None):
            raise ValueError("give either a code or a passkey")
        return self


class Proof(BaseModel):
    """That it is oneself who sits there: a code or a passkey, or the password of who has neither."""

    password: Secret | None = None
    code: Code | None = None
    passkey: PasskeyUse | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Proof:
        if [self.password, self.code, self.passkey].count(None) != 2:  # noqa: PLR2004 - of three
            raise ValueError("give a password, a code, or a passkey")
        return self


class SecondFactor(BaseModel):
    """What one's account has for the second step, and whether it is asked for."""

    app: bool
    passkeys: int
    recovery_codes: Annotated[int, Field(description="How many are left.")]
    required: Annotated[bool, Field(description="Whether the server asks this person for one.")]
    password: Annotated[
        bool, Field(description="Whether the account has one: the proof without a second factor.")
    ]
    proved: Annotated[bool, Field(description="Whether one did so a moment ago: changes are open.")]


class AppStarted(BaseModel):
    """What to set the app up with; shown this once. `enrolment` comes back with the app's first code."""

    secret: str
    uri: str
    qr: Annotated[str, Field(description="The same as a picture: a `data:` address.")]
    enrolment: str


class AppConfirmed(BaseModel):
    """The first code of the app, which shows that it has the secret."""

    enrolment: Annotated[str, Field(min_length=1, max_length=512)]
    code: Annotated[str, Field(min_length=6, max_length=12)]


class RecoveryCodes(BaseModel):
    """The codes that open the account when everything else is lost; shown this once."""

    codes: list[str]


class FactorAdded(BaseModel):
    """A second factor is there; with the first one come the recovery codes, shown this once."""

    recovery_codes: list[str] | None


class NewPasskey(BaseModel):
    """A passkey to be added, under a name that its owner knows it by."""

    name: PasskeyName
    ceremony: Ceremony
    credential: NewCredential


class PasskeyChanges(BaseModel):
    """Another name."""

    name: PasskeyName


class PasskeyOut(BaseModel):
    """One of one's passkeys."""

    id: UUID
    name: str
    created_at: Moment
    last_used_at: Moment | None


class PasskeyAdded(FactorAdded):
    """The new passkey; with the first factor come the recovery codes, shown this once."""

    passkey: PasskeyOut
