"""Whether a frame of the server is one that its AsyncAPI document describes."""

from typing import Any

import msgspec

from talkoot.asyncapi import SERVER_FRAMES
from talkoot.notice_frames import NOTICES

_FRAMES = {str(frame.__struct_config__.tag): frame for frame in SERVER_FRAMES}


def undocumented(frame: dict[str, Any]) -> str:
    """What is wrong with a frame; nothing for one that is as described."""
    op = str(frame.get("op"))
    known = NOTICES.get(f"notice.{frame.get('kind')}") if op == "notice" else _FRAMES.get(op)
    if known is None:
        return f"no such frame: {frame}"
    try:
        msgspec.convert(frame, known)
    except msgspec.ValidationError as error:
        return f"{error}: {frame}"
    return ""
