"""What a failure of the database means to the one who asked."""

from __future__ import annotations

import logging

from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from talkoot.kernel.errors import Conflict, StorageFull, TalkootError, Unavailable

log = logging.getLogger("talkoot.storage")

_TRY_AGAIN = ("40P01", "40001")  # deadlock_detected, serialization_failure
_TAKEN = "23505"  # unique_violation
_FULL = ("database or disk is full", "no space left", "could not extend file", "disk full", "disk i/o error")

_BY_NAME = {kind.__name__: kind for kind in (IntegrityError, DataError, ProgrammingError)}
_BY_SQLSTATE = {"23": IntegrityError, "22": DataError, "42": ProgrammingError}


class OutcomeUnknown(OperationalError):
    """A commit was asked for and never answered: it may be done, undone, or still under way."""


def wrapped(error: Exception) -> DBAPIError:
    """What a driver raised by itself, as SQLAlchemy would have raised it."""
    state = getattr(error, "sqlstate", None) or ""
    kind = _BY_SQLSTATE.get(state[:2]) or _BY_NAME.get(type(error).__name__) or OperationalError
    return kind(None, None, error)


def lost_transaction(error: Exception) -> bool:
    """Whether the database may have rolled back by itself: then nothing more may run in that transaction."""
    return isinstance(error, DBAPIError) and not isinstance(
        error, IntegrityError | DataError | ProgrammingError
    )


def deadlocked(error: Exception) -> bool:
    """Whether the database ended this transaction so that another could go on: it may work right now."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _TRY_AGAIN


def overtaken(error: Exception) -> bool:
    """Whether somebody else has just stored what may be there once only: now it can be seen."""
    return isinstance(error, IntegrityError) and getattr(error.orig, "sqlstate", None) == _TAKEN


def translated(error: Exception) -> Exception:
    """The refusal to hand out for a failure; a fault of our own stays what it is.

    Full disk: StorageFull. Violated constraint: Conflict. Lost connection, timeout, deadlock: Unavailable.
    """
    if isinstance(error, TalkootError):
        return error
    if isinstance(error, DBAPIError) and any(sign in str(error.orig).lower() for sign in _FULL):
        log.error("The storage is full: %s", error.orig)
        return StorageFull()
    if isinstance(error, IntegrityError):
        return Conflict("This was changed by somebody else at the same moment; look again")
    if isinstance(error, DBAPIError | PoolTimeout | OSError):
        log.error("The database did not do it: %s", error.orig if isinstance(error, DBAPIError) else error)
        return Unavailable("The database is not available right now; try again")
    if isinstance(error, SQLAlchemyError):
        log.error("The database layer failed", exc_info=error)
    return error
