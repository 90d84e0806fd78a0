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
