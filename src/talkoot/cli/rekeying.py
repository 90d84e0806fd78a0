"""`talkoot rekey`: the servers of a cluster get another secret key."""

from __future__ import annotations

import asyncio

import typer

from talkoot.cli.options import DATABASE_FLAGS, with_settings
from talkoot.settings import Settings


@with_settings(*DATABASE_FLAGS)
def rekey(settings: Settings) -> None:
    """Take the secret key of these settings as the one of the database, when no server or worker runs.

    Access tokens and tickets that the old key signed end; who has a session stays signed in. Only servers
    with redis_url compare keys: a single server takes the one that it is given.

    Example:  TALKOOT_SECRET_KEY=... TALKOOT_DATABASE_URL=postgresql://talkoot@db/talkoot talkoot rekey
    """
    from talkoot.cli.databases import make_folder, require_fitting
    from talkoot.cli.installing import take_key
    from talkoot.cli.only_server import only_server_of

    make_folder(settings)
    # Nobody may serve meanwhile, with redis_url or without; behind a pooler that can not be seen.
    alone = settings if settings.database_pooler == "on" else settings.model_copy(update={"redis_url": ""})
    with only_server_of(alone):
        asyncio.run(require_fitting(settings))
        taken = asyncio.run(take_key(settings))
    typer.echo(
        "This is the key now: start all servers and workers with it."
        if taken
        else "No cluster has served this database yet: its first server brings the key."
    )
