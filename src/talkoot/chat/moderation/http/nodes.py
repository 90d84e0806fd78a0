"""Nodes of the tree, as paths name them."""

from __future__ import annotations

from typing import Literal

Kind = Literal["workspaces", "categories", "rooms"]
SINGULAR: dict[Kind, str] = {"workspaces": "workspace", "categories": "category", "rooms": "room"}
