"""`talkoot backup` and `talkoot restore`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from talkoot.cli.options import DATABASE_FLAGS, with_settings
from talkoot.settings import Settings


@with_settings(*DATABASE_FLAGS)
def backup(
    settings: Settings,
    folder: Annotated[Path, typer.Argument(help="The folder to make; it must not be there yet.")],
) -> None:
    """Copy the database as it is at one moment, while everybody goes on writing.

    The folder appears when all of it is on the disk, with a manifest of checksums. It holds the
    database but for the search index, which is made again. The files that people uploaded are not in it: copy
    their folder or bucket afterwards. Nor is the secret key, which a restored server does not need.

    Example:  talkoot backup /backup/talkoot-2026-11-21 --data /var/lib/talkoot
    """
    from talkoot.backup.folders import BackupError
    from talkoot.backup.making import make_backup
    from talkoot.cli.databases import require_fitting
    from talkoot.cli.failures import Exit, Failure

    asyncio.run(require_fitting(settings))
    try:
        manifest = asyncio.run(make_backup(settings, folder.absolute(), typer.echo))
    except BackupError as error:
        raise Failure(Exit.REFUSED, str(error)) from None
    size = sum(part.bytes for part in manifest.parts)
    typer.echo(f"{folder} holds all that was stored at {manifest.made_at}: {size:,} bytes.")


@with_settings(*DATABASE_FLAGS)
def restore(
    settings: Settings,
    folder: Annotated[Path, typer.Argument(help="What `talkoot backup` made.")],
    *,
    keep_tokens: Annotated[
        bool,
        typer.Option(
            "--keep-tokens",
            help="Tokens for programs and recovery codes open what they opened then: also what was revoked"
            " or used since.",
        ),
    ] = False,
) -> None:
    """Bring a backup back, into a data folder or a PostgreSQL database that holds nothing yet.

    All of it or nothing. Everybody signs in again, and open invitations, tokens for programs and of bots, and
    recovery codes end, because what was ended after the backup would be open again; clients learn by a new
    epoch that they have to read anew.

    Example:  talkoot restore /backup/talkoot-2026-11-21 --data /var/lib/talkoot
    """
    from talkoot.backup.folders import BackupError
    from talkoot.backup.restoring import restore_backup
    from talkoot.cli.databases import make_folder
    from talkoot.cli.failures import Exit, Failure
    from talkoot.cli.only_server import only_server_of

    make_folder(settings)
    try:
        with only_server_of(settings):
            manifest = asyncio.run(restore_backup(settings, folder.absolute(), keep_tokens=keep_tokens))
    except BackupError as error:
        raise Failure(Exit.REFUSED, str(error)) from None
    ended = (
        "Tokens for programs and recovery codes are as they were then"
        if keep_tokens
        else ("Tokens for programs and recovery codes have ended: new ones have to be made")
    )
    typer.echo(f"Restored what was stored at {manifest.made_at}. Everybody has to sign in again. {ended}.")
    typer.echo(
        "Passwords, second factors, identities, roles and bans are as they were then. If a key of access"
        " tokens was replaced since because somebody knew it: talkoot keys rotate --at-once"
    )
