"""The command line: `talkoot serve` and what an operator needs beside it."""

from __future__ import annotations

import sys

import typer

from talkoot import __version__
from talkoot.cli.audit import audit
from talkoot.cli.backing_up import backup, restore
from talkoot.cli.bots import bots
from talkoot.cli.doctor import doctor
from talkoot.cli.host_applications import applications
from talkoot.cli.jobs import jobs
from talkoot.cli.keys import keys
from talkoot.cli.limits import limits
from talkoot.cli.mail import mail
from talkoot.cli.migrating import migrate
from talkoot.cli.moving import export, importing
from talkoot.cli.recount import recount
from talkoot.cli.rekeying import rekey
from talkoot.cli.search import search
from talkoot.cli.serving import serve
from talkoot.cli.settings import settings
from talkoot.cli.tokens import tokens
from talkoot.cli.users import users
from talkoot.cli.working import worker

_HELP = """Talkoot, the chat a team runs with one command.

Start it:  talkoot serve          then open the address that it prints.

Every setting has a flag (--port 9000), a variable (TALKOOT_PORT=9000) and a line in the file
talkoot.toml (port = 9000). The flag wins over the variable, that over the file; secrets have no flag.
`talkoot settings` lists them all.
"""
_CODES = """Exit codes: 0 done; 1 refused, or a check failed; 2 wrong usage or settings; 3 the database
can not be reached; 4 the database does not fit this version; 5 the address can not be listened on.
"""

cli = typer.Typer(
    help=_HELP,
    epilog=_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for name, command in (
    ("serve", serve),
    ("worker", worker),
    ("migrate", migrate),
    ("backup", backup),
    ("restore", restore),
    ("export", export),
    ("rekey", rekey),
    ("doctor", doctor),
    ("recount", recount),
    ("settings", settings),
    ("audit", audit),
):
    cli.command(name)(command)
cli.add_typer(importing, name="import")
cli.add_typer(users, name="user")
cli.add_typer(tokens, name="token")
cli.add_typer(bots, name="bot")
cli.add_typer(applications, name="application")
cli.add_typer(keys, name="keys")
cli.add_typer(jobs, name="jobs")
cli.add_typer(limits, name="limits")
cli.add_typer(mail, name="mail")
cli.add_typer(search, name="search")


@cli.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def main() -> None:
    """Run the command line."""
    try:
        cli()
    except KeyboardInterrupt:
        sys.exit(130)
