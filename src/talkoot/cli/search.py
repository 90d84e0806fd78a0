"""`talkoot search`: the search index, which can always be made again from the messages."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from talkoot.cli.options import DATABASE_FLAGS, with_settings
from talkoot.settings import Settings

search = typer.Typer(
    help="Make the search index again, and read what is inside files.",
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


@search.command("read-files")
@with_settings(
    *DATABASE_FLAGS,
    "files",
    "search_files_mb",
    "search_files_characters",
    "search_files_pages",
    "search_files_seconds",
)
def read_files(
    settings: Settings,
    *,
    again: Annotated[bool, typer.Option("--again", help="Those too that were read before.")] = False,
) -> None:
    """Read the words inside files that nobody has read, while no server (in a cluster: no worker) runs.

    A server does the same by itself, more slowly. With `--again` all are read, by the limits of now.

    Example:  talkoot search read-files --data /var/lib/talkoot
    """
    from talkoot.cli.file_reading import read
    from talkoot.cli.only_server import only_server_of

    with only_server_of(settings):
        seconds, files = asyncio.run(read(settings, typer.echo, again=again))
    typer.echo(f"Read {files:,} files in {seconds:.1f} s.")
