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
