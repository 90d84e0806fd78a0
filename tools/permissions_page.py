"""Writes the tables of docs/permissions.md, from the table of operations that the server checks by.

    .venv/bin/python -m tools.permissions_page

A table stands between `<!-- made: operations -->` and `<!-- end -->`; the rest is written by hand.
With --check it writes nothing, and fails when the page is not what it would write.
"""

import sys
from pathlib import Path

from talkoot.chat.access.operations import TABLE, Operation
from talkoot.chat.access.permissions import BUILT_IN_ROLES, Permission
from talkoot.chat.access.scopes import MEANING, SCOPES
from tools.made import filled, table, write

PAGE = Path(__file__).parents[1] / "docs" / "permissions.md"

# Who passes where no permission is asked for. What is missing here stops the page.
_WHO = {
    "anyone": "anybody, without an account too",
    "oneself": "whoever is signed in",
    "person": "whoever shares a workspace with them",
    "owners": "who owns a workspace",
    "installation": "who owns the first workspace",
}


def wanted() -> str:
    """The page with its tables made anew."""
    return filled(PAGE, {"operations": _operations, "roles": _roles, "scopes": _scopes})


def _operations() -> str:
    return table(
        ("operation", "over HTTP", "on the socket", "about", "who may", "scope", "fresh proof"),
        (
            (
                name.replace("_", " "),
                _code(row.http),
                _code(row.socket),
                row.about,
                _who(row),
                _scope(row),
                row.proof,
            )
            for name, row in TABLE.items()
        ),
    )


def _who(row: Operation) -> str:
    return _who_signed_in(row) + ("; without an account too, where everyone may read" if row.public else "")


def _who_signed_in(row: Operation) -> str:
    if row.about in _WHO:
        return _WHO[row.about]
    if row.needs is None:
        return f"for one's own: `{row.own}`"
    return f"`{row.needs}`" + (f"; for one's own: `{row.own}`" if row.own else "")


def _scope(row: Operation) -> str:
    """What a token needs for it; nothing where no token is good for it."""
    needed, own = row.scope_for(), row.scope_for(own=row.own is not None)
    shown = {"never": "", "any": "any"}.get(needed, f"`{needed}`")
    return shown if own == needed else f"{shown}; for one's own: `{own}`"


def _scopes() -> str:
    return table(("scope", "for"), ((f"`{scope}`", MEANING[scope]) for scope in SCOPES))


def _roles() -> str:
    return table(
        ("permission", *BUILT_IN_ROLES),
        (
            (f"`{each}`", *("yes" if each in held else "" for held in BUILT_IN_ROLES.values()))
            for each in Permission
        ),
    )


def _code(way: str | None) -> str:
    return f"`{way}`" if way else ""


if __name__ == "__main__":
    sys.exit(write(PAGE, wanted()))
