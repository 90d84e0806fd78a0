"""The command line: `talkoot serve` and what an operator needs beside it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

_HELP = """Talkoot, the chat a team runs with one command.

Start it:  talkoot serve          then open the address that it prints.

Every setting has a flag (--port 9000), a variable (TALKOOT_PORT=9000) and a line in the file
talkoot.toml (port = 9000). The flag wins over the variable, that over the file; secrets have no flag.
`talkoot settings` lists them all.
"""
_CODES = """Exit codes: 0 done; 1 refused, or a check failed; 2 wrong usage or settings; 3 the database
can not be reached; 4 the database does not fit this version; 5 the address can not be listened on.
"""

_COMMANDS = {
    "serve": "serving:serve",
    "worker": "working:worker",
    "migrate": "migrating:migrate",
    "backup": "backing_up:backup",
    "restore": "backing_up:restore",
    "export": "moving:export",
    "rekey": "rekeying:rekey",
    "doctor": "doctor:doctor",
    "recount": "recount:recount",
    "settings": "settings:settings",
    "audit": "audit:audit",
    "version": "version:version",
    "import": "moving:importing",
    "user": "users:users",
    "token": "tokens:tokens",
    "bot": "bots:bots",
    "application": "host_applications:applications",
    "keys": "keys:keys",
    "jobs": "jobs:jobs",
    "limits": "limits:limits",
    "mail": "mail:mail",
    "search": "search:search",
}


class _Commands(Mapping[str, Any]):
    """Each is loaded when it is asked for: the flags of all of them are memory that a server would keep."""

    def __getitem__(self, name: str) -> Any:
        module, attribute = _COMMANDS[name].split(":")
        found = getattr(import_module(f"talkoot.cli.{module}"), attribute)
        one = _typer()
        if isinstance(found, typer.Typer):
            one.add_typer(found, name=name)
        else:
            one.command(name)(found)
        return typer.main.get_group(one).commands[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_COMMANDS)

    def __len__(self) -> int:
        return len(_COMMANDS)


class _Program(TyperGroup):
    def __init__(self, **given: Any) -> None:
        super().__init__(**given | {"commands": _Commands()})


def _typer(**given: Any) -> typer.Typer:
    return typer.Typer(pretty_exceptions_enable=False, rich_markup_mode=None, **given)


cli = _typer(
    cls=_Program,
    help=_HELP,
    epilog=_CODES,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
cli.callback()(lambda: None)


def main() -> None:
    """Run the command line."""
    try:
        cli()
    except KeyboardInterrupt:
        sys.exit(130)
