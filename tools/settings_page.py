"""Writes docs/settings.md from the table of settings.

    .venv/bin/python -m tools.settings_page

With --check it writes nothing, and fails when the page is not what it would write.
"""

import sys
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from talkoot.setting_groups import GROUPS
from talkoot.settings import PREFIX, Settings
from tools.made import write

PAGE = Path(__file__).parents[1] / "docs" / "settings.md"
_HEAD = """# Settings

<!-- Written by tools/settings_page.py from src/talkoot/settings.py. -->

Every setting has a flag (`talkoot serve --port 9000`), a variable (`TALKOOT_PORT=9000`) and a line in the
file `talkoot.toml` (`port = 9000`) of the folder that the server starts in, or in the file that `--config`
names. The flag wins over the variable, that over the file. What is misspelt stops the start, and the message
names the near match. `talkoot settings` shows what is set and where it comes from; `talkoot doctor` checks.
"""
_NO_FLAG = (
    "`secret_key`, `smtp_password` and `s3_secret_key` have no flag: everybody on the machine can read a\n"
    "command line.\n"
)


def wanted() -> str:
    """The text of the page."""
    return "\n".join([_HEAD, *(_group(title, names) for title, names in GROUPS.items()), _NO_FLAG])


def _group(title: str, names: tuple[str, ...]) -> str:
    rows = ["| setting | variable | default | |", "|---|---|---|---|"]
    return "\n".join([f"## {title}\n", *rows, *map(_row, names), ""])


def _row(name: str) -> str:
    field = Settings.model_fields[name]
    about = field.description or ""
    choices = get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
    if choices:
        about += f" One of {', '.join(f'`{choice}`' for choice in choices)}."
    return f"| `{name}` | `{PREFIX}{name.upper()}` | {_default(field.get_default())} | {about} |"


def _default(value: Any) -> str:
    shown = ",".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
    return f"`{shown}`" if shown else ""


if __name__ == "__main__":
    sys.exit(write(PAGE, wanted()))
