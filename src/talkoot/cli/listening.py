"""An application that listens until it is told to stop, or a sentence that says why it can not."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any

from talkoot.cli.failures import Exit, Failure

if TYPE_CHECKING:
    from fastapi import FastAPI


def listen_at(app: FastAPI, host: str, port: int, *, flag: str, **how: Any) -> int:
    """Run it as `talkoot.serve.run` does; the exit code. `flag` is how another port would be chosen."""
    from talkoot.serve import run

    try:
        return run(app, host=host, port=port, **how)
    except OSError as error:
        raise _no_address(f"{host}:{port}", error, flag) from error


def _no_address(where: str, error: OSError, flag: str) -> Failure:
    if error.errno == errno.EADDRINUSE:
        return Failure(
            Exit.NO_ADDRESS,
            f"{where} is in use: is another Talkoot running? Choose another {flag}; 0 takes a free one.",
        )
    return Failure(Exit.NO_ADDRESS, f"{where} can not be listened on: {error.strerror or error}")
