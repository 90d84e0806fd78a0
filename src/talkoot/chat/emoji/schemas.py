"""What emoji of a workspace look like on the wire."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Base64Bytes, BaseModel, Field, model_validator

NAME = r"[a-z0-9_+-]{1,64}"

Name = Annotated[str, Field(pattern=f"^{NAME}$", examples=["party_parrot"])]


class EmojiOut(BaseModel):
    """An emoji of a workspace: written `:name:`; `picture` is the id under which its picture is got.

    `alias_of` is the name of the emoji that it is another name for.
    """

    id: UUID
    name: str
    alias_of: str | None
    picture: UUID
    animated: bool
    by: UUID


class NewEmoji(BaseModel):
    """An emoji to be added: a picture (PNG, JPEG, GIF, WebP; at most 512 KB, in base64), or another name."""

    name: Name
    picture: Annotated[Base64Bytes | None, Field(max_length=524_288)] = None
    alias_of: Name | None = None

    @model_validator(mode="after")
    def _is_one_of_both(self) -> NewEmoji:
        if (self.picture is None) == (self.alias_of is None):
            raise ValueError("an emoji has either a picture or alias_of")
        return self
