"""`talkoot worker` with one more kind of job, whose effect is a row that can be counted.

Its payload: `n`, what is written; `hangs`: the first attempt never ends; `poison`: no attempt succeeds.
"""

import asyncio

from sqlalchemy import text

from talkoot.cli import main
from talkoot.kernel.context import Kernel
from talkoot.kernel.job_runner import InTheEnd
from talkoot.kernel.jobs import Claim
from talkoot.kernel.transactions import Tx
from talkoot.work import HANDLERS


async def mark(_kernel: Kernel, claim: Claim) -> InTheEnd:
    """Write a row in the transaction that finishes the job."""
    claim.progress(1, 2, "half of it")
    if claim.payload.get("poison"):
        raise ValueError("poison, token=hush")
    if claim.payload.get("hangs") and claim.attempt == 1:
        await asyncio.Event().wait()

    async def effect(tx: Tx) -> None:
        await tx.connection.execute(text("INSERT INTO marks VALUES (:n)"), {"n": claim.payload["n"]})

    return effect


if __name__ == "__main__":
    HANDLERS["mark"] = mark
    main()
