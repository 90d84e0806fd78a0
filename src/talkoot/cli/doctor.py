"""`talkoot doctor`: whether everything is as it should be, and what to do where it is not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.structs import asdict

from talkoot.cli.failures import Exit
from talkoot.cli.options import FLAGS, with_settings
from talkoot.settings import Settings

if TYPE_CHECKING:
    from talkoot.cli.checks.finding import Finding

_COLOURS = {"ok": typer.colors.GREEN, "warn": typer.colors.YELLOW, "fail": typer.colors.RED}


@with_settings(*FLAGS)
def doctor(
    settings: Settings,
    as_json: Annotated[  # noqa: FBT002 - that is how typer makes a switch
        bool, typer.Option("--json", help="Print one JSON list of {level, about, said} instead of lines.")
    ] = False,
) -> None:
    """Check the machine, the settings and all that the server stands on, and say what to do.

    Each line says ok, warn or fail. Looks at the data folder, the place for files, the key, PostgreSQL or
    SQLite, Redis, the clocks, the jobs and the workers, the search index, the addresses and the limits.
    Changes nothing. Ends with 1 when something failed. Takes the flags of `talkoot serve`.

    Example:  talkoot doctor --data /var/lib/talkoot --public-url https://chat.example.org
    """
    findings = asyncio.run(_examine(settings, aloud=not as_json))
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    if any(finding.level == "fail" for finding in findings):
        raise typer.Exit(Exit.REFUSED)


async def _examine(settings: Settings, *, aloud: bool) -> list[Finding]:
    findings = []
    async for finding in _findings(settings):
        findings.append(finding)
        if aloud:
            level = typer.style(f"{finding.level:4}", fg=_COLOURS[finding.level])
            typer.echo(f"{level}  {finding.about:8}  {finding.said}")
    return findings


async def _findings(settings: Settings) -> AsyncIterator[Finding]:
    from talkoot.cli.checks import ALL

    for check in ALL:
        async for finding in check(settings):
            yield finding
