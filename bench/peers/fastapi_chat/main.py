"""The chat of FastAPI's tutorial as people grow it: rooms, Redis between processes, SQLAlchemy."""

import asyncio
import json
import os
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from models import Message, Session
from redis.asyncio import Redis
from sqlalchemy import select


class ConnectionManager:
    def __init__(self) -> None:
        self.rooms: defaultdict[str, list[WebSocket]] = defaultdict(list)

    async def connect(self, websocket: WebSocket, room: str) -> None:
        await websocket.accept()
        self.rooms[room].append(websocket)

    def disconnect(self, websocket: WebSocket, room: str) -> None:
        self.rooms[room].remove(websocket)

    async def broadcast(self, room: str, text: str) -> None:
        for websocket in list(self.rooms[room]):
            with suppress(RuntimeError, WebSocketDisconnect):  # it leaves, and its own task removes it
                await websocket.send_text(text)


manager = ConnectionManager()
redis = Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


async def listen(pubsub: Any) -> None:
    async for message in pubsub.listen():
        if message["type"] == "pmessage":
            await manager.broadcast(message["channel"].removeprefix("room:"), message["data"])


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    pubsub = redis.pubsub()
    await pubsub.psubscribe("room:*")
    listener = asyncio.create_task(listen(pubsub))
    yield
    listener.cancel()


app = FastAPI(lifespan=lifespan)


@app.websocket("/ws/{room}")
async def chat(websocket: WebSocket, room: str, user: str) -> None:
    await manager.connect(websocket, room)
    try:
        while True:
            received = await websocket.receive_json()
            async with Session() as session:
                message = Message(room=room, user=user, text=received["text"])
                session.add(message)
                await session.commit()
            await redis.publish(f"room:{room}", json.dumps(message.as_dict()))
    except WebSocketDisconnect:
        pass
    finally:
        manager.disconnect(websocket, room)


@app.get("/rooms/{room}/messages")
async def history(room: str, limit: int = 50) -> list[dict[str, Any]]:
    async with Session() as session:
        newest = select(Message).where(Message.room == room).order_by(Message.id.desc()).limit(limit)
        return [message.as_dict() for message in reversed((await session.scalars(newest)).all())]
