"""What goes wrong is said in one sentence, with an exit code that scripts can tell apart."""

from __future__ import annotations

import functools
from collections.abc import Callable
from enum import IntEnum
from typing import ParamSpec

import typer

from talkoot.kernel.errors import TalkootError
from talkoot.settings import SettingsError

P = ParamSpec("P")


class Exit(IntEnum):
    """How a command ended."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    NO_DATABASE = 3
    UNFIT_DATABASE = 4
    NO_ADDRESS = 5


class Failure(Exception):
    """The command can not do it; the text says why and what to do."""

    def __init__(self, code: Exit, text: str) -> None:
        super().__init__(text)
        self.code = code


def friendly(command: Callable[P, None]) -> Callable[P, None]:
    """Let a command fail without a traceback, where the failure is one that is expected."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except Failure as failure:
            raise _stop(failure.code, str(failure)) from None
        except SettingsError as error:
            raise _stop(Exit.USAGE, str(error)) from None
        except TalkootError as error:
            reasons = "".join(f"\n  {field.field}: {field.detail}" for field in error.fields)
            raise _stop(Exit.REFUSED, error.detail + reasons) from None

    return run


def _stop(code: Exit, text: str) -> typer.Exit:
    typer.secho(text, err=True, fg=typer.colors.RED)
    return typer.Exit(code)
