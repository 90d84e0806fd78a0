"""The settings of what leaves the page: how people hear of what is meant for them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class TellingSettings(BaseModel):
    """A part of `Settings`."""

    web_push: Literal["on", "off"] = Field(
        "on",
        description="`off`: no browser is told while its page is closed, and no push service is asked; those"
        " of Google, Mozilla, Apple and Microsoft are what browsers name.",
    )
    letter_minutes: int = Field(
        15,
        ge=0,
        le=1440,
        description="How long a message waits to be read before it is mailed, if its reader says nothing.",
    )
    read_by_members: int = Field(
        20,
        ge=0,
        le=100,
        description="In rooms of so many members they see who has read what; in larger ones nobody does."
        " 0: nowhere. A workspace can do without, and so can each person.",
    )
