"""`talkoot doctor`: whether everything is as it should be, and what to do where it is not."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import typer

from talkoot.cli.failures import Exit
from talkoot.cli.options import FLAGS, with_settings
from talkoot.settings import Settings

if TYPE_CHECKING:
    from talkoot.cli.checks import Finding

_COLOURS = {"ok": typer.colors.GREEN, "warn": typer.colors.YELLOW, "fail": typer.colors.RED}


@with_settings(*FLAGS)
def doctor(settings: Settings) -> None:
    """Check the machine, the settings and the database; each line says ok, warn or fail, and what to do.

    Changes nothing. Ends with 1 when something failed. Takes the flags of `talkoot serve`.

    Example:  talkoot doctor --data /var/lib/talkoot --public-url https://chat.example.org
    """
    findings = asyncio.run(_examine(settings))
    if any(finding.level == "fail" for finding in findings):
        raise typer.Exit(Exit.REFUSED)


async def _examine(settings: Settings) -> list[Finding]:
    from talkoot.cli.checks import ALL

    findings = []
    for check in ALL:
        async for finding in check(settings):
            findings.append(finding)
            level = typer.style(f"{finding.level:4}", fg=_COLOURS[finding.level])
            typer.echo(f"{level}  {finding.about:8}  {finding.said}")
    return findings
