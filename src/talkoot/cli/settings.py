"""`talkoot settings`: what is set, and where it comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer
from pydantic import SecretStr

from talkoot.cli.failures import friendly
from talkoot.cli.options import FLAGS, chosen, parameters, with_signature
from talkoot.kernel.redaction import redacted
from talkoot.settings import GROUPS, load_settings, where_from


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
            line = f"  {name:{width}}  {_shown(getattr(values, name))}"
            typer.echo(f"{line}  ({sources[name]})" if sources[name] != "default" else line)


def _shown(value: Any) -> str:
    if isinstance(value, SecretStr):
        return "(hidden)" if value.get_secret_value() else "(made at the first start)"
    if isinstance(value, tuple):
        return ",".join(value) or "-"
    return redacted(str(value)) if value not in (None, "") else "-"


settings = with_signature(friendly(_settings), parameters(*FLAGS))
