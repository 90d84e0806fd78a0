"""By whom a push service is asked: a token that the installation's key signs (VAPID, RFC 8292)."""

from __future__ import annotations

import json
from email.utils import parseaddr
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from talkoot.chat.push.encryption import from_base64url, to_base64url

if TYPE_CHECKING:
    from talkoot.settings import Settings

_HOLDS = 12 * 3600  # seconds; 24 hours at most


def new_key() -> str:
    """A key of P-256, the private part too, as a JSON Web Key."""
    from joserfc.jwk import ECKey

    return json.dumps(ECKey.generate_key("P-256", private=True).as_dict(private=True))


def public_part(key: str) -> str:
    """What browsers are given of it: 65 bytes in base64url."""
    parts = json.loads(key)
    x, y = (from_base64url(parts[name]).rjust(32, b"\0") for name in ("x", "y"))
    return to_base64url(b"\x04" + x + y)


def authorization(settings: Settings, key: str, endpoint: str, seconds: int) -> str:
    """The header for a message to this address. `seconds` is now; another origin can do nothing with it."""
    from joserfc import jwt
    from joserfc.jwk import ECKey

    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": seconds + _HOLDS,
        "sub": _whom_to_ask(settings),
    }
    token = jwt.encode({"typ": "JWT", "alg": "ES256"}, claims, ECKey.import_key(json.loads(key)))
    return f"vapid t={token}, k={public_part(key)}"


def _whom_to_ask(settings: Settings) -> str:
    """Whom a push service can turn to."""
    if settings.mail_from:
        return f"mailto:{parseaddr(settings.mail_from)[1]}"
    return settings.public_url if settings.secure else "mailto:nobody@localhost"
