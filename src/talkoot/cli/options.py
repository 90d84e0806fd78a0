"""Flags, made from the table of settings, so that there is no second list of them."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin

import typer

from talkoot.choosing import load_settings
from talkoot.cli.failures import friendly
from talkoot.setting_groups import GROUPS
from talkoot.settings import Settings

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

Command = Callable[..., None]

# Everybody on the machine can read a command line.
_NO_FLAG = {"secret_key", "smtp_password", "s3_secret_key"}
FLAGS = tuple(name for names in GROUPS.values() for name in names if name not in _NO_FLAG)
DATABASE_FLAGS = ("data", "database_url")


def with_settings(*names: str) -> Callable[[Command], Command]:
    """Give a command these flags and --config, and hand it the settings that come of them."""

    def decorate(command: Command) -> Command:
        @friendly
        @functools.wraps(command)
        def run(*, config: Path | None, **given: Any) -> None:
            flags = chosen({name: given.pop(name) for name in names})
            command(load_settings(config, **flags), **given)

        signature = inspect.signature(command, eval_str=True)
        own = [
            parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for parameter in list(signature.parameters.values())[1:]
        ]
        return with_signature(run, [*own, *parameters(*names)])

    return decorate


def with_signature(command: Command, wanted: list[inspect.Parameter]) -> Command:
    """The command as typer shall see it."""
    command.__signature__ = inspect.Signature(wanted)  # type: ignore[attr-defined]
    command.__annotations__ = {}
    return command


def parameters(*names: str) -> list[inspect.Parameter]:
    """The parameters that typer makes flags of."""
    return [_CONFIG, *(_flag(name, Settings.model_fields[name]) for name in names)]


def chosen(given: dict[str, Any]) -> dict[str, Any]:
    """The flags that were used."""
    return {name: value for name, value in given.items() if value}


def _flag(name: str, field: FieldInfo) -> inspect.Parameter:
    group = next(group for group, names in GROUPS.items() if name in names)
    option = typer.Option(
        f"--{name.replace('_', '-')}",
        help=f"{field.description} [{shown_default(field)}]".replace("`", ""),
        metavar=_metavar(field.annotation),
        rich_help_panel=group,
        show_default=False,
    )
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[str | None, option]
    )


def shown_default(field: FieldInfo) -> str:
    """A default as people write it."""
    default = field.get_default()
    if default is None or str(default) == "" or default == ():
        return "none"
    return ",".join(default) if isinstance(default, tuple) else str(default)


def _metavar(annotation: Any) -> str:
    if get_origin(annotation) is Literal:
        return "|".join(get_args(annotation))
    if annotation in (int, float):
        return "N"
    return "PATH" if "Path" in str(annotation) else "TEXT"


_CONFIG = inspect.Parameter(
    "config",
    inspect.Parameter.KEYWORD_ONLY,
    default=None,
    annotation=Annotated[
        Path | None,
        typer.Option("--config", help="The settings file. [talkoot.toml, if it is there]", metavar="PATH"),
    ],
)
