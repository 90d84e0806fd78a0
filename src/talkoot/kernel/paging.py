"""Lists in pages: `?limit=&before=&after=` in, `{items, next, previous}` out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=200, description="Items in one page.")]


class Page(BaseModel, Generic[T]):
    """One page of a list; `next` and `previous` are cursors to hand back, or null at an end."""

    items: list[T]
    next: str | None = None
    previous: str | None = None


def page_of(found: list[T], limit: int, *, key: Callable[[T], Any]) -> Page[T]:
    """A page out of a list that was read one item further than asked, to know whether more follows."""
    items = found[:limit]
    return Page(items=items, next=str(key(items[-1])) if len(found) > limit else None)
