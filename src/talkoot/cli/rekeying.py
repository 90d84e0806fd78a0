"""`talkoot rekey`: an installation gets another secret key."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from talkoot.cli.options import DATABASE_FLAGS, with_settings
from talkoot.settings import Settings


@with_settings(*DATABASE_FLAGS)
def rekey(
    settings: Settings,
    *,
    old_key_file: Annotated[
        Path | None,
        typer.Option(
            help="A file with the key before this one: the secrets in the database are sealed with it.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Take the secret key of these settings as the one of the database, when no server or worker runs.

    What is kept sealed in the database is sealed anew; all of it or nothing. Access tokens and tickets that
    the old key signed end; who has a session stays signed in.

    Examples:
      talkoot rekey --old-key-file old.key

      mv talkoot-data/secret.key old.key && talkoot rekey --old-key-file old.key
    """
    from talkoot.cli.databases import make_folder, require_fitting
    from talkoot.cli.installing import take_key
    from talkoot.cli.only_server import only_server_of

    make_folder(settings)
    # Nobody may serve meanwhile, with redis_url or without; behind a pooler that can not be seen.
    alone = settings if settings.database_pooler == "on" else settings.model_copy(update={"redis_url": ""})
    with only_server_of(alone):
        asyncio.run(require_fitting(settings))
        taken, resealed = asyncio.run(take_key(settings, old_key_file))
    typer.echo(f"Sealed anew: {resealed}.")
    typer.echo(
        "This is the key now: start all servers and workers with it."
        if taken
        else "This is the key now: start the server with it. No cluster has served this database yet."
    )
