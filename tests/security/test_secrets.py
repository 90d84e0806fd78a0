"""How secrets are compared and kept, and that no log tells one: rows 8, 41 and 42 of the requirements."""

import ast
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.clients import PASSWORD
from tests.servers.logs import secrets_in
from tests.servers.talkoot import Talkoot
from tests.workspaces import Workspace

ROOT = Path(__file__).resolve().parents[2]
SAYS_SECRET = re.compile(
    r"secret|signature|csrf|hmac|nonce|verifier|passw|token|recovery|otp|_hash", re.IGNORECASE
)
EQUALITY = (ast.Eq, ast.NotEq)
# Both sides are ours: the hash that a password was checked against, and the one that is stored now.
NOT_SOMEBODYS = {"user.password_hash != password.checked", "user.password_hash != checked"}


def comparisons() -> Iterator[str]:
    """Every `==` and `!=` of what is named like a secret, but not those that are a part of a statement."""
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Compare) and any(isinstance(op, EQUALITY) for op in node.ops):
                sides = [node.left, *node.comparators]
                if any(SAYS_SECRET.search(name_of(side)) for side in sides) and not any(map(is_plain, sides)):
                    yield ast.unparse(node)


def name_of(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        return name_of(node.func)
    if isinstance(node, ast.Subscript):
        return ast.unparse(node.slice)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def is_plain(node: ast.expr) -> bool:
    """A constant of the program, or a column: the database finds a hash of what was guessed."""
    column = (
        isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id[0].isupper()
    )
    return column or isinstance(node, ast.Constant)


def test_row_41_secrets_are_compared_in_constant_time() -> None:
    assert {*comparisons()} - NOT_SOMEBODYS == set(), "use hmac.compare_digest"


async def test_row_42_a_password_is_kept_as_argon2id_with_todays_parameters(
    workspace_sqlite: Workspace, shared_sqlite: Talkoot
) -> None:
    person = await workspace_sqlite.member()
    with closing(sqlite3.connect(shared_sqlite.data / "talkoot.db")) as database:
        query = "SELECT password_hash FROM users WHERE username = ?"
        ((kept,),) = database.execute(query, (person.user["username"],)).fetchall()
    form = re.fullmatch(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]{22,})\$([^$]{43,})", kept)
    assert form, kept
    memory, passes, lanes = map(int, form.groups()[:3])
    assert (memory >= 19_456, passes >= 2, lanes >= 1) == (True, True, True)  # OWASP: 19 MiB, 2 passes


@pytest.mark.parametrize(
    "told",
    [
        f"password {PASSWORD!r}",
        "Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmVk",
        "invite IK44YkyyQkwgiVlTTVXamLpwwRrFovFVoCWodh4XJcs",
        "stored $argon2id$v=19$m=19456",
    ],
)
def test_row_08_a_secret_in_the_log_of_any_server_of_the_tests_fails_them(told: str) -> None:
    assert secrets_in(f"all is well\n{told}\n") == [told]


def test_row_08_what_is_none_may_stand_there() -> None:
    lines = "session 0199f3a2-6d1c-7b60-9a3e-5f3c1c2b7d11\nGET /api/v1/rooms/{room}\n[redacted]\n" + "a" * 64
    assert secrets_in(lines) == []
