"""`talkoot settings`: what is set, and where it comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer
from pydantic import SecretStr

from talkoot.choosing import load_settings, where_from
from talkoot.cli.failures import friendly
from talkoot.cli.options import FLAGS, chosen, parameters, with_signature
from talkoot.kernel.redaction import redacted
from talkoot.setting_groups import GROUPS


def _settings(*, config: Path | None, **given: Any) -> None:
    """Show every setting, its value, and where that comes from; secrets are not shown.

    Takes the flags of `talkoot serve`, to try them out.

    Example:  TALKOOT_PORT=9000 talkoot settings
    """
    flags = chosen(given)
    values = load_settings(config, **flags)
    sources = where_from(config, **flags)
    width = max(map(len, sources))
    for group, names in GROUPS.items():
        typer.secho(group, bold=True)
        for name in names:
            unset = "(made at the first start)" if name == "secret_key" else "-"
            line = f"  {name:{width}}  {_shown(getattr(values, name), unset)}"
            typer.echo(f"{line}  ({sources[name]})" if sources[name] != "default" else line)


def _shown(value: Any, unset: str = "-") -> str:
    if isinstance(value, SecretStr):
        return "(hidden)" if value.get_secret_value() else unset
    if isinstance(value, tuple):
        return ",".join(value) or unset
    return redacted(str(value)) if value not in (None, "") else unset


settings = with_signature(friendly(_settings), parameters(*FLAGS))
