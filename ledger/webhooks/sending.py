"""Writes to the network. One POST to an address that was looked at, and what came back.

No redirect is followed, no proxy of the environment is used, and however slowly the other side
speaks, it is over after five seconds.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from threading import Timer
from time import monotonic

from departments.organisation.said import said
from ledger.webhooks.errors import WebhookTargetRefused
from ledger.webhooks.targets import Target, check_addresses, target_of

TIMEOUT = 5.0  # seconds, from the connection to the end of the answer
MOST_READ = 64 * 1024  # bytes of an answer; the rest is left unread


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt; without a status there was no answer, and `error` says why."""

    milliseconds: int
    status: int | None = None
    error: str = ""
    answer_sha256: str = ""

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def send(url: str, *, body: bytes, headers: Mapping[str, str], allowed: Collection[str]) -> Outcome:
    """POST a body; whatever goes wrong outside is in the outcome, nothing is raised for it."""
    began = monotonic()

    def took() -> int:
        return round(1000 * (monotonic() - began))

    try:
        target = target_of(url, allowed=allowed)
        addresses = check_addresses(target, _look_up(target))
        status, answer = _post(target, addresses, body, headers)
    except WebhookTargetRefused as refusal:
        return Outcome(took(), error=str(refusal)[:500])
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Outcome(took(), error=_words(error))
    digest = sha256(answer).hexdigest()
    words = "" if 200 <= status < 300 else _refused(status)
    return Outcome(took(), status=status, error=words, answer_sha256=digest)


def _look_up(target: Target) -> list[str]:
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    return [str(place[0]) for *_, place in found]


class _Pinned(http.client.HTTPSConnection):
    """Connects to one of the addresses that were looked at, and asks it to prove the name."""

    def __init__(self, target: Target, addresses: list[str]) -> None:
        self._tls = ssl.create_default_context()
        super().__init__(target.host, target.port, timeout=TIMEOUT, context=self._tls)
        self._addresses = addresses
        self._ends_at = monotonic() + TIMEOUT

    @property
    def left(self) -> float:
        """Seconds until it is over."""
        return self._ends_at - monotonic()

    def connect(self) -> None:
        opened = self._tls.wrap_socket(
            self._open(), server_hostname=self.host, do_handshake_on_connect=False
        )
        self.sock = opened
        if self.left <= 0:  # `cut` came before there was anything to cut
            raise TimeoutError
        opened.do_handshake()

    def cut(self) -> None:
        """End the connection from another thread, whatever it waits for."""
        if self.sock is not None:
            with suppress(OSError):  # it is closed already
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def _open(self) -> socket.socket:
        """The first address that takes a connection: a host may have one that we can't reach."""
        failed: OSError = TimeoutError()
        for address in self._addresses:
            if self.left <= 0:
                raise TimeoutError
            try:
                return socket.create_connection((address, self.port), timeout=self.left)
            except OSError as error:
                failed = error
        raise failed


def _post(
    target: Target, addresses: list[str], body: bytes, headers: Mapping[str, str]
) -> tuple[int, bytes]:
    connection = _Pinned(target, addresses)
    end = Timer(connection.left, connection.cut)
    end.daemon = True
    end.start()
    try:
        connection.request(
            "POST", target.path, body=body, headers={"Host": target.authority, **headers}
        )
        response = connection.getresponse()
        return response.status, response.read(MOST_READ)
    except (OSError, http.client.HTTPException, ValueError) as error:
        if connection.left <= 0:
            raise TimeoutError from error
        raise
    finally:
        end.cancel()
        connection.close()


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return said("no answer within %(seconds)s seconds", seconds=f"{TIMEOUT:g}")
    return f"{type(error).__name__}: {error}"[:500]


def _refused(status: int) -> str:
    if 300 <= status < 400:
        return said("answered %(status)s; redirects are not followed", status=status)
    return said("answered %(status)s; 200 to 299 was expected", status=status)
