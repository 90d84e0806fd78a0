"""Markdown of posts and comments as safe HTML, in the grammar that the web client has too."""

from __future__ import annotations

import html
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_TAGS = {"a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre"}
_TAGS |= {"s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul"}
_SCHEMES = ("http:", "https:", "mailto:", "tel:")
_LOWEST, _NESTED = 6, 20
_MARKS, _MOST_MARKS = "[*_~|", 3000  # of which nobody needs so many, and which together take long
REMEMBERED = 200  # texts


@lru_cache(maxsize=REMEMBERED)
def html_of(text: str, below: int) -> str:
    """Safe HTML; headings are lower ones than that of the level `below`."""
    import nh3  # most servers show no pages

    if sum(map(text.count, _MARKS)) > _MOST_MARKS:
        return _plain(text)
    made: str = _markdown().render(text, {"below": below})
    return nh3.clean(
        made,
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={scheme[:-1] for scheme in _SCHEMES},
        link_rel="noopener noreferrer nofollow ugc",
    )


def _plain(text: str) -> str:
    return f"<p>{html.escape(text)}</p>\n"


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    options = {"html": False, "linkify": True, "breaks": True, "typographer": False, "maxNesting": _NESTED}
    markdown = MarkdownIt("js-default", options).disable("image")
    if markdown.linkify is not None:
        markdown.linkify.set({"fuzzy_link": False, "fuzzy_email": False})
    markdown.validateLink = _leads_somewhere  # type: ignore[method-assign]
    markdown.add_render_rule("heading_open", _heading)
    markdown.add_render_rule("heading_close", _heading)
    return markdown


def _leads_somewhere(url: str) -> bool:
    plain = url.strip().casefold()
    return plain.startswith(_SCHEMES) or (plain.startswith("/") and not plain.startswith("//"))


def _heading(_self: Any, tokens: Sequence[Token], index: int, _options: Any, env: Any) -> str:
    level = min(_LOWEST, int(tokens[index].tag[1:]) + env["below"])
    return f"<h{level}>" if tokens[index].nesting == 1 else f"</h{level}>\n"
