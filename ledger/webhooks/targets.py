"""Calculates. Which addresses a webhook may go to: https, a plain host name, the open internet.

The name is looked up once, every address it has must be open, and the connection goes to one that
was looked at: a second lookup could answer otherwise (DNS rebinding).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from departments.organisation.said import said
from ledger.webhooks.errors import WebhookTargetRefused

LONGEST = 500

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_VISIBLE = re.compile(r"[!-~]+", re.ASCII)
_GLOBAL_IPV6 = IPv6Network("2000::/3")
# Within what is global by its number, but no place of its own: it leads to an IPv4 address that
# hides in it, to many at once, or to examples and tests.
_CLOSED = tuple(
    ip_network(text)
    for text in (
        "192.0.0.0/24",  # protocol assignments (RFC 6890)
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
        "2001::/23",  # protocol assignments, Teredo among them (RFC 2928, 4380)
        "2001:db8::/32",  # examples (RFC 3849)
        "2002::/16",  # 6to4 (RFC 3056)
        "3fff::/20",  # examples (RFC 9637)
    )
)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a webhook goes; `is_allowed` if the company named it, wherever it lies."""

    host: str
    port: int
    path: str
    is_allowed: bool

    @property
    def authority(self) -> str:
        """What the header `Host` says."""
        return self.host if self.port == 443 else f"{self.host}:{self.port}"


def target_of(url: str, *, allowed: Collection[str]) -> Target:
    """Read a URL strictly; `allowed` are hosts of the company, as `host` or `host:port`.

    Raises: WebhookTargetRefused, with what is wrong.
    """
    parts = _parts(url)
    host = (parts.hostname or "").lower()
    port = _port(url, parts)
    named = f"{host}:{port}" in allowed or (port == 443 and host in allowed)
    if not named:
        _check_name(url, host)
        if port != 443:
            raise WebhookTargetRefused(url, said("port %(port)s; only 443 is open", port=port))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(host, port, path, named)


def check_addresses(target: Target, addresses: Iterable[str]) -> list[str]:
    """The addresses of a name, if all of them are open; one that isn't closes all.

    Raises: WebhookTargetRefused, also for no address at all.
    """
    found = list(dict.fromkeys(addresses))
    if not found:
        raise WebhookTargetRefused(target.host, said("the name has no address"))
    for address in found:
        if not target.is_allowed and not is_open(address):
            raise WebhookTargetRefused(
                target.host,
                said("it leads to %(address)s, which is not on the open internet", address=address),
            )
    return found


def is_open(text: str) -> bool:
    """Whether an address, as a resolver writes it, is one machine on the open internet."""
    try:
        address: IPv4Address | IPv6Address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and (address.scope_id or address not in _GLOBAL_IPV6):
        return False  # mapped, NAT64, local and private ones all lie outside of 2000::/3
    closed = any(address.version == net.version and address in net for net in _CLOSED)
    return address.is_global and not closed


def _parts(url: str) -> SplitResult:
    if len(url) > LONGEST:
        raise WebhookTargetRefused(
            url[:80] + "…", said("longer than %(most)s characters", most=LONGEST)
        )
    if not _VISIBLE.fullmatch(url) or "\\" in url:
        raise WebhookTargetRefused(
            url, said("a character that is no plain ASCII; write a name in other letters as xn--…")
        )
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise WebhookTargetRefused(url, said("it can't be read as a URL")) from error
    if parts.scheme != "https":
        raise WebhookTargetRefused(url, said("it doesn't begin with https://"))
    if "@" in parts.netloc:
        raise WebhookTargetRefused(
            url, said("a user name or password; the signature proves who calls")
        )
    if parts.fragment or url.endswith("#"):
        raise WebhookTargetRefused(url, said("a fragment, which is never sent"))
    return parts


def _port(url: str, parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError as error:
        raise WebhookTargetRefused(url, said("its port is no number from 1 to 65535")) from error
    if port is None and parts.netloc.endswith(":"):
        raise WebhookTargetRefused(url, said("its port is missing"))
    return 443 if port is None else port


def _check_name(url: str, host: str) -> None:
    """A name with a dot, and an end that is no number: `127.1` and `0x7f.1` are addresses."""
    labels = host.split(".")
    if not all(_LABEL.fullmatch(label) for label in labels) or len(host) > 253:
        raise WebhookTargetRefused(
            url, said("its host is no plain name of letters, digits and hyphens")
        )
    if _NUMBER.fullmatch(labels[-1]):
        raise WebhookTargetRefused(url, said("its host is an address; write a name"))
    if len(labels) < 2:
        raise WebhookTargetRefused(
            url, said("its host has no dot, so it is a name of this network")
        )
