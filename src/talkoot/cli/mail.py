"""`talkoot mail`: whether mail can be sent."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from talkoot.cli.failures import Exit, Failure
from talkoot.cli.options import with_settings
from talkoot.setting_groups import GROUPS
from talkoot.settings import Settings

mail = typer.Typer(help="Try out how mail is sent.", no_args_is_help=True, rich_markup_mode=None)

_FLAGS = tuple(name for name in GROUPS["How mail is sent"] if name != "smtp_password")


@mail.command()
@with_settings("public_url", *_FLAGS)
def test(
    settings: Settings,
    address: Annotated[str, typer.Argument(help="Where to send a letter.", show_default=False)],
) -> None:
    """Send a letter to an address now, and say what the mail server answers.

    Example:  talkoot mail test ada@example.org
    """
    if not settings.mails:
        raise Failure(Exit.USAGE, "No mail is sent: set smtp_host, mail_from and public_url.")
    from talkoot.cli import mailing

    typer.echo(asyncio.run(mailing.send_test(settings, address)))


@mail.callback()
def _several() -> None:
    """Keep `test` a command of its own: typer would leave the name of an only one out."""
