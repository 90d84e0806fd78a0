"""Row 38: what the server asks of others, and what it does not let itself be made to ask."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from talkoot.kernel import outgoing as outgoing_module
from talkoot.kernel.outgoing import Outgoing, OutgoingError, is_public
from tests.contracts.tls import certificate, tls_before

LOCAL = ("127.0.0.0/8",)
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def answering(*parts: bytes, endless: bytes = b"", silent: bool = False) -> AsyncIterator[int]:
    """A server that says this to whoever asks; the port."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.writelines(parts)
        try:
            await writer.drain()
            while endless:
                writer.write(endless)
                await writer.drain()
            if silent:
                await reader.read()
        except ConnectionError:
            pass
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def refused(url: str, allowed: tuple[str, ...] = ()) -> str:
    with pytest.raises(OutgoingError) as error:
        await Outgoing(allowed).get(url)
    return str(error.value)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "0.0.0.0",  # noqa: S104 - an address that must not be reached
        "0177.0.0.1",
        "2130706433",
        "0x7f.1",
        "10.0.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "[::1]",
        "[::]",
        "[::ffff:169.254.169.254]",
        "[::ffff:7f00:1]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "[fd00::1]",
    ],
)
async def test_row_38_no_private_address_is_reached_however_it_is_written(host: str) -> None:
    told = await refused(f"https://{host}/")
    assert "private network" in told or "no host" in told or "can not be asked" in told


def test_row_38_what_is_public() -> None:
    assert is_public(ip_address("1.1.1.1"))
    assert is_public(ip_address("2606:4700:4700::1111"))
    assert not is_public(ip_address("192.0.2.1"))
    for private in ("ff0e::1", "fec0::1", "::127.0.0.1", "::a9fe:a9fe"):
        assert not is_public(ip_address(private)), private


async def test_row_38_plain_http_is_asked_only_where_it_is_allowed() -> None:
    assert "not https" in await refused("http://1.1.1.1/")
    async with answering(OK, b"Content-Length: 2\r\n\r\n{}") as port:
        answer = await Outgoing(LOCAL).get(f"http://127.0.0.1:{port}/")
        assert (answer.status, answer.body) == (200, b"{}")
        assert "private network" in await refused(f"http://127.0.0.1:{port}/", ("127.0.0.2/32",))


@pytest.mark.parametrize("url", ["file:///etc/passwd", "gopher://x/", "https://", "https://a:b@x.test/", "x"])
async def test_row_38_only_addresses_of_the_web_are_asked(url: str) -> None:
    assert await refused(url, LOCAL)


async def test_row_38_a_name_that_means_something_else_a_moment_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The name is looked up once, and the connection goes where it was looked at."""
    asked: list[str] = []
    right = asyncio.get_running_loop().getaddrinfo

    async def rebinding(host: str, port: int, **more: Any) -> Any:
        asked.append(host)
        place = "127.0.0.1" if asked.count("rebinding.test") == 1 else "169.254.169.254"
        return await right(place if host == "rebinding.test" else host, port, **more)

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", rebinding, raising=False)
    async with answering(OK, b"Content-Length: 2\r\n\r\n{}") as port:
        url = f"http://rebinding.test:{port}/"
        assert (await Outgoing(LOCAL).get(url)).body == b"{}"
        assert asked.count("rebinding.test") == 1
        assert "private network" in await refused(url, LOCAL)


async def test_row_38_redirects_stay_at_home_and_end() -> None:
    away = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2:1/\r\nContent-Length: 0\r\n\r\n"
    async with answering(away) as port:
        assert "redirects elsewhere" in await refused(f"http://127.0.0.1:{port}/", LOCAL)
    round_and_round = b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n"
    async with answering(round_and_round) as port:
        assert "redirects too often" in await refused(f"http://127.0.0.1:{port}/", LOCAL)
        with pytest.raises(OutgoingError, match="redirects elsewhere"):
            await Outgoing(LOCAL).post(f"http://127.0.0.1:{port}/", {"secret": "x"})


async def test_row_38_nothing_is_read_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    async with answering(OK, b"Connection: close\r\n\r\n", endless=b" " * 65536) as port:
        assert "more than 1048576 bytes" in await refused(f"http://127.0.0.1:{port}/", LOCAL)
    monkeypatch.setattr(outgoing_module, "SECONDS", 0.2)
    async with answering(OK, silent=True) as port:
        assert "did not answer" in await refused(f"http://127.0.0.1:{port}/", LOCAL)


async def test_row_38_other_types_and_what_is_compressed_are_not_read() -> None:
    html = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\n{}"
    async with answering(html) as port:
        assert "unexpected type" in await refused(f"http://127.0.0.1:{port}/", LOCAL)
    async with answering(OK, b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}") as port:
        assert "compressed" in await refused(f"http://127.0.0.1:{port}/", LOCAL)


async def test_row_38_tls_is_checked_for_the_name_and_not_for_the_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = certificate(tmp_path)  # for 127.0.0.1 only
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    async with answering(OK, b"Content-Length: 2\r\n\r\n{}") as port, tls_before(port, pem) as secure:
        assert (await Outgoing(LOCAL).get(f"https://127.0.0.1:{secure}/")).body == b"{}"
        assert "can not be asked" in await refused(f"https://localhost:{secure}/", LOCAL)
