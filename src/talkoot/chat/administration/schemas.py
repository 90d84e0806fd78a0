"""What the installation's inner life looks like on the wire."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from talkoot.chat.accounts.schemas import Moment
from talkoot.kernel.limit_book import Each

JobState = Literal["ready", "running", "done", "dead"]


class JobProgress(BaseModel):
    """How far a job is, as it last told; `total` is null when nobody knows."""

    done: int
    total: int | None
    note: str | None


class JobOut(BaseModel):
    """A job, without what it was given, where secrets may be."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0199f3a2-6d1c-7b60-9a3e-5f3c1c2b7d11",
                    "kind": "accounts.forget_sessions",
                    "state": "dead",
                    "attempts": 10,
                    "max_attempts": 10,
                    "created_at": "2026-01-02T03:27:00.000000Z",
                    "due_at": "2026-01-02T09:31:12.345678Z",
                    "error": "OSError: no link",
                    "progress": {"done": 3, "total": None, "note": "rounds of ended sessions"},
                }
            ]
        }
    )

    id: UUID
    kind: str
    state: JobState
    attempts: int
    max_attempts: int
    created_at: Moment
    due_at: Annotated[
        Moment,
        Field(description="When it is to run; while it runs, when its lease ends; then when it ended."),
    ]
    error: Annotated[str | None, Field(description="Of the last attempt that failed, without secrets.")]
    progress: JobProgress | None


class LimitIn(BaseModel):
    """`limit` in `period_seconds`; a bucket lets `burst`, or else `limit`, through at one moment."""

    limit: Annotated[int, Field(ge=1, le=2**31)]
    period_seconds: Annotated[int, Field(ge=1, le=86_400)]
    burst: Annotated[int | None, Field(ge=1, le=2**31)] = None


class LimitOut(LimitIn):
    """A limit. A `bucket` refills evenly; a `window` lets through so many in any period."""

    name: str
    each: Annotated[Each, Field(description="For each of what it counts by itself.")]
    counts: Annotated[str, Field(description="What is counted.")]
    kind: Literal["bucket", "window"]
    default: LimitIn
    least: Annotated[LimitIn, Field(description="No less can be chosen ...")]
    most: Annotated[LimitIn, Field(description="... and no more.")]
    enforced: Annotated[bool, Field(description="False with `rate_limits = off`.")]
