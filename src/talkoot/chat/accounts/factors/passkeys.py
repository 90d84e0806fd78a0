"""What browsers are asked to do with passkeys, and whether what they bring back holds (WebAuthn)."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from talkoot.chat.accounts.factors.ceremonies import refused
from talkoot.kernel.values import Value

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    from talkoot.chat.accounts.factors.models import Passkey
    from talkoot.chat.accounts.factors.relying import RelyingParty
    from talkoot.chat.accounts.factors.schemas import Assertion, NewCredential
    from talkoot.chat.accounts.models import User

log = logging.getLogger("talkoot.accounts")

_NAME = "Talkoot"
_MILLISECONDS = 300_000
_LONGEST_ID = 1023  # WebAuthn, 4: credential ids are no longer


class NewKey(Value, frozen=True):
    """What is kept of a new passkey."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: str


def options_to_add(at: RelyingParty, user: User, known: Sequence[Passkey], challenge: str) -> dict[str, Any]:
    """What `navigator.credentials.create()` is asked for: a key that can be found without a username."""
    from webauthn import generate_registration_options  # only who has a passkey loads this
    from webauthn.helpers import options_to_json_dict
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = generate_registration_options(
        rp_id=at.id,
        rp_name=_NAME,
        user_id=user.id.bytes,
        user_name=user.username,
        user_display_name=user.display_name,
        challenge=challenge.encode(),
        timeout=_MILLISECONDS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=_described(known),
    )
    return options_to_json_dict(options)


def options_to_use(
    at: RelyingParty, known: Sequence[Passkey], challenge: str, *, alone: bool
) -> dict[str, Any]:
    """What `navigator.credentials.get()` is asked for.

    `alone` is a key that signs in by itself: then the device has to ask for a finger, a face or a PIN.
    """
    from webauthn import generate_authentication_options
    from webauthn.helpers import options_to_json_dict
    from webauthn.helpers.structs import UserVerificationRequirement

    wanted = UserVerificationRequirement.REQUIRED if alone else UserVerificationRequirement.PREFERRED
    options = generate_authentication_options(
        rp_id=at.id,
        challenge=challenge.encode(),
        timeout=_MILLISECONDS,
        allow_credentials=_described(known),
        user_verification=wanted,
    )
    return options_to_json_dict(options)


def verify_new(at: RelyingParty, credential: NewCredential, challenge: bytes) -> NewKey:
    """The key that an authenticator made for this challenge at this place; else NotAuthenticated."""
    from webauthn import verify_registration_response

    try:
        verified = verify_registration_response(
            credential=credential.model_dump(by_alias=True, exclude_none=True),
            expected_challenge=challenge,
            expected_rp_id=at.id,
            expected_origin=at.origin,
        )
    except Exception as error:  # noqa: BLE001 - bytes from outside, in four formats inside each other
        log.warning("A new passkey was refused: %s", _why(error))
        raise refused() from None
    if len(verified.credential_id) > _LONGEST_ID:
        raise refused()
    return NewKey(
        verified.credential_id,
        verified.credential_public_key,
        verified.sign_count,
        " ".join(dict.fromkeys(credential.response.transports)),
    )


def verify_use(
    at: RelyingParty, key: Passkey, credential: Assertion, challenge: bytes, *, alone: bool
) -> int:
    """How often the key was used, as it says, after it has signed this challenge; else NotAuthenticated.

    A count that did not rise is that of a copy.
    """
    from webauthn import verify_authentication_response

    try:
        verified = verify_authentication_response(
            credential=credential.model_dump(by_alias=True, exclude_none=True),
            expected_challenge=challenge,
            expected_rp_id=at.id,
            expected_origin=at.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
            require_user_verification=alone,
        )
    except Exception as error:  # noqa: BLE001 - as above
        log.warning("The passkey %s of %s was refused: %s", key.id, key.user_id, _why(error))
        raise refused() from None
    return verified.new_sign_count


def _why(error: Exception) -> str:
    """The sentence of the library, without what the browser sent in it where that can be long."""
    return f"{type(error).__name__}: {error}"[:200]


def _described(known: Iterable[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    from webauthn.helpers.structs import AuthenticatorTransport, PublicKeyCredentialDescriptor

    spoken = {one.value: one for one in AuthenticatorTransport}
    return [
        PublicKeyCredentialDescriptor(
            id=key.credential_id,
            transports=[spoken[name] for name in key.transports.split() if name in spoken],
        )
        for key in known
    ]
