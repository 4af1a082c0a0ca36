"""The SSRF guard: every way to write a private address is refused, and plain names are not."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from ledger.webhooks import sending
from ledger.webhooks.errors import WebhookTargetRefused
from ledger.webhooks.targets import check_addresses, is_open, target_of

REFUSED_URLS = {
    "http://hooks.example.com/": "https",
    "ftp://hooks.example.com/": "https",
    "file:///etc/passwd": "https",
    "//hooks.example.com/": "https",
    "HTTPS:hooks.example.com": "plain name",
    "https://": "plain name",
    "https:///path": "plain name",
    "https://127.0.0.1/": "an address",
    "https://127.0.0.1./": "plain name",
    "https://127.1/": "an address",
    "https://127.0.1/": "an address",
    "https://2130706433/": "an address",
    "https://017700000001/": "an address",
    "https://0177.0.0.1/": "an address",
    "https://0x7f000001/": "an address",
    "https://0x7f.0.0.1/": "an address",
    "https://0x7f.1/": "an address",
    "https://127.0.0.0x1/": "an address",
    "https://127.0.0.0x/": "an address",
    "https://0/": "an address",
    "https://0.0.0.0/": "an address",
    "https://10.0.0.1/": "an address",
    "https://172.16.0.1/": "an address",
    "https://192.168.1.1/": "an address",
    "https://169.254.169.254/latest/meta-data/": "an address",
    "https://8.8.8.8/": "an address",
    "https://[::1]/": "plain name",
    "https://[::]/": "plain name",
    "https://[::ffff:127.0.0.1]/": "plain name",
    "https://[::ffff:7f00:1]/": "plain name",
    "https://[fe80::1%25eth0]/": "plain name",
    "https://[fd00:ec2::254]/": "plain name",
    "https://[64:ff9b::7f00:1]/": "plain name",
    "https://[2002:7f00:1::]/": "plain name",
    "https://[::1": "can't be read",
    "https://localhost/": "no dot",
    "https://localhost./": "plain name",
    "https://intranet/": "no dot",
    "https://hooks.example.com./": "plain name",
    "https://hooks..example.com/": "plain name",
    "https://-.example.com/": "plain name",
    "https://①②⑦.⓪.⓪.①/": "plain ASCII",
    "https://127。0。0。1/": "plain ASCII",
    "https://bücher.example/": "plain ASCII",
    "https://127.0.0.1%2f.example.com/": "plain name",
    "https://%31%32%37.0.0.1/": "plain name",
    "https://hooks.example.com\\@127.0.0.1/": "plain ASCII",
    "https://127.0.0.1\\.example.com/": "plain ASCII",
    "https://user@hooks.example.com/": "user name",
    "https://hooks.example.com@127.0.0.1/": "user name",
    "https://user:password@hooks.example.com/": "user name",
    "https://@hooks.example.com/": "user name",
    "https://hooks.example.com:80/": "port 80",
    "https://hooks.example.com:22/": "port 22",
    "https://hooks.example.com:0/": "port 0",
    "https://hooks.example.com:99999/": "no number",
    "https://hooks.example.com:x/": "no number",
    "https://hooks.example.com:/": "missing",
    "https://hooks.example.com/#fragment": "fragment",
    "https://hooks.example.com/#": "fragment",
    "https://hooks.example.com/a b": "plain ASCII",
    "https://hooks.example.com/\r\nHost: intranet": "plain ASCII",
    " https://hooks.example.com/": "plain ASCII",
    "https://hooks.example.com/\x00": "plain ASCII",
    "https://hooks.example.com/" + "a" * 500: "longer",
}
CLOSED = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.0.9",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "233.252.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::8.8.8.8",
    "64:ff9b:1::127.0.0.1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "2001:10::1",
    "2001:20::1",
    "2002:7f00:1::",
    "2002:808:808::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1111%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "no address",
    "",
]


@pytest.mark.parametrize(("url", "because"), REFUSED_URLS.items())
def test_what_is_no_plain_address_of_the_open_internet_is_refused(url: str, because: str) -> None:
    with pytest.raises(WebhookTargetRefused, match=because):
        target_of(url, allowed=["hooks.company.example:8443"])


@pytest.mark.parametrize("address", CLOSED)
def test_a_name_that_leads_to_a_closed_address_is_refused(address: str) -> None:
    assert not is_open(address)
    target = target_of("https://hooks.example.com/", allowed=[])
    with pytest.raises(WebhookTargetRefused, match="not on the open internet"):
        check_addresses(target, ["8.8.8.8", address])


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450::1"])
def test_the_open_internet_is_open(address: str) -> None:
    target = target_of("https://hooks.example.com/", allowed=[])
    assert check_addresses(target, [address, address]) == [address]


def test_a_name_without_an_address_is_refused() -> None:
    target = target_of("https://hooks.example.com/", allowed=[])
    with pytest.raises(WebhookTargetRefused, match="has no address"):
        check_addresses(target, [])


@pytest.mark.parametrize(
    ("url", "authority", "path"),
    [
        ("https://hooks.example.com", "hooks.example.com", "/"),
        ("HTTPS://Hooks.Example.COM/a?b=c", "hooks.example.com", "/a?b=c"),
        ("https://hooks.example.com:443/", "hooks.example.com", "/"),
        ("https://xn--bcher-kva.example/x", "xn--bcher-kva.example", "/x"),
        ("https://1and1.example.com/", "1and1.example.com", "/"),
        ("https://10.example.com/", "10.example.com", "/"),
    ],
)
def test_plain_names_are_taken(url: str, authority: str, path: str) -> None:
    target = target_of(url, allowed=[])
    assert (target.authority, target.path, target.is_allowed) == (authority, path, False)


def test_a_company_names_hosts_of_its_own_with_their_port() -> None:
    allowed = ["intranet", "10.0.0.7:8443"]
    named = target_of("https://intranet/hook", allowed=allowed)
    assert check_addresses(named, ["10.0.0.1"]) == ["10.0.0.1"]
    by_number = target_of("https://10.0.0.7:8443/", allowed=allowed)
    assert (by_number.authority, by_number.is_allowed) == ("10.0.0.7:8443", True)
    for other in ("https://intranet:8443/", "https://10.0.0.7/", "https://x.intranet:444/"):
        with pytest.raises(WebhookTargetRefused):
            target_of(other, allowed=allowed)


def test_the_name_is_looked_up_once_and_nothing_is_sent_to_a_closed_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def rebinding(host: str, port: int, **kind: Any) -> list[Any]:
        asked.append(host)
        address = "8.8.8.8" if len(asked) > 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def connect(*place: Any, **options: Any) -> Any:
        raise AssertionError(f"connected to {place}")

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(socket, "create_connection", connect)
    outcome = sending.send("https://hooks.example.com/", body=b"{}", headers={}, allowed=[])
    assert not outcome.is_taken
    assert "leads to 127.0.0.1" in outcome.error
    assert asked == ["hooks.example.com"]


def test_the_connection_goes_to_addresses_that_were_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The second lookup, which http.client would make by itself, would lead elsewhere."""
    places: list[Any] = []

    def look_up(host: str, port: int, **kind: Any) -> list[Any]:
        assert not places
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("2606:4700:4700::1111", port, 0, 0)),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", port)),
        ]

    def connect(place: Any, **options: Any) -> Any:
        places.append(place)
        raise ConnectionRefusedError("nobody is there")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", connect)
    outcome = sending.send("https://hooks.example.com/", body=b"{}", headers={}, allowed=[])
    assert places == [("2606:4700:4700::1111", 443), ("8.8.8.8", 443)]
    assert "nobody is there" in outcome.error
