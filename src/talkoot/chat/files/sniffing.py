"""What a file is, by its first bytes: what its sender says of it is never believed."""

from __future__ import annotations

HEAD = 4096  # bytes that are looked at
UNKNOWN, TEXT, HEIC = "application/octet-stream", "text/plain", "image/heic"

_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
)
_IN_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_BRANDS = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), HEIC),
    b"M4A ": "audio/mp4",
    b"qt  ": "video/quicktime",
}
_NOT_IN_TEXT = bytes(set(range(32)) - {9, 10, 12, 13, 27})
_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"})
IMAGES = _PICTURES | {HEIC}
"""What can be drawn."""
SHOWN = _PICTURES | {
    "audio/ogg",
    "audio/flac",
    "audio/mpeg",
    "audio/wav",
    "audio/mp4",
    "audio/webm",
    "video/mp4",
    "video/webm",
}
"""What browsers may show where it stands; all else is only downloaded."""


def sniff(head: bytes) -> str:
    """The media type that these first bytes of a file are of."""
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            sound = kind == "video/webm" and b"A_OPUS" in head and b"V_" not in head
            return "audio/webm" if sound else kind
    if head[:4] == b"RIFF":
        return _IN_RIFF.get(head[8:12], UNKNOWN)
    if head[4:8] == b"ftyp":
        return _in_boxes(head)
    return TEXT if _is_text(head) else UNKNOWN


def _in_boxes(head: bytes) -> str:
    """By its brand; where that says only that these are pictures, by those that it fits besides."""
    if head[8:12] in {b"mif1", b"msf1"}:
        more = head[16 : min(int.from_bytes(head[:4]), HEAD)]
        fits = {more[at : at + 4] for at in range(0, len(more), 4)}
        return next((kind for brand, kind in _BRANDS.items() if brand in fits), UNKNOWN)
    return _BRANDS.get(head[8:12], "video/mp4")


def _is_text(head: bytes) -> bool:
    if not head or head.translate(None, _NOT_IN_TEXT) != head:
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return len(head) == HEAD and error.start > len(head) - 4  # a character that goes on behind it
    return True
