"""What a backup holds: written last, checked first."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from talkoot.backup.folders import BackupError

FORMAT = 1
_NAME = "manifest.json"
_CHUNK = 1 << 20


class Part(msgspec.Struct, frozen=True):
    """One file of a backup; `columns` are those of a table, in their order in the file."""

    name: str
    columns: list[str]
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What was copied, of which database, in which form of the tables, and when (RFC 3339)."""

    format: int
    talkoot: str
    database: str
    revision: str
    made_at: str
    parts: list[Part]


def write_manifest(
    folder: Path, *, talkoot: str, database: str, revision: str, made_at: str, parts: dict[str, list[str]]
) -> Manifest:
    """Describe these files, in the order in which they are to be restored."""
    described = [
        Part(name, columns, (folder / name).stat().st_size, digest(folder / name))
        for name, columns in parts.items()
    ]
    manifest = Manifest(FORMAT, talkoot, database, revision, made_at, described)
    (folder / _NAME).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """What a backup holds, once every file of it was compared; raises BackupError."""
    try:
        manifest = msgspec.json.decode((folder / _NAME).read_bytes(), type=Manifest)
    except FileNotFoundError:
        raise BackupError(f"{folder} is no backup: there is no {_NAME} in it.") from None
    except (OSError, msgspec.DecodeError) as error:
        raise BackupError(f"{folder / _NAME} can not be read: {error}.") from None
    if manifest.format != FORMAT:
        raise BackupError(f"{folder} has format {manifest.format}; this version reads {FORMAT}.")
    for part in manifest.parts:
        path = folder / part.name
        if path.parent != folder or not path.stem.isidentifier() or not path.is_file():
            raise BackupError(f"{part.name} is missing in {folder}.")
        if (path.stat().st_size, digest(path)) != (part.bytes, part.sha256):
            raise BackupError(f"{path} is not what was written: the backup is damaged.")
    return manifest


def require_known(manifest: Manifest, names: set[str]) -> None:
    """Raise BackupError unless there is something in it, and nothing but these files."""
    strange = {part.name for part in manifest.parts} - names
    if strange or not manifest.parts:
        raise BackupError(f"This is no backup of Talkoot: {', '.join(sorted(strange)) or 'it is empty'}.")


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()
