"""`talkoot export` and `talkoot import`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from talkoot.cli.options import DATABASE_FLAGS, with_settings
from talkoot.settings import Settings

_FLAGS = (*DATABASE_FLAGS, "files", "s3_bucket")
importing = typer.Typer(
    help="Bring what was exported elsewhere. Nothing is brought twice.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Workspace = Annotated[str, typer.Option(help="The name of the workspace, or its id. [the only one]")]
ReportTo = Annotated[
    Path | None,
    typer.Option("--report", help="Where to write what was left out, and why: a line of JSON for each."),
]


@with_settings(*_FLAGS)
def export(
    settings: Settings,
    file: Annotated[Path, typer.Argument(help="The .tar or .tar.gz to make; it must not be there yet.")],
    *,
    workspace: Workspace = "",
    with_credentials: Annotated[
        bool,
        typer.Option(
            "--with-credentials",
            help="Also the hashes of the passwords of who has no second factor: guard such a file well.",
        ),
    ] = False,
    report: ReportTo = None,
) -> None:
    """Write a workspace into one file in an open format, while everybody goes on writing.

    All messages, with every text they had, and private and direct rooms too: whoever has the file can read
    them. The format is described in docs/export-format.md; `talkoot import talkoot` reads it.

    Example:  talkoot export --workspace Acme acme.tar.gz
    """
    from talkoot.cli import moves

    wanted = moves.Export(workspace, file, with_credentials=with_credentials)
    for line in asyncio.run(moves.export(settings, wanted, report)):
        typer.echo(line)


@importing.command(name="talkoot")
@with_settings(*_FLAGS)
def import_talkoot(
    settings: Settings,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="What `talkoot export` made.")],
    *,
    report: ReportTo = None,
) -> None:
    """Bring a workspace that `talkoot export` wrote, into this installation or an empty one.

    All of the file is checked first. What was brought before stays as it is, so an import that was
    interrupted goes on when it is begun again. Everybody keeps their account, or finds the one that has
    their address here; others get a new one without a password: `talkoot user reset-link` lets them in.

    Example:  talkoot import talkoot acme.tar.gz
    """
    from talkoot.cli import moves

    for line in asyncio.run(moves.import_talkoot(settings, file, report)):
        typer.echo(line)


@importing.command(name="slack")
@with_settings(*_FLAGS, "max_file_mb", "outgoing_networks")
def import_slack(
    settings: Settings,
    export: Annotated[
        Path, typer.Argument(exists=True, help="The zip file of Slack, or the unpacked folder.")
    ],
    *,
    workspace: Workspace = "",
    files_from: Annotated[
        Path | None,
        typer.Option(
            "--files-from",
            exists=True,
            file_okay=False,
            help="A folder with what files hold: ID/NAME, ID-NAME or ID, by Slack's ids of files.",
        ),
    ] = None,
    fetch: Annotated[
        bool,
        typer.Option(
            "--fetch",
            help="Fetch files that are in no folder, with a token of Slack: from the variable SLACK_TOKEN, or"
            " --token-file.",
        ),
    ] = False,
    token_file: Annotated[
        Path | None,
        typer.Option("--token-file", exists=True, dir_okay=False, help="A file that holds the token."),
    ] = None,
    fetch_host: Annotated[
        str, typer.Option("--fetch-host", help="Where files lie: this host, and those below it.")
    ] = "slack.com",
    fetch_mb: Annotated[
        int, typer.Option("--fetch-mb", min=1, help="Fetch no more than so many MB together.")
    ] = 10_000,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be brought.")] = False,
    report: ReportTo = None,
) -> None:
    """Bring people, channels, direct messages, threads, edits, reactions, pins, files and emoji from Slack.

    Nothing is brought twice, so an import that was interrupted, or an export of a later day, can be imported
    again. People are found by their confirmed addresses; others get an account that is closed until `talkoot
    user reactivate`. Nobody is notified of what was said elsewhere. docs/moving.md tells what stays behind.

    Example:  talkoot import slack export.zip --workspace Acme --report left-out.jsonl
    """
    from talkoot.cli import moves

    fetching = moves.Fetch(token_file, fetch_host, fetch_mb) if fetch else None
    wanted = moves.FromSlack(workspace, export, files_from, fetching, dry=dry_run)
    for line in asyncio.run(moves.import_slack(settings, wanted, report)):
        typer.echo(line)
