"""Reads and writes. An answer and its effect, in one transaction; repeated, the same answer.

The first request holds a lock until it commits, and the others wait for it: so they all get the
same bytes, whatever its answer is, and none has to guess when to come back. A crash before the
commit leaves neither effect nor answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import OperationalError, connection, transaction

from departments.organisation.errors import (
    IdempotencyKeyInUse,
    IdempotencyKeyMalformed,
    IdempotencyKeyReused,
)
from departments.organisation.models import KeptReply

KEPT_FOR = timedelta(hours=24)
LONGEST_KEY = 255
MOST_WAIT = timedelta(seconds=20)  # so that repeats of a long request don't fill the web server
_LOCK_NOT_AVAILABLE = "55P03"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that shall happen once: who asks, where, under which key, and for what.

    Raises: IdempotencyKeyMalformed.
    """

    by: str
    method: str
    path: str
    key: str
    body_sha256: str

    def __post_init__(self) -> None:
        visible = all("!" <= character <= "~" for character in self.key)
        if not (visible and 1 <= len(self.key) <= LONGEST_KEY):
            raise IdempotencyKeyMalformed(len(self.key))

    @property
    def request_sha256(self) -> str:
        """The same for the same person or API key, method, path and Idempotency-Key."""
        return sha256("\n".join([self.by, self.method, self.path, self.key]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, headers and bytes of an answer."""

    status: int
    headers: Mapping[str, str]
    content: bytes


@transaction.atomic
def answer_once(*, asked: Asked, answer: Callable[[], Reply], at: datetime) -> Reply:
    """Answer for the first time and keep it, or give the answer that was kept.

    Whatever `answer` raises takes back its effect, and nothing is kept.

    Raises: IdempotencyKeyReused, for another body; IdempotencyKeyInUse, if the first request is
            still under way after `MOST_WAIT`.
    """
    _wait_for_turn(asked)
    kept = KeptReply.objects.filter(pk=asked.request_sha256).first()
    if kept is None:
        return _keep(asked, answer(), at)
    if kept.body_sha256 != asked.body_sha256:
        raise IdempotencyKeyReused(asked.key)
    return Reply(kept.status, kept.headers | {"Idempotent-Replayed": "true"}, bytes(kept.content))


def forget_old_replies(*, at: datetime) -> int:
    """Delete the answers that were kept for a day.

    Returns: how many.
    """
    return KeptReply.objects.filter(kept_at__lt=at - KEPT_FOR).delete()[0]


def _keep(asked: Asked, reply: Reply, at: datetime) -> Reply:
    KeptReply.objects.create(
        request_sha256=asked.request_sha256,
        body_sha256=asked.body_sha256,
        status=reply.status,
        headers=dict(reply.headers),
        content=reply.content,
        kept_at=at,
    )
    return reply


def _wait_for_turn(asked: Asked) -> None:
    number = int(asked.request_sha256[:16], 16) - 2**63  # 64 bits; a collision only waits
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [_milliseconds(MOST_WAIT)])
        try:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", "") == _LOCK_NOT_AVAILABLE:
                raise IdempotencyKeyInUse(asked.key) from error
            raise
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")


def _milliseconds(time: timedelta) -> str:
    return f"{time // timedelta(milliseconds=1)}ms"
