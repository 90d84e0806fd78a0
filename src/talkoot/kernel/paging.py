"""Lists in pages: `?limit=&before=&after=` in, `{items, next, previous}` out."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=200, description="Items in one page.")]


class Page(BaseModel, Generic[T]):
    """One page of a list; `next` and `previous` are cursors to hand back, or null at an end."""

    items: list[T]
    next: str | None = None
    previous: str | None = None
