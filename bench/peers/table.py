"""Who is measured, in the order in which they are shown, and what a reader must know of each."""

from dataclasses import dataclass

from bench.member import Member
from bench.peers.cases import Step, entering, filled_pages, hundred, many_rooms, pages, thousand
from bench.peers.websockets import SocketIoGuest, WebSocketGuest
from bench.peers.xmpp import XmppGuest

TALKOOT = "talkoot"
REFERENCE = "send-loop"
W1 = ("W1 saturated", "W1 light")
BEFORE = "yes, before others see it"
IN_POSTGRES = f"{BEFORE} (PostgreSQL, fsync and synchronous_commit on)"


@dataclass(frozen=True)
class Peer:
    """`durable` says when a message is safe, in the words of the table."""

    title: str
    durable: str
    how: str
    kind: type[Member] = Member
    steps: tuple[Step, ...] = (entering, hundred, many_rooms, pages)
    in_flight: int = 16  # of each of the 8 publishers of W1; fewer where so many would take too long to end
    longer: int = 1  # windows with 1,000 people, where those of the others see too few messages


PEERS: dict[str, Peer] = {
    REFERENCE: Peer(
        "C, one send() each",
        "no",
        "The send limit: bench/reference/send_loop.c, one send() for each message and member; no handshake, "
        "no storage, no check.",
        steps=(thousand, hundred),
    ),
    TALKOOT: Peer(
        "Talkoot",
        f"{BEFORE} (SQLite, WAL, synchronous=FULL)",
        "As `talkoot serve` runs it, with sign-in, permission check and sequence numbers; rate limits off.",
        steps=(entering, hundred, many_rooms, filled_pages),
    ),
    "socketio": Peer(
        "Socket.IO",
        "no",
        "Node; WebSocket transport from the start, rooms and acknowledgements. Nobody signs in.",
        SocketIoGuest,
        steps=(entering, hundred, many_rooms),
    ),
    "socketio-sqlite": Peer(
        "Socket.IO, SQLite",
        f"{BEFORE}, but without fsync (SQLite, WAL, synchronous=NORMAL)",
        "The same with one better-sqlite3 insert a message, in WAL mode as its documentation advises: its "
        "build syncs at checkpoints only, so a power cut may lose the last messages. Nobody signs in.",
        SocketIoGuest,
    ),
    "fastapi-sqlite": Peer(
        "FastAPI, Redis, SQLite",
        f"{BEFORE} (SQLite, WAL, synchronous=FULL)",
        "The ConnectionManager of the tutorial with rooms; SQLAlchemy's ORM and aiosqlite, one commit a "
        "message; Redis pub/sub; uvicorn with uvloop. Nobody signs in.",
        WebSocketGuest,
        in_flight=4,
    ),
    "fastapi-postgres": Peer(
        "FastAPI, Redis, PostgreSQL",
        IN_POSTGRES,
        "The same with asyncpg.",
        WebSocketGuest,
        in_flight=4,
        longer=2,
    ),
    "channels": Peer(
        "Django Channels",
        IN_POSTGRES,
        "channels_redis, the ORM with Django's connection pool, uvicorn with uvloop. Nobody signs in.",
        WebSocketGuest,
        in_flight=1,
        longer=3,
    ),
    "ejabberd": Peer(
        "ejabberd",
        IN_POSTGRES,
        "MUC with mod_mam on PostgreSQL; people sign in with SASL PLAIN and a password stored as it is, "
        "without TLS; joins are not told to the others in the room.",
        XmppGuest,
        in_flight=4,
    ),
}

STEPS: dict[Step, tuple[tuple[str, int], ...]] = {  # the cases of a step; which of the sizes of W1, or -1
    entering: (("W5", -1), ("W3", -1), *((case, 0) for case in W1)),
    thousand: tuple((case, 0) for case in W1),
    hundred: tuple((case, 1) for case in W1),
    many_rooms: (("W2", -1),),
    pages: (("W4", -1),),
    filled_pages: (("W4", -1),),
}
