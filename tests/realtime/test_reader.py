"""The frame reader gives the same messages however the bytes are cut, and never keeps what it must refuse."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from talkoot.realtime.close_codes import CloseCode
from talkoot.realtime.frames import close_frame, split_frames, text_frame
from talkoot.realtime.limits import Limits
from talkoot.realtime.reader import BrokenFrame, FrameReader
from tests.realtime.toy import raw_frame

EDGES = ["x" * 125, "x" * 126, "x" * 65535, "x" * 65536]
TEXTS = st.lists(st.text(max_size=300) | st.sampled_from(EDGES), max_size=5)


def read(data: bytes, cuts: list[int]) -> list[tuple[int, str | bytes]]:
    reader = FrameReader(Limits())
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [message for start, stop in pairwise(edges) for message in reader.feed(data[start:stop])]


@settings(deadline=None)
@given(TEXTS, st.lists(st.integers(0, 200_000), max_size=20))
def test_messages_do_not_depend_on_how_bytes_arrive(texts: list[str], cuts: list[int]) -> None:
    data = b"".join(raw_frame(0x81, text.encode()) for text in texts)
    assert read(data, cuts) == [(1, text) for text in texts]


@settings(deadline=None)
@given(st.lists(st.binary(max_size=20), min_size=2, max_size=20), st.lists(st.integers(0, 1000), max_size=10))
def test_fragments_make_one_message(parts: list[bytes], cuts: list[int]) -> None:
    whole = b"".join(parts).hex().encode()
    pieces = [whole[at : at + 7] for at in range(0, len(whole), 7)] or [b""]
    frames = [raw_frame(0x00 if at else 0x01, piece) for at, piece in enumerate(pieces)]
    assert read(b"".join(frames) + raw_frame(0x80), cuts) == [(1, whole.decode())]


@settings(deadline=None)
@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=10))
def test_any_bytes_are_read_or_refused(data: bytes, cuts: list[int]) -> None:
    with suppress(BrokenFrame):
        assert all(opcode in {1, 8, 9, 10} for opcode, _ in read(data, cuts))


@given(st.lists(st.binary(max_size=70_000), max_size=4))
def test_frames_of_ours_can_be_taken_apart(payloads: list[bytes]) -> None:
    data = b"".join(map(text_frame, payloads)) + close_frame(4403, "é" * 100)
    *texts, (opcode, last) = split_frames(data)
    assert texts == [(1, payload) for payload in payloads]
    assert (opcode, last[:2]) == (8, (4403).to_bytes(2, "big"))
    assert len(last) <= 125
    assert last[2:].decode()


def test_every_code_tells_what_to_do() -> None:
    for code in CloseCode:
        assert code.meaning.endswith(".")
        assert code.reconnect or not code.resume
