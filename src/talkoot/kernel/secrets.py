"""The key that signs: from the settings, or made once and kept in the data folder."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from talkoot.settings import Settings


class Secrets:
    """Keys for each purpose, all derived from the one secret key."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def key_for(self, purpose: str) -> bytes:
        """32 bytes for one purpose; what signs tokens never signs anything else."""
        return hmac.new(self._key, purpose.encode(), hashlib.sha256).digest()

    def sign(self, purpose: str, value: str) -> str:
        """A signature of a value, 64 hexadecimal digits."""
        return hmac.new(self.key_for(purpose), value.encode(), hashlib.sha256).hexdigest()

    def verify(self, purpose: str, value: str, signature: str) -> bool:
        """Whether the signature is ours, in constant time."""
        return hmac.compare_digest(self.sign(purpose, value).encode(), signature.encode("utf-8", "replace"))


def load_secrets(settings: Settings) -> Secrets:
    """The secrets of this installation; the key file is made readable for its owner alone."""
    if given := settings.secret_key.get_secret_value():
        return Secrets(given)
    path = settings.data / "secret.key"
    settings.data.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return Secrets(path.read_text("ascii").strip())
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return Secrets(path.read_text("ascii").strip())
