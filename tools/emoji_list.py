"""Write the emoji of the picker in the web client: `python -m tools.emoji_list FILE`.

FILE is `data-by-group.json` of the npm package `unicode-emoji-json`. The picker has what the server takes,
which a test compares; a skin tone comes behind the first character of those that are marked with `+`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from talkoot.chat.reactions.emoji import one_emoji
from talkoot.kernel.errors import Invalid

LIST = Path(__file__).parent.parent / "clients" / "web" / "src" / "lib" / "emoji.generated.ts"
_HEAD = "// Made by `python -m tools.emoji_list` from unicode-emoji-json (MIT). Do not edit.\n"
_TONE, _AS_PICTURE = "\N{EMOJI MODIFIER FITZPATRICK TYPE-4}", "\ufe0f"


def takes_tone(emoji: str) -> bool:
    """Whether a skin tone behind its first character makes another emoji."""
    toned = emoji[0] + _TONE + emoji[1:].removeprefix(_AS_PICTURE)
    try:
        return one_emoji(toned) == toned
    except Invalid:
        return False


def main(file: str) -> None:
    """Write the list: for each group its name, and `emoji name` with `|` between them."""
    groups = []
    for group in json.loads(Path(file).read_text(encoding="utf-8")):
        entries = [
            f"{'+' if takes_tone(each['emoji']) else ''}{each['emoji']} {each['name']}"
            for each in group["emojis"]
            if one_emoji(each["emoji"]) == each["emoji"]
        ]
        groups.append([group["name"], "|".join(entries)])
    lines = "".join(f"  {json.dumps(group, ensure_ascii=False)},\n" for group in groups)
    LIST.write_text(f"{_HEAD}export const GROUPS: [string, string][] = [\n{lines}];\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
