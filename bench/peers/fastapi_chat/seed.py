"""Make the table, and a room that has a history: `python seed.py ROOM MESSAGES`."""

import asyncio
import sys

from models import Base, Message, Session, engine
from sqlalchemy import text


async def seed(room: str, messages: int) -> None:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with Session() as session:
        session.add_all(Message(room=room, user="seed", text=f"{n:0200d}") for n in range(messages))
        await session.commit()
        await session.execute(text("ANALYZE"))  # as autovacuum would, a minute later
        await session.commit()
    await engine.dispose()


asyncio.run(seed(sys.argv[1], int(sys.argv[2])))
