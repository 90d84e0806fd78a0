"""What a page says of itself, read out of bytes that anybody may have made.

Only `<title>` and `<meta>` are looked for, in one pass and in its beginning; nothing is built of the rest.
"""

from __future__ import annotations

import codecs
import html
import re
import unicodedata
from contextlib import suppress
from urllib.parse import urljoin, urlsplit

from talkoot.kernel.values import Value

_LOOKED_AT = 512 * 1024  # bytes
_TAG = re.compile(r"<(?:(!--)|(title|meta|script|style|body)(?=[\s/>]))", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"(?<![a-zA-Z0-9:._-])([a-zA-Z][a-zA-Z0-9:._-]{0,40})\s{0,8}=\s{0,8}(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)"
)
_CHARSET = re.compile(rb"charset\s{0,8}=\s{0,8}[\"']?([a-zA-Z0-9_-]{2,30})", re.IGNORECASE)
# What pages are written in. Other codecs that Python knows take minutes for what is made to take long.
_CHARSETS = {
    *("ascii", "utf-8", "utf-16", "utf-16-le", "utf-16-be", "koi8-r", "koi8-u", "mac-cyrillic"),
    *(f"iso8859-{part}" for part in range(1, 17)),
    *(f"cp{page}" for page in (866, 874, 932, 949, 950, *range(1250, 1259))),
    *(
        "shift_jis",
        "euc_jp",
        "iso2022_jp",
        "euc_kr",
        "gb2312",
        "gbk",
        "gb18030",
        "big5",
        "big5hkscs",
        "tis-620",
    ),
}
_WHOLE = {"title", "script", "style"}
TITLE, DESCRIPTION, SITE = 200, 400, 80  # characters


class Facts(Value, frozen=True):
    """What is shown of a page: lines of plain text, and where its picture lies."""

    title: str
    description: str = ""
    site: str = ""
    picture: str = ""


def facts_of(content: bytes, charset: str, url: str) -> Facts | None:
    """What a page at this address says of itself; None if it has not even a title."""
    said = _said(_text(content[:_LOOKED_AT], charset))
    title = _first(said, TITLE, "og:title", "twitter:title", "title")
    if not title:
        return None
    description = _first(said, DESCRIPTION, "og:description", "twitter:description", "description")
    site = _first(said, SITE, "og:site_name", "application-name") or (urlsplit(url).hostname or "")
    names = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src")
    return Facts(title, description, site, _picture(_first(said, 2000, *names), url))


def _picture(said: str, url: str) -> str:
    try:
        found = urljoin(url, said) if said else ""
        return found if urlsplit(found).scheme in {"http", "https"} else ""
    except ValueError:
        return ""


def _text(content: bytes, charset: str) -> str:
    said = _CHARSET.search(content[:4096])
    for name in (charset, said.group(1).decode() if said else ""):
        with suppress(LookupError, UnicodeError, ValueError):
            if codecs.lookup(name).name in _CHARSETS:
                return content.decode(name, "replace")
    return content.decode("utf-8", "replace")


def _said(page: str) -> dict[str, str]:
    """The first value of each name, up to the body of the page."""
    said: dict[str, str] = {}
    at = 0
    while (tag := _TAG.search(page, at)) is not None:
        name = (tag.group(2) or "").lower()
        if name == "body":
            break
        if tag.group(1):
            at = _behind(page, "-->", tag.end())
            continue
        at = _behind(page, ">", tag.end())
        if name == "meta":
            _take(page[tag.end() : min(at, tag.end() + 8000)], said)
        elif name in _WHOLE:
            end = _end_of(page, name, at)
            if name == "title":
                said.setdefault("title", page[at : min(end, at + 4000)])
            at = end
    return said


def _take(tag: str, said: dict[str, str]) -> None:
    given = {key.lower(): value.strip("\"'") for key, value in _ATTRIBUTE.findall(tag)}
    name = given.get("property") or given.get("name") or ""
    if name and given.get("content"):
        said.setdefault(name.lower(), given["content"])


def _behind(page: str, mark: str, at: int) -> int:
    found = page.find(mark, at)
    return len(page) if found < 0 else found + len(mark)


def _end_of(page: str, name: str, at: int) -> int:
    found = re.compile(rf"</{name}", re.IGNORECASE).search(page, at)
    return len(page) if found is None else found.start()


def _first(said: dict[str, str], most: int, *names: str) -> str:
    for name in names:
        if line := _line(said.get(name, ""), most):
            return line
    return ""


def _line(text: str, most: int) -> str:
    """One line of plain text: nothing that controls, reorders or hides."""
    plain = "".join(
        " " if unicodedata.category(c) in {"Zl", "Zp", "Cc"} else c
        for c in html.unescape(text[: 4 * most])
        if unicodedata.category(c) not in {"Cf", "Cs"}
    )
    line = " ".join(plain.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
