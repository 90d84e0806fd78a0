from typing import Any

import pytest

from talkoot.kernel.addresses import client_address, comes_from, forwarded_address, is_local, limited_as

PROXIES = ("10.0.0.0/8", "::1", "192.0.2.1")


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "address"),
    [
        ("198.51.100.7", "", "198.51.100.7"),
        # Whoever is no proxy is not believed.
        ("198.51.100.7", "203.0.113.9", "198.51.100.7"),
        ("10.1.2.3", "203.0.113.9", "203.0.113.9"),
        # The right-most that is no proxy: what stands left of it was written by that one.
        ("10.1.2.3", "203.0.113.66, 203.0.113.9, 10.9.9.9", "203.0.113.9"),
        ("10.1.2.3", "10.4.4.4, 10.5.5.5", "10.4.4.4"),
        ("10.1.2.3", "", "10.1.2.3"),
        ("10.1.2.3", "nonsense", "10.1.2.3"),
        ("10.1.2.3", "203.0.113.9, nonsense, 10.5.5.5", "10.5.5.5"),
        ("10.1.2.3", "203.0.113.9:5000", "203.0.113.9"),
        ("::1", "[2001:db8::5]:443", "2001:db8::5"),
        ("::ffff:10.1.2.3", "203.0.113.9", "203.0.113.9"),
        ("::ffff:198.51.100.7", "", "198.51.100.7"),
        ("fe80::1%eth0", "", "fe80::1"),
        ("", "203.0.113.9", "unknown"),
    ],
)
def test_row_30_the_right_most_address_that_is_no_proxy(peer: str, forwarded_for: str, address: str) -> None:
    assert forwarded_address(peer, forwarded_for, PROXIES) == address


def test_row_30_a_very_long_chain_costs_nothing() -> None:
    assert (
        forwarded_address("10.0.0.1", "203.0.113.9," + "10.0.0.2," * 100_000 + "10.0.0.3", PROXIES)
        == "10.0.0.2"
    )


def test_all_headers_of_a_request_count_as_one() -> None:
    headers = [(b"x-forwarded-for", b"203.0.113.66"), (b"x-forwarded-for", b"203.0.113.9, 10.0.0.4")]
    scope: dict[str, Any] = {"client": ("10.0.0.5", 1234), "headers": headers}
    assert client_address(scope, PROXIES) == "203.0.113.9"
    assert client_address({"client": None, "headers": headers}, PROXIES) == "unknown"


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "::ffff:203.0.113.9"),
        ("unknown", "unknown"),
    ],
)
def test_a_limit_counts_the_network_that_one_customer_has(address: str, counted: str) -> None:
    assert limited_as(address) == counted


def test_local_and_trusted() -> None:
    assert [is_local(address) for address in ("127.0.0.1", "::1", "10.0.0.1", "unknown")] == [
        True,
        True,
        False,
        False,
    ]
    assert comes_from("10.3.3.3", PROXIES)
    assert not comes_from("11.3.3.3", PROXIES)
    assert not comes_from("", PROXIES)
