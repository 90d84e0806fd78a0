"""Hostile frames: each ends with its code, and none costs memory."""

from __future__ import annotations

import asyncio
import os

import pytest

from tests.realtime.conftest import Start
from tests.realtime.toy import RawClient, Toy, raw_frame, text

CONTINUED = b'{"op":"echo","ref":1,"text":"'
HUGE = b"\x81\xff" + (1 << 40).to_bytes(8, "big") + b"\x00\x00\x00\x00"

HOSTILE = {
    "unmasked": (raw_frame(0x81, b"{}", masked=False), {1002}),
    "a reserved bit": (raw_frame(0xC1, b"{}"), {1002}),
    "another reserved bit": (raw_frame(0x91, b"{}"), {1002}),
    "an unknown opcode": (raw_frame(0x83, b"{}"), {1002}),
    "an unknown control opcode": (raw_frame(0x8B, b"{}"), {1002}),
    "an orphan continuation": (raw_frame(0x80, b"{}"), {1002}),
    "a text inside of a text": (raw_frame(0x01, b"{") + raw_frame(0x81, b"}"), {1002}),
    "a long ping": (raw_frame(0x89, b"x" * 126), {1002}),
    "a ping in pieces": (raw_frame(0x09, b"x"), {1002}),
    "a close of one byte": (raw_frame(0x88, b"x"), {1002}),
    "a close with a code of nobody": (raw_frame(0x88, (999).to_bytes(2, "big")), {1002}),
    "a close with broken text": (raw_frame(0x88, b"\x03\xe8\xff"), {1002, 1007}),
    "a binary frame": (raw_frame(0x82, b"{}"), {1003}),
    "broken UTF-8": (text(b'{"op":"\xff"}'), {1007}),
    "a surrogate in UTF-8": (text(b'{"op":"\xed\xa0\x80"}'), {1007}),
    "an overlong slash": (text(b'{"op":"\xc0\xaf"}'), {1007}),
    "broken UTF-8 over two frames": (raw_frame(0x01, b'"\xe2\x82') + raw_frame(0x80, b'"'), {1007}),
    "one byte too many": (text(b" " * 65537), {1009}),
    "a terabyte, announced": (HUGE, {1009}),
    "too many bytes in pieces": (raw_frame(0x01, b" " * 60_000) + raw_frame(0x80, b" " * 6_000), {1009}),
    "ten thousand pieces": (raw_frame(0x01, b"{") + raw_frame(0x00, b" ") * 10_000, {1009}),
    "ten thousand empty pieces": (raw_frame(0x01) + raw_frame(0x00) * 10_000, {1009}),
    "a deflated frame": (raw_frame(0xC1, bytes.fromhex("ab562a4a2d2e01000000ffff")), {1002}),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_frame_ends_with_its_code(toy: Toy, name: str) -> None:
    data, codes = HOSTILE[name]
    async with RawClient(toy) as client:
        client.write(data)
        async with asyncio.timeout(1):
            assert await client.closed() in codes


@pytest.mark.parametrize("name", ["unmasked", "a binary frame", "broken UTF-8", "one byte too many"])
async def test_it_does_so_before_the_hello_too(toy: Toy, name: str) -> None:
    data, codes = HOSTILE[name]
    async with RawClient(toy, hello=False) as client:
        client.write(data)
        assert await client.closed() in codes


async def test_the_largest_frame_is_taken(toy: Toy) -> None:
    async with RawClient(toy) as client:
        client.write(text(CONTINUED + b"x" * (65536 - len(CONTINUED) - 2) + b'"}'))
        assert (await client.frame())[0] == 1


async def test_fragments_are_put_together_and_pings_between_them_answered(toy: Toy) -> None:
    async with RawClient(toy) as client:
        client.write(raw_frame(0x01, CONTINUED) + raw_frame(0x89, b"between") + raw_frame(0x80, b'whole"}'))
        answers = [await client.frame(), await client.frame()]
        assert (0xA, b"between") in answers
        assert (1, b'{"op":"echoed","text":"whole","ref":1}') in answers


async def test_a_frame_may_come_byte_by_byte(toy: Toy) -> None:
    async with RawClient(toy) as client:
        for byte in text(CONTINUED + b'slow"}'):
            client.write(bytes([byte]))
            await asyncio.sleep(0)
        assert b"slow" in (await client.frame())[1]


async def test_an_unasked_pong_is_ignored_and_a_close_answered(toy: Toy) -> None:
    async with RawClient(toy) as client:
        client.write(raw_frame(0x8A, b"unasked") + raw_frame(0x88, (1000).to_bytes(2, "big") + b"bye"))
        assert await client.closed() == 1000
        assert await client.reader.read() == b""


async def test_a_flood_behind_an_error_costs_no_memory(start: Start) -> None:
    toy = start(rate=0, user_rate=0)
    async with RawClient(toy) as client:
        before = toy.memory
        client.write(HUGE)
        for _ in range(2000):
            client.write(os.urandom(1024) * 32)
            try:
                await asyncio.wait_for(client.writer.drain(), 0.5)
            except (ConnectionError, TimeoutError):
                break
        assert toy.memory - before < 8 * 1024 * 1024


async def test_a_message_that_never_ends_ends_the_connection(start: Start) -> None:
    toy = start(message_seconds=0.3, heartbeat=1)
    async with RawClient(toy) as client:
        client.write(raw_frame(0x01, b"{"))
        assert await client.closed() in {1002, 4410}


async def test_a_frame_that_never_ends_ends_the_connection(start: Start) -> None:
    toy = start(heartbeat=0.3)
    async with RawClient(toy) as client:
        client.write(text(b" " * 1000)[:500])
        assert await client.closed() == 4410


async def test_a_flood_of_pings_ends_the_connection(start: Start) -> None:
    toy = start(rate=1, burst=10)
    before = toy.memory
    async with RawClient(toy) as client:
        try:
            for _ in range(200):
                client.write(raw_frame(0x89, b"p" * 125) * 1000)
                await asyncio.wait_for(client.writer.drain(), 0.5)
        except (ConnectionError, TimeoutError):
            pass
        assert toy.memory - before < 16 * 1024 * 1024


async def test_a_head_that_never_ends_ends_the_connection(start: Start) -> None:
    toy = start(head_seconds=0.3)
    reader, writer = await asyncio.open_connection("127.0.0.1", toy.port)
    writer.write(b"GET /api/v1/ws HTTP/1.1\r\nHost: chat")
    silent, other = await asyncio.open_connection("127.0.0.1", toy.port)
    async with asyncio.timeout(5):
        assert await reader.read() == b""
        assert await silent.read() == b""
    writer.close()
    other.close()
