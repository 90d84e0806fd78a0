"""`talkoot search`: the search index, which can always be made again from the messages."""

from __future__ import annotations

import asyncio

import typer

from talkoot.cli.options import DATABASE_FLAGS, with_settings
from talkoot.settings import Settings

search = typer.Typer(
    help="Make the search index again.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@search.command()
@with_settings(*DATABASE_FLAGS)
def rebuild(settings: Settings) -> None:
    """Make the search index again from all messages, while no server (in a cluster: no worker) runs.

    Nothing but the index is changed. A server does the same by itself, more slowly, when there is no index.

    Example:  talkoot search rebuild --data /var/lib/talkoot
    """
    from talkoot.cli.only_server import only_server_of
    from talkoot.cli.reindexing import reindex

    with only_server_of(settings):
        seconds, messages = asyncio.run(reindex(settings, typer.echo))
    typer.echo(f"Indexed {messages:,} messages in {seconds:.1f} s.")
