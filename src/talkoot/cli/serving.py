"""`talkoot serve`: the server."""

from __future__ import annotations

import asyncio
import gc
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from talkoot.cli.options import FLAGS, with_settings
from talkoot.settings import Settings

if TYPE_CHECKING:
    from uuid import UUID

log = logging.getLogger("talkoot")


@with_settings(*FLAGS)
def serve(
    settings: Settings,
    demo: Annotated[  # noqa: FBT002 - that is how typer makes a switch
        bool,
        typer.Option("--demo", help="Start with a small workspace to look at, and forget it at the end."),
    ] = False,
) -> None:
    """Run the server until SIGTERM or Ctrl-C: the first sends clients away politely, the second ends it.

    Without any setting it keeps everything in the folder talkoot-data and answers at http://127.0.0.1:8000.
    With --demo everything is in a temporary folder that is deleted at the end.

    Like this:

      talkoot serve --port 9000 --data /var/lib/talkoot

      talkoot serve --host 0.0.0.0 --public-url https://chat.example.org --trusted-proxies 10.0.0.5
    """
    gc.disable()  # a start makes little garbage; `talkoot.serve` enables it when the server answers
    from talkoot.cli.databases import make_folder
    from talkoot.cli.listening import listen_at
    from talkoot.cli.only_server import only_server_of
    from talkoot.kernel.late_models import build_models_late
    from talkoot.kernel.logging import log_as

    build_models_late()
    with _staged(settings, demo=demo) as staged, log_as(staged):
        make_folder(staged)
        if staged.clustered:
            asyncio.run(_look_at_redis(staged.redis_url))
        with only_server_of(staged):
            installation = asyncio.run(prepare(staged))
            if demo:
                asyncio.run(_fill(staged))
            _warn(staged)
            from talkoot.applications import create_app

            app = create_app(staged, installation)
            code = listen_at(app, staged.host, staged.port, flag="--port", gateway=staged.gateway)
    raise typer.Exit(code)


def _warn(settings: Settings) -> None:
    if settings.rate_limits == "off":
        log.warning("Rate limits are off: this is for benchmarks and tests only")


@contextmanager
def _staged(settings: Settings, *, demo: bool) -> Iterator[Settings]:
    """The settings to serve with: a demo has a folder of its own, and touches no database."""
    if not demo:
        yield settings
        return
    with tempfile.TemporaryDirectory(prefix="talkoot-demo-") as folder:
        yield settings.model_copy(update={"data": Path(folder), "database_url": "", "redis_url": ""})


async def _fill(settings: Settings) -> None:
    from talkoot.demo import fill

    demo = await fill(settings)
    typer.echo(f"This is a demo: sign in as {demo.username} with the password {demo.password}")


async def prepare(settings: Settings) -> UUID | None:
    """Make the database fit this program where that is safe; else say what to do.

    The name of the installation, if there may be several servers: they need the same key.
    """
    from talkoot.cli.databases import bring_up_to_date, is_empty, require_fitting, settle
    from talkoot.cli.installing import installation_of

    settle(settings)
    if settings.migrate == "auto" and (settings.embedded or await is_empty(settings)):
        await bring_up_to_date(settings, contract=True)  # nobody else is there
    else:
        await require_fitting(settings)
    return await installation_of(settings)


async def _look_at_redis(url: str) -> None:
    """Refuse one that will never do; but serve without one that is away, as when it goes away later."""
    from talkoot.kernel.redis import RedisAway, require_redis, where

    try:
        log.info("%s answers at %s", await require_redis(url), where(url))
    except RedisAway as away:
        log.warning("Redis at %s is away, this server begins without it: %s", where(url), away)
