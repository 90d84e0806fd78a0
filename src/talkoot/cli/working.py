"""`talkoot worker`: what is done beside the clients' requests, in a cluster."""

from __future__ import annotations

import asyncio
import gc

import typer

from talkoot.cli.failures import Exit, Failure
from talkoot.cli.options import with_settings
from talkoot.cli.serving import prepare
from talkoot.settings import Settings

_FLAGS = (
    *("host", "worker_port", "public_url", "trusted_proxies"),
    *("data", "database_url", "redis_url", "migrate", "readers", "writers", "search"),
    *("jobs_at_once", "job_lease_seconds"),
    *("log_format", "log_level", "log_file", "metrics"),
)


@with_settings(*_FLAGS)
def worker(settings: Settings) -> None:
    """Do the jobs of a cluster, and keep its search index, until SIGTERM or Ctrl-C.

    For several servers that share a PostgreSQL and a Redis: give it their settings, and run one or more, on
    any machine. A single server does this work by itself and needs no worker.

    Each job is taken by one worker. When a worker dies, another one takes its jobs up after
    --job-lease-seconds. One worker at a time keeps the search index; the others wait to take over.
    At the first SIGTERM it takes nothing new, gives what runs 5 seconds to end, and hands the rest back.

    It prints where it tells /healthz, /readyz and /metrics. Nothing else is there: no client comes to it.

    Like this:

      TALKOOT_DATABASE_URL=postgresql://talkoot@db/talkoot TALKOOT_REDIS_URL=redis://cache
      TALKOOT_SECRET_KEY=... talkoot worker --worker-port 8001
    """
    gc.disable()  # as for `talkoot serve`
    from talkoot.cli.databases import make_folder
    from talkoot.cli.listening import listen_at
    from talkoot.cli.only_server import only_server_of
    from talkoot.kernel.logging import log_as

    if not settings.clustered:
        raise Failure(
            Exit.USAGE,
            "Workers belong to a cluster: set database_url and redis_url as for its servers."
            " A single `talkoot serve` does all work by itself.",
        )
    with log_as(settings):
        make_folder(settings)
        with only_server_of(settings):
            installation = asyncio.run(prepare(settings))
            from talkoot.applications import create_worker

            app = create_worker(settings, installation)
            says = "Talkoot worker is ready at"
            # gateway: the application decides, and it has no socket
            code = listen_at(
                app, settings.host, settings.worker_port, flag="--worker-port", says=says, gateway="asgi"
            )
    raise typer.Exit(code)
