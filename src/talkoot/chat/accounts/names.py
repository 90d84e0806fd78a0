"""The rules for names, addresses and time zones; each function returns the value as it is to be stored."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import NoReturn
from zoneinfo import available_timezones

from email_validator import EmailNotValidError, validate_email

from talkoot.chat.accounts.lookalikes import skeleton
from talkoot.kernel.errors import Invalid
from talkoot.kernel.values import Value

USERNAME_LENGTH = range(2, 33)
DISPLAY_NAME_LENGTH = range(1, 65)
_SEPARATORS = "._-"
_RESERVED = frozenset({"all", "channel", "everyone", "here", "me", "room", "system", "talkoot", "team"})
# Letters and marks that show nothing: fillers, joiners, variation selectors.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0") | {
    chr(c) for c in (*range(0x180B, 0x180F), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
}
_JOINERS = "\u200c\u200d"  # part of correct spelling in some scripts, and of emoji
# Scripts that are written together in one word; apart from these a name keeps to one.
_TOGETHER = (
    frozenset({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"}),
    frozenset({"CJK", "HANGUL"}),
    frozenset({"CJK", "BOPOMOFO"}),
)


class Username(Value, frozen=True):
    """A username as shown, and the key under which it, and all that looks like it, is taken."""

    shown: str
    key: str


def username_from(value: str) -> Username:
    """A username: 2-32 letters (of one script) and digits, with `.`, `_`, `-` between them."""
    name = unicodedata.normalize("NFKC", value)
    if len(name) not in USERNAME_LENGTH:
        _refuse("username", "length", "A username has 2 to 32 characters")
    if not all(_is_letter(c) or c in "0123456789" or c in _SEPARATORS for c in name):
        _refuse("username", "characters", "A username has letters, digits, and . _ - only")
    if name[0] in _SEPARATORS or name[-1] in _SEPARATORS:
        _refuse("username", "separators", "A username begins and ends with a letter or a digit")
    if not _one_script({_script(c) for c in name if _is_letter(c)}):
        _refuse("username", "scripts", "A username keeps to the letters of one script")
    key = username_key(name)
    if key in _RESERVED:
        _refuse("username", "reserved", "This username is reserved")
    return Username(name, key)


def username_key(value: str) -> str:
    """What two usernames that only differ in case, or to the eye not at all, have in common."""
    return skeleton(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).casefold()))


def display_name_from(value: str) -> str:
    """A display name: 1-64 characters, at least one to be seen, and none that rules over its neighbours."""
    return line_from(value, "display_name", "A display name", DISPLAY_NAME_LENGTH)


def line_from(value: str, field: str, what: str, lengths: range) -> str:
    """One line that is shown beside others: something to be seen, and nothing that rules over its neighbours.

    Invalid, of this field, if it is not; `what` begins the sentence that says so.
    """
    line = " ".join(unicodedata.normalize("NFC", value).split())
    if len(line) not in lengths:
        _refuse(field, "length", f"{what} has {lengths[0]} to {lengths[-1]} characters")
    if any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn"} and c not in _JOINERS for c in line):
        _refuse(field, "characters", f"{what} has no control or invisible characters")
    if not any(c not in _INVISIBLE and unicodedata.category(c)[0] in "LNPS" for c in line):
        _refuse(field, "characters", f"{what} has something to be seen")
    return line


def email_from(value: str) -> str:
    """An email address in its normal form; whether it receives anything is not asked."""
    try:
        return validate_email(value, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise Invalid.field("email", "email", str(error)) from None


def time_zone_from(value: str) -> str:
    """A name from the time zone database, such as `Europe/Berlin`."""
    if value not in _time_zones():
        _refuse("time_zone", "unknown", "This is not a name from the time zone database")
    return value


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones()) | {"UTC"}


def _is_letter(char: str) -> bool:
    return char not in _INVISIBLE and unicodedata.category(char) in {"Ll", "Lu", "Lo", "Lm", "Lt", "Mn", "Mc"}


def _script(char: str) -> str:
    return "ANY" if unicodedata.category(char)[0] == "M" else unicodedata.name(char, "NONE").split(" ", 1)[0]


def _one_script(scripts: set[str]) -> bool:
    found = scripts - {"ANY"}
    return len(found) <= 1 or any(found <= together for together in _TOGETHER)


def _refuse(field: str, code: str, detail: str) -> NoReturn:
    raise Invalid.field(field, code, detail)
