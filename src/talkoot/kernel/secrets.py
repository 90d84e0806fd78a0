"""The key that signs: from the settings, or made once and kept in the data folder."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from talkoot.kernel.durability import synchronise
from talkoot.settings import SettingsError

if TYPE_CHECKING:
    from talkoot.settings import Settings

KEY_LENGTH = 32


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

    def token(self, purpose: str, *parts: object) -> str:
        """What somebody carries and can not change: these parts, none with a dot in it, and a signature."""
        value = ".".join(map(str, parts))
        return f"{value}.{self.sign(purpose, value)}"

    def read_token(self, purpose: str, token: str) -> list[str] | None:
        """The parts of a token of ours for this very purpose; None if it is none."""
        value, _, signature = token.rpartition(".")
        return value.split(".") if self.verify(purpose, value, signature) else None


def load_secrets(settings: Settings) -> Secrets:
    """The secrets of this installation; the key file is made readable for its owner alone."""
    if given := settings.secret_key.get_secret_value():
        return Secrets(given)
    path = settings.data / "secret.key"
    settings.data.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _make_key(path)
    return Secrets(read_key(path))


def read_key(path: Path) -> str:
    """The key in a file; raises SettingsError when that can not be one."""
    try:
        key = path.read_text("ascii").strip()
    except UnicodeDecodeError:
        key = ""
    if len(key) < KEY_LENGTH or not key.isprintable():
        raise SettingsError(
            f"{path} does not hold a key of at least {KEY_LENGTH} ASCII characters: put it back from a"
            " backup, or delete it, so that the next start makes a new one and everybody signs in again."
        )
    return key


def _make_key(path: Path) -> None:
    """The file appears with all of its content or not at all, and of two starts at once one makes it."""
    descriptor, temporary = tempfile.mkstemp(prefix="secret.key.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(temporary, path)
        synchronise(path.parent)
    finally:
        Path(temporary).unlink()
