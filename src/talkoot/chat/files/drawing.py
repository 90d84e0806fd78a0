"""Runs in a process of its own, `python -m talkoot.chat.files.drawing FOLDER`: little else of ours is in it.

In FOLDER lies `original`, which anybody may have made. Beside it come `clean`, the same picture without what
was written into it (place, time, camera), and `thumbnail`; or, where it is wanted, a very small `emoji`
alone. What it found is told as one line of JSON. The process may use so much memory and time and no more, and
reads six formats only. Of HEIC, which browsers do not show, the clean picture is a JPEG, or a WebP where one
can see through it.
"""

from __future__ import annotations

import base64
import io
import json
import sys
import warnings
from pathlib import Path
from typing import Any

from talkoot.chat.files.bounded import bound
from talkoot.chat.files.sniffing import HEAD, HEIC, sniff

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "AVIF", "HEIF")
MOST_PIXELS = 50_000_000  # of one picture
MOST_FRAMES = 500
MOST_IN_ALL = 500_000_000  # pixels of all frames
LARGEST = 4096  # pixels of the longer side of what is kept
THUMBNAIL, BLUR = 480, 16
EMOJI, EMOJI_FRAMES, EMOJI_BYTES = 128, 64, 262_144
MEMORY = 1_500_000_000  # bytes
SECONDS = 40  # of the processor
LARGEST_FILE = 500_000_000  # bytes


def main(folder: Path, wanted: str = "") -> None:
    """Draw what is wanted, or end with an error."""
    bound(SECONDS, MEMORY, LARGEST_FILE)
    from PIL import Image, ImageOps

    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    _learn_heic(folder / "original")
    with Image.open(folder / "original", formats=FORMATS) as image:
        frames = getattr(image, "n_frames", 1)
        if frames > MOST_FRAMES or frames * image.width * image.height > MOST_IN_ALL:
            raise ValueError("too much of it")
        kind = _kept_as(image)
        if image.format in {"MPO", "HEIF"}:  # of several, as telephones make them, the first is shown
            frames = 1
        if wanted == "emoji":
            print(json.dumps({"animated": _draw_emoji(image, folder / "emoji")}))  # noqa: T201 - as below
            return
        moves = frames > 1
        upright = ImageOps.exif_transpose(image)
        width, height = image.size if moves else _write(upright, kind, folder / "clean")
        if moves and _tells(image, folder / "original"):
            image.save(folder / "clean", kind, save_all=True, exif=b"", xmp=b"", comment=b"")
        small = upright.convert("RGBA" if "A" in upright.getbands() or moves else "RGB")
        small.thumbnail((THUMBNAIL, THUMBNAIL))
        _plain(small, "").save(folder / "thumbnail", "WEBP", quality=80)
        small.thumbnail((BLUR, BLUR))
        blur = io.BytesIO()
        _plain(small, "").save(blur, "WEBP", quality=30)
    shown = f"data:image/webp;base64,{base64.b64encode(blur.getvalue()).decode()}"
    drawn = {"width": width, "height": height, "blur": shown, "format": kind}
    print(json.dumps(drawn))  # noqa: T201 - what is asked for


def _kept_as(image: Any) -> str:
    """The format of the clean picture."""
    if image.format == "HEIF":
        return "WEBP" if "A" in image.getbands() else "JPEG"
    return "JPEG" if image.format == "MPO" else image.format or ""


def _learn_heic(path: Path) -> None:
    """Have its decoder in this process if this picture needs it."""
    with path.open("rb") as file:
        if sniff(file.read(HEAD)) == HEIC:
            import pi_heif  # type: ignore[import-untyped]

            pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)


def _draw_emoji(image: Any, path: Path) -> bool:
    """The picture very small, with the first of its frames; whether it moves."""
    from PIL import ImageSequence

    frames, shown = [], []
    for frame in ImageSequence.Iterator(image):
        small = frame.convert("RGBA")
        small.thumbnail((EMOJI, EMOJI))
        frames.append(_plain(small, ""))
        shown.append(max(20, int(frame.info.get("duration", 100))))
        if len(frames) == EMOJI_FRAMES:
            break
    moving = {"save_all": True, "append_images": frames[1:], "duration": shown, "loop": 0}
    for quality in (85, 50, 20):
        frames[0].save(path, "WEBP", quality=quality, **(moving if len(frames) > 1 else {}))
        if path.stat().st_size <= EMOJI_BYTES:
            return len(frames) > 1
    raise ValueError("too much of it")


def _write(image: Any, kind: str, path: Path) -> tuple[int, int]:
    """The picture anew, not larger than is kept, in its own format; how large."""
    if max(image.size) > LARGEST:
        image.thumbnail((LARGEST, LARGEST))
    options: dict[str, Any] = {"quality": 90} if kind in {"JPEG", "WEBP", "AVIF"} else {}
    if kind == "AVIF":
        options |= {"quality": 75, "speed": 8, "max_threads": 2}
    _plain(image, kind).save(path, kind, **options)
    width, height = image.size
    return width, height


def _plain(image: Any, kind: str) -> Any:
    """The same without anything that is not a picture; colours as they were meant."""
    kept = {"icc_profile"} | ({"transparency"} if kind in {"PNG", "GIF"} else set())
    image.info = {name: value for name, value in image.info.items() if name in kept}
    image.getexif().clear()
    return image


def _tells(image: Any, path: Path) -> bool:
    """Whether anything but pictures is written in one that moves, behind its first one too."""
    known = image.format == "AVIF" or any(name in image.info for name in ("exif", "xmp", "comment"))
    if image.format == "GIF":
        content = path.read_bytes()
        return known or any(begin in content for begin in (b"\0!\xfe", b"XMP DataXMP"))
    return known or bool(getattr(image, "text", {}))  # of a PNG: all that it says in words


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:3])
