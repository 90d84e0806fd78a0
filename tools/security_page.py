"""Writes the table of docs/security.md: what is tried against the server, and the tests that try it.

    .venv/bin/python -m tools.security_page

A test belongs to the rows whose two-digit numbers are in its name: `test_row_07_...`, or, of two rows,
`test_row_09_and_10_...`. With --check it writes nothing, and fails when the page is not what it would write,
when a row has no test although its subject exists, or has one although it is said not to exist.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.made import filled, table, write

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "security.md"
_NAMED = re.compile(r"test_row_(\d\d(?:_and_\d\d)*)_")


@dataclass(frozen=True)
class Row:
    """What is tried and what must come of it. `later`: what is not there yet, all of it unless `partly`."""

    tried: str
    must: str
    later: str = ""
    partly: bool = False

    @property
    def exists(self) -> bool:
        """Whether there is something to test."""
        return self.partly or not self.later


ROWS = {
    1: Row("a handshake with a foreign, look-alike or missing Origin", "403 before 101"),
    2: Row("any operation before hello", "4401, and no effect"),
    3: Row("any other subprotocol or version", "the same checks"),
    4: Row("a wrong password or token, on every way", "refused, and nothing left unawaited"),
    5: Row("a socket of somebody who is deactivated or not wholly signed in", "refused, and closed"),
    6: Row("the end of a session with sockets on two servers", "closed in two seconds, or 30 if nobody told"),
    7: Row("a token or session that expires under an open socket", "renewed, or 4401"),
    8: Row("a secret in an address, a subprotocol or a Referer", "400, and in no log"),
    9: Row("a token with another algorithm, key or header", "401"),
    10: Row("a token for another purpose, audience, issuer or time", "401"),
    11: Row("a callback with a foreign, used or missing state, nonce or issuer", "no session"),
    12: Row("the same address from another provider, or one not verified", "another identity"),
    13: Row("fifty at once with what works once", "one success"),
    14: Row("a thousand guesses; a name that exists or not", "slowed down; the same answer and time"),
    15: Row("everything of a room, after its end for somebody", "nothing leaks"),
    16: Row("the same by a role, a parent, a group or a kind", "the same"),
    17: Row("every operation by everybody over every transport", "what a model says; no by default"),
    18: Row("what belongs to another room, by its id", "404", later="previews", partly=True),
    19: Row("who reads, types, is there, of what one may not read", "404, or nothing"),
    20: Row("any id of another workspace", "404"),
    21: Row("looking for what is hidden by error, name or time", "as if it were not there"),
    22: Row("what runs later, after its permission ended", "asked again, and refused"),
    23: Row("fields that are not the caller's", "ignored, or 400"),
    24: Row("reading back a secret", "never told"),
    25: Row("acting where one may not look, or beyond a token's scope", "403 or 404"),
    26: Row("frames too large, in pieces, unmasked, compressed, not UTF-8", "a close code, and flat memory"),
    27: Row("NaN, huge numbers, depth, doubled keys, surrogates, NUL", "refused, and nothing stored"),
    28: Row("who does not read, says nothing, or comes a thousand times", "closed; others unharmed"),
    29: Row("bodies and ranges without end or number", "413 or 400, and the server goes on"),
    30: Row("forged Host and proxy headers", "no way around anything"),
    31: Row("deep, wide and many GraphQL queries", "cost-limited", later="GraphQL"),
    32: Row("a page of another site that uses the cookie; GET with an effect", "403; none"),
    33: Row("texts and searches made to be slow", "as fast as any"),
    34: Row("scripts in texts and names", "inert", later="webhooks", partly=True),
    35: Row("uploads that run, or lie about their type", "attachment, sandboxed"),
    36: Row("paths that lead elsewhere", "404 or 400"),
    37: Row(
        "images and archives that explode", "refused before they are decoded", later="archives", partly=True
    ),
    38: Row("an address inside our network, however written", "not reached"),
    39: Row("forged, foreign and huge things in Redis", "ignored and counted"),
    40: Row("a relay to inside addresses, signalling floods", "denied", later="calls"),
    # What has no number in the list of the others, and ours begins with.
    41: Row("comparing secrets", "in constant time"),
    42: Row("what a password is kept as", "Argon2id, with today's parameters"),
    43: Row("a password of 64 characters and more", "all of it counts"),
    44: Row("what a signed-in person is answered", "`no-store`"),
    45: Row("sign-ins and permissions that were refused", "in the log, without content"),
    46: Row("line ends and control characters in what is logged", "no line is forged"),
    47: Row("an error of ours", "told without what it was"),
    48: Row("Redis, the database or a provider is away", "nothing is let through for it"),
    49: Row("dependencies with known holes", "not installed, and not asked for"),
    50: Row("secrets in the database", "sealed or hashed; sealed anew with another key"),
    51: Row("an outgoing webhook's signature and its age", "checked", later="webhooks"),
    52: Row("more than a limit allows, on any transport", "429 or 4429, with when to come back"),
    53: Row("thousands of random hostile inputs", "no server error, flat memory, a quick event loop"),
    54: Row("what a browser is told", "a strict policy, which the client keeps to"),
    55: Row("who sits at a desk that was left, or took a session", "shows first that it is them"),
    56: Row("what somebody added to an account that was not theirs", "goes; the owner hears of the rest"),
}


def found_tests() -> dict[int, list[str]]:
    """Which files have tests for each row."""
    found: dict[int, dict[str, None]] = defaultdict(dict)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for name in _functions(path):
            for number in _numbers(name):
                found[number][str(path.relative_to(ROOT / "tests"))] = None
    return {number: list(files) for number, files in found.items()}


def _functions(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name


def _numbers(name: str) -> list[int]:
    named = _NAMED.match(name)
    assert named or not name.startswith("test_row_"), f"{name}: a row has two digits, such as test_row_07_"
    return [int(number) for number in named[1].split("_and_")] if named else []


def wrong(rows: dict[int, Row], tests: dict[int, list[str]]) -> list[str]:
    """What does not fit between the rows and the tests."""
    complaints = [
        f"row {n} has no test: {row.tried}" for n, row in rows.items() if row.exists and n not in tests
    ]
    for number, files in tests.items():
        if number not in rows:
            complaints.append(f"there is no row {number}, which {', '.join(files)} names")
        elif not rows[number].exists:
            complaints.append(f"row {number} waits for {rows[number].later}, and has a test already")
    return complaints


def wanted() -> str:
    """The page with its table made anew."""
    return filled(PAGE, {"rows": _rows})


def _rows() -> str:
    tests = found_tests()
    return table(
        ("row", "who tries", "gets", "tested in `tests/`"),
        (
            (str(number), row.tried, row.must, _where(row, tests.get(number, [])))
            for number, row in ROWS.items()
        ),
    )


def _where(row: Row, files: list[str]) -> str:
    told = [", ".join(f"`{file}`" for file in files)] if files else []
    return "; ".join([*told, f"comes with {row.later}"] if row.later else told)


if __name__ == "__main__":
    COMPLAINTS = wrong(ROWS, found_tests())
    sys.stderr.write("".join(f"{complaint}\n" for complaint in COMPLAINTS))
    sys.exit(write(PAGE, wanted()) or int(bool(COMPLAINTS)))
