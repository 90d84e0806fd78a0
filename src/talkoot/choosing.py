"""Which settings are chosen: by flags, by the environment, by a file; and what is wrong with them."""

from __future__ import annotations

import difflib
import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from talkoot.settings import PREFIX, Settings, SettingsError

TEST_PREFIX = "TALKOOT_TEST_"


def load_settings(config: Path | None = None, **flags: Any) -> Settings:
    """Settings from flags, then the environment, then a TOML file (`talkoot.toml`, if there is one).

    Raises SettingsError, naming the setting and, for an unknown one, the near match.
    """
    _refuse_unknown_environment()
    chosen = [given for _, given in _sources(config, flags)]
    try:
        return Settings(**{name: value for given in reversed(chosen) for name, value in given.items()})
    except ValidationError as error:
        raise SettingsError(_explain(error)) from None


def where_from(config: Path | None = None, **flags: Any) -> dict[str, str]:
    """For each setting: `flag`, the name of a variable, the settings file, or `default`."""
    found = dict.fromkeys(Settings.model_fields, "default")
    for source, given in reversed(_sources(config, flags)):
        found |= {name: source or PREFIX + name.upper() for name in given}
    return found


def _sources(config: Path | None, flags: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """What was chosen where, the strongest first; the environment has no name of its own."""
    names = {name: PREFIX + name.upper() for name in Settings.model_fields}
    return [
        ("flag", {name: value for name, value in flags.items() if value is not None}),
        ("", {name: os.environ[variable] for name, variable in names.items() if os.environ.get(variable)}),
        (str(config or "talkoot.toml"), _read_file(config)),
    ]


def _read_file(config: Path | None) -> dict[str, Any]:
    path = config or Path("talkoot.toml")
    if config is None and not path.exists():
        return {}
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"The settings file {path} can not be read: {error}") from None
    for name in values:
        if name not in Settings.model_fields:
            raise SettingsError(
                f"{path}: there is no setting `{name}`{_near(name, list(Settings.model_fields))}."
            )
    return values


def _refuse_unknown_environment() -> None:
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    for name in sorted(os.environ):
        spelled = name.upper()
        if spelled.startswith(PREFIX) and not spelled.startswith(TEST_PREFIX) and name not in known:
            raise SettingsError(f"There is no setting `{name}`{_near(spelled, known)}")


def _near(name: str, known: list[str]) -> str:
    match = difflib.get_close_matches(name, known, 1)
    return f"; did you mean `{match[0]}`?" if match else "; `talkoot settings` lists all of them."


def _explain(error: ValidationError) -> str:
    lines = []
    for problem in error.errors(include_input=False, include_url=False):
        name = str(problem["loc"][0]) if problem["loc"] else "?"
        lines.append(f"`{name}` ({PREFIX}{name.upper()}): {problem['msg'].removeprefix('Value error, ')}")
    return "These settings can not be used:\n  " + "\n  ".join(lines)
