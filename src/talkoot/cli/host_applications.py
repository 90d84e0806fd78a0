"""`talkoot application`: host applications that sign their own users in, from the machine of the server."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any
from uuid import UUID

import typer

from talkoot.cli.options import DATABASE_FLAGS, with_settings
from talkoot.settings import Settings

applications = typer.Typer(
    help="Register and look after host applications that sign their own users in; running servers know within"
    " two seconds.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Id = Annotated[
    UUID, typer.Argument(metavar="ID", help="As `talkoot application list` shows it.", show_default=False)
]


@applications.command()
@with_settings("public_url", *DATABASE_FLAGS)
def create(
    settings: Settings,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called.", show_default=False)],
    *,
    owner: Annotated[str, typer.Option(help="The username of who looks after it.")],
    role: Annotated[
        list[str] | None,
        typer.Option(help="A role that it may give; once or more, the first is that of newcomers. [member]"),
    ] = None,
    room: Annotated[
        list[UUID] | None, typer.Option(help="The id of a room that it may put people into.")
    ] = None,
    highest_role: Annotated[
        str, typer.Option(help="Whom it signs in at the most. [moderator, or the highest that it gives]")
    ] = "",
    keys_url: Annotated[str, typer.Option(help="Where its public keys are. [it gets a shared secret]")] = "",
    algorithm: Annotated[str, typer.Option(help="HS256, RS256, ES256 or EdDSA. [RS256 with keys]")] = "",
    workspace: Annotated[
        UUID | None, typer.Option(help="The id of its workspace. [the first one]", show_default=False)
    ] = None,
) -> None:
    """Register an application, and print what it needs; its secret is not shown again.

    Like this:

      talkoot application create Shop --owner ada --role guest

      talkoot application create Shop --owner ada --keys-url https://shop.example.org/keys.json
    """
    from talkoot.cli import application_commands

    given: dict[str, Any] = {"name": name, "roles": role or ["member"], "rooms": room or []}
    given |= {"highest_role": highest_role or None, "keys_url": keys_url or None}
    given["algorithm"] = algorithm or ("RS256" if keys_url else "HS256")
    for line in asyncio.run(application_commands.create(settings, given, owner, workspace)):
        typer.echo(line)


@applications.command(name="list")
@with_settings(*DATABASE_FLAGS)
def show(settings: Settings) -> None:
    """List applications: id, name, algorithm, highest role, owner, workspace; off, without an owner."""
    from talkoot.cli import application_commands

    for line in asyncio.run(application_commands.lines(settings)):
        typer.echo(line)


@applications.command()
@with_settings(*DATABASE_FLAGS)
def rotate(settings: Settings, application: Id) -> None:
    """Get another secret for an application, and print it; the old one ends.

    Example:  talkoot application rotate 0190f1c2-7b2a-7000-8000-000000000000
    """
    from talkoot.cli import application_commands

    typer.echo(asyncio.run(application_commands.rotate(settings, application)))


@applications.command()
@with_settings(*DATABASE_FLAGS)
def off(settings: Settings, application: Id) -> None:
    """Switch an application off, and sign out all whom it brought.

    Example:  talkoot application off 0190f1c2-7b2a-7000-8000-000000000000
    """
    from talkoot.cli import application_commands

    asyncio.run(application_commands.switch(settings, application, off=True))
    typer.echo("It signs nobody in any more.")


@applications.command()
@with_settings(*DATABASE_FLAGS)
def on(settings: Settings, application: Id) -> None:
    """Let an application go on.

    Example:  talkoot application on 0190f1c2-7b2a-7000-8000-000000000000
    """
    from talkoot.cli import application_commands

    asyncio.run(application_commands.switch(settings, application, off=False))
    typer.echo("It signs people in again.")


@applications.command()
@with_settings(*DATABASE_FLAGS)
def delete(settings: Settings, application: Id) -> None:
    """Forget an application, and sign out all whom it brought; their accounts stay.

    Example:  talkoot application delete 0190f1c2-7b2a-7000-8000-000000000000
    """
    from talkoot.cli import application_commands

    asyncio.run(application_commands.delete(settings, application))
    typer.echo("It is forgotten.")
