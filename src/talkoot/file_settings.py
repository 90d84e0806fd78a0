"""The settings of files: where they are kept, and how much of them."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, ValidationInfo, field_validator

RELEASE = "release"
"""Of `files_scan`: what waits for a scanner that is not wanted any more is handed out."""


class FileSettings(BaseModel):
    """A part of `Settings`."""

    files: Path | None = Field(
        None,
        description="Folder for what people upload; without it: `files` in `data`. Servers of a cluster share"
        " it, or a bucket.",
    )
    s3_bucket: str = Field(
        "", description="A bucket of S3, or of what speaks its protocol, for them instead."
    )
    s3_prefix: str = Field(
        "talkoot",
        pattern=r"^[0-9A-Za-z_-]+(/[0-9A-Za-z_-]+)*$",
        description="What the names of all files begin with; installations in one bucket need one each.",
    )
    s3_endpoint: str = Field(
        "", description="Its service: `https://minio.example.org`; empty: that of Amazon in the region."
    )
    s3_region: str = Field("us-east-1", description="Its region.")
    s3_access_key: str = Field("", description="The name of the key for it.")
    s3_secret_key: SecretStr = Field(SecretStr(""), validate_default=True, description="The key itself.")
    max_file_mb: int = Field(100, ge=1, le=100_000, description="Largest file that can be uploaded.")
    person_files_mb: int = Field(
        5000, ge=0, description="All files of one person in one workspace together; 0: no limit."
    )
    workspace_files_mb: int = Field(0, ge=0, description="All files of one workspace together; 0: no limit.")

    files_scan: str = Field(
        "",
        description="What looks for viruses in files before anybody gets them: `clamd://host:3310`,"
        " `unix:/run/clamav/clamd.ctl`, or `command:clamdscan --no-summary -`. Empty: nothing does, and what"
        " waits goes on waiting; `release`: nothing does, and what waits is handed out.",
    )
    files_scan_too_large: Literal["refuse", "allow"] = Field(
        "refuse", description="What becomes of files that are larger than the scanner looks at."
    )
    media: bool = Field(
        True,
        description="Prepare sound and video where `ffmpeg` and `ffprobe` are on the `PATH`.",
    )
    media_keep_original: bool = Field(
        False, description="Keep what was uploaded beside the copy that others get; it counts for its owner."
    )
    media_lines: int = Field(1080, ge=144, le=4320, description="Video with more lines is made smaller.")
    media_minutes: int = Field(
        60, ge=1, le=1440, description="Longer sound and video that browsers do not play is not made anew."
    )
    media_seconds: int = Field(
        300, ge=1, le=600, description="Seconds of the processor that one file may take."
    )
    only_clean_files: bool = Field(
        False,
        description="Hand out pictures, sound and video that could not be freed of what cameras wrote into"
        " them to nobody but their owner.",
    )

    search_files: Literal["on", "off"] = Field(
        "on",
        description="Whether words inside files are found: text, web pages, PDF, documents, tables, slides.",
    )
    search_files_mb: int = Field(50, ge=1, le=1000, description="Larger PDFs and documents are not read.")
    search_files_characters: int = Field(
        100_000, ge=1000, le=200_000, description="So much of the text of one file is kept and found."
    )
    search_files_pages: int = Field(500, ge=1, le=100_000, description="So many pages of a PDF are read.")
    search_files_seconds: int = Field(
        20, ge=1, le=150, description="Seconds of the processor that one file may take to be read."
    )

    @property
    def files_shared(self) -> bool:
        """Whether files have a place that several servers can have in common."""
        return bool(self.s3_bucket or self.files)

    @property
    def scans_files(self) -> bool:
        """Whether new files wait until somebody has looked for viruses in them."""
        return self.files_scan not in {"", RELEASE}

    @field_validator("files_scan")
    @classmethod
    def _is_scanner(cls, value: str) -> str:
        kind, _, rest = value.strip().partition(":")
        parts = urlsplit(value)
        fits = {
            "clamd": parts.hostname and parts.path in {"", "/"} and not parts.query,
            "unix": rest.startswith("/"),
            "command": rest.strip(),
            RELEASE: not rest,
            "": not rest,
        }
        if not fits.get(kind):
            raise ValueError("it must look like clamd://host:3310, unix:/path, command:program or release")
        return value.strip()

    @field_validator("s3_endpoint")
    @classmethod
    def _is_service(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (
            parts.scheme not in {"http", "https"}
            or not parts.hostname
            or parts.username is not None
            or parts.path.strip("/")
            or parts.query
        ):
            raise ValueError("it must look like https://minio.example.org, and hold no key")
        return value.rstrip("/")

    @field_validator("s3_secret_key")
    @classmethod
    def _has_key(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        known = info.data.get("s3_access_key"), value.get_secret_value()
        if info.data.get("s3_bucket") and not all(known):
            raise ValueError("a bucket needs s3_access_key and s3_secret_key")  # none is looked for elsewhere
        return value
