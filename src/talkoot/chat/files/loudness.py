"""How loud a voice message is: what clients draw of it."""

from __future__ import annotations

import base64
from itertools import pairwise

HEARD = ["-map", "0:a:0", "-ac", "1", "-ar", "8000", "-c:a", "pcm_u8", "-f", "u8"]
"""What ffmpeg is told to write a byte for each moment: 128 is silence."""
_PARTS, _SILENCE, _LEAST = 64, 128, 6  # what is never louder than this is not made louder


def waveform_of(heard: bytes) -> str | None:
    """The loudest of each of 64 equal parts, a byte each, base64url without padding; None for nothing."""
    if len(heard) < _PARTS:
        return None
    ends = [len(heard) * part // _PARTS for part in range(_PARTS + 1)]
    parts = [heard[begin:end] for begin, end in pairwise(ends)]
    levels = [max(max(part) - _SILENCE, _SILENCE - min(part)) for part in parts]
    loudest = max(_LEAST, *levels)
    levels = [round(255 * level / loudest) for level in levels]
    return base64.urlsafe_b64encode(bytes(levels)).rstrip(b"=").decode()
