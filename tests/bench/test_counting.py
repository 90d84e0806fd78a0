"""Counting in bulk: the same as frame by frame, however the stream is cut, and never blind to a loss."""

import asyncio
import itertools
import json
import socket
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.member import Member, Shared
from bench.publishing import Publisher, reference_encoder
from bench.reader import Reader, library
from bench.swarm import Swarm
from bench.waiting import until

ROOM = "room"
Read = Callable[[bytes, list[int]], Awaitable[Member]]


def server_frame(message: dict[str, object]) -> bytes:
    payload = json.dumps(message, separators=(",", ":")).encode()
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    if size < 65536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload


def event(seq: int, size: int) -> bytes:
    return server_frame({"op": "ev", "room": ROOM, "seq": seq, "body": {"text": "x" * size}})


def subscribed(head: int) -> bytes:
    return server_frame({"op": "subd", "rooms": [{"room": ROOM, "head": head}]})


async def fed(stream: bytes, cuts: list[int]) -> Member:
    """A member that reads the stream in pieces of these sizes, and then the rest."""
    member = Member(Shared(), "host", "", ROOM)
    while stream:
        size = cuts.pop() if cuts else len(stream)
        feed(member, stream[:size])
        stream = stream[size:]
    return member


def feed(member: Member, piece: bytes) -> None:
    member.get_buffer(0)[: len(piece)] = piece
    member.buffer_updated(len(piece))


async def read(stream: bytes, cuts: list[int]) -> Member:
    """The same over a socket, with everything after the first frame read by reader.c, where that compiles."""
    if (code := library()) is None:
        return await fed(stream, cuts)
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    transport, member = await loop.create_connection(lambda: Member(Shared(), "host", "", ROOM), sock=ours)
    size = 2 + stream[1]
    await loop.sock_sendall(theirs, stream[:size])
    await member.ready
    reader = Reader(code, [member])
    while stream := stream[size:]:
        size = cuts.pop() if cuts else len(stream)
        await loop.sock_sendall(theirs, stream[:size])
    theirs.close()
    await until(lambda: bool(member.refused) and member.refused[-1]["op"] == "closed")
    reader.look()
    member.refused.pop()
    assert reader.total == member.count
    reader.close()
    transport.abort()
    return member


READ = pytest.mark.parametrize("read", [fed, read])


class Nowhere(asyncio.Transport):
    def write(self, data: bytes | bytearray | memoryview) -> None:
        pass


@READ
@settings(deadline=None)
@given(
    head=st.integers(0, 12),
    sizes=st.lists(st.sampled_from([1, 10, 100, 200, 200, 200, 70_000]), max_size=25),
    noise=st.sets(st.integers(0, 24)),
    cuts=st.lists(st.integers(1, 2000), max_size=40),
)
async def test_every_event_counts_once(
    read: Read, head: int, sizes: list[int], noise: set[int], cuts: list[int]
) -> None:
    stream = subscribed(head)
    for number, size in enumerate(sizes):
        if number in noise:
            stream += server_frame({"op": "typing", "room": ROOM, "user": "somebody"})
        stream += event(head + number + 1, size)
    member = await read(stream, cuts)
    assert (member.count, member.last, member.wrong) == (len(sizes), head + len(sizes), 0)


@READ
@pytest.mark.parametrize("seqs", [[1, 2, 4], [1, 2, 2, 3], [2, 3], [1, 3, 2]])
async def test_a_loss_or_a_repeat_is_noticed(read: Read, seqs: list[int]) -> None:
    member = await read(subscribed(0) + b"".join(event(seq, 50) for seq in seqs), [])
    crowd = Swarm("host", 0)
    crowd.members = [member]
    with pytest.raises(AssertionError, match="A member got"):
        crowd.require_correct({ROOM: max(seqs)}, {ROOM: max(seqs)})


@READ
async def test_a_refused_message_is_noticed(read: Read) -> None:
    nack = server_frame({"op": "nack", "ref": 1, "code": "rate_limited"})
    member = await read(subscribed(0) + event(1, 50) + nack, [])
    crowd = Swarm("host", 0)
    crowd.members = [member]
    with pytest.raises(AssertionError, match="rate_limited"):
        crowd.require_correct({ROOM: 1}, {ROOM: 1})


@settings(deadline=None, max_examples=60)
@given(
    sizes=st.lists(st.integers(1, 3), min_size=1, max_size=6),
    wrong=st.dictionaries(st.tuples(st.integers(0, 3), st.integers(1, 18)), st.integers(1, 20)),
    heads=st.lists(st.integers(0, 1), min_size=4, max_size=4),
)
async def test_who_is_sent_the_same_as_the_one_before_is_counted_for_themselves(
    sizes: list[int], wrong: dict[tuple[int, int], int], heads: list[int]
) -> None:
    """Batches as a server sends them, one member after the other; some events bear another number."""
    if (code := library()) is None:
        return
    entries = [await entered(head) for head in heads]
    members = [member for _, _, member in entries]
    reader, sent, seq = Reader(code, members), [[head] for head in heads], 0
    for size in sizes:
        for number, (theirs, _, _) in enumerate(entries):
            batch = [wrong.get((number, each), each) for each in range(seq + 1, seq + size + 1)]
            theirs.sendall(b"".join(event(each, 50) for each in batch))
            sent[number] += batch
            await asyncio.sleep(0)
        seq += size
    await until(lambda: reader.total >= sum(sizes) * len(members))
    reader.look()
    reader.close()
    for theirs, transport, _ in entries:
        theirs.close()
        transport.abort()
    for member, seqs in zip(members, sent, strict=True):
        leaps = sum(each != before + 1 for before, each in itertools.pairwise(seqs))
        assert (member.count, member.last, member.wrong) == (sum(sizes), seqs[-1], leaps)
        assert member.frame_bytes == len(event(seqs[-1], 50))


async def entered(head: int) -> tuple[socket.socket, asyncio.Transport, Member]:
    """A server's end, and at the other a member that has heard where its room begins."""
    ours, theirs = socket.socketpair()
    loop = asyncio.get_running_loop()
    transport, member = await loop.create_connection(lambda: Member(Shared(), "host", "", ROOM), sock=ours)
    theirs.sendall(subscribed(head))
    await member.ready
    return theirs, transport, member


async def test_an_answer_out_of_order_is_noticed() -> None:
    member = await fed(subscribed(0), [])
    member.connection_made(Nowhere())
    Publisher(member, reference_encoder()).send()
    with pytest.raises(AssertionError, match="2 was answered before 1"):
        feed(member, server_frame({"op": "ack", "ref": 2}))
