"""The twin in a bucket of S3, or of whatever else speaks its protocol; requests are signed with SigV4.

The library is an extra, `talkoot[s3]`. What was not finished is aborted; what a killed server left behind of
it, a rule of the bucket's lifecycle clears away.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from talkoot.kernel.blobs import PIECE, checked
from talkoot.kernel.errors import NotFound, StorageFull, TalkootError, Unavailable

if TYPE_CHECKING:
    from talkoot.settings import Settings

log = logging.getLogger("talkoot.storage")

_CHUNK = 5 * 1024 * 1024  # the least that a part may have
_FULL = ("status code: 507", "QuotaExceeded", "XMinioStorageFull", "EntityTooLarge")


class S3Blobs:
    """Contents in a bucket."""

    def __init__(self, settings: Settings) -> None:
        from obstore.store import S3Store

        self._store = S3Store(
            settings.s3_bucket,
            prefix=settings.s3_prefix,
            region=settings.s3_region,
            access_key_id=settings.s3_access_key,
            secret_access_key=settings.s3_secret_key.get_secret_value(),
            virtual_hosted_style_request=False,
            client_options={"allow_http": True, "timeout": "60s", "connect_timeout": "5s"},
            retry_config={"max_retries": 3},
            config={"endpoint": settings.s3_endpoint} if settings.s3_endpoint else None,
        )

    async def put(self, name: str, pieces: AsyncIterator[bytes]) -> None:
        """Write all of this, or nothing."""
        import obstore
        from obstore.exceptions import BaseError

        try:
            await obstore.put_async(self._store, checked(name), pieces, chunk_size=_CHUNK, max_concurrency=2)
        except (BaseError, OSError) as error:
            raise _refusal(error) from None

    async def get(self, name: str, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `start` to before `end`, in pieces."""
        import obstore
        from obstore.exceptions import BaseError

        if start >= end:
            return
        try:
            found: Any = await obstore.get_async(self._store, checked(name), options={"range": (start, end)})
            async for piece in found.stream(min_chunk_size=PIECE):
                yield bytes(piece)
        except FileNotFoundError:
            raise NotFound("There is no such file") from None
        except (BaseError, OSError) as error:
            raise _refusal(error) from None

    async def remove(self, name: str) -> None:
        """Delete what is there under this name."""
        import obstore
        from obstore.exceptions import BaseError

        try:
            await obstore.delete_async(self._store, checked(name))
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise _refusal(error) from None

    async def drop(self, folder: str) -> None:
        """Delete all that lies in this folder."""
        import obstore
        from obstore.exceptions import BaseError

        prefix = checked(f"{folder}/x").removesuffix("x")
        try:
            async for found in obstore.list(self._store, prefix):
                await obstore.delete_async(self._store, [each["path"] for each in found])
        except (BaseError, OSError) as error:
            raise _refusal(error) from None

    async def sweep(self) -> None:
        """What was never finished is the bucket's to clear away."""


def _refusal(error: Exception) -> TalkootError:
    """What it means to who asked; what the service said stands in the log, and holds no secret of ours."""
    said = str(error).partition("Debug source:")[0].strip()[:500]
    log.error("The bucket did not do it: %s", said)
    if any(sign in said for sign in _FULL):
        return StorageFull("There is no room for this file; nothing of it was stored")
    return Unavailable("Files can not be stored or read right now; try again")
