"""Writes. Messages for the outside world: written with what they tell, delivered at least once.

A message is claimed in a transaction of its own, delivered outside of any, and marked in another. A
process that dies in between loses nothing: the message falls due again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from departments.organisation.access import Permission, may
from departments.organisation.models import User
from departments.organisation.said import said
from ledger.errors.settlements import MessageNotFound, NotAllowed
from ledger.models.outbox import OutboxMessage

Deliver = Callable[[dict[str, Any]], None]

QUARANTINED_AFTER = 10  # attempts: with the waits below, about seventeen hours
LONGEST_WAIT = timedelta(hours=6)

logger = logging.getLogger(__name__)


def put(*, topic: str, key: str, payload: dict[str, Any]) -> None:
    """Leave a message in the caller's transaction; the same topic and key are left once."""
    OutboxMessage.objects.bulk_create(
        [OutboxMessage(topic=topic, key=key, payload=payload)], ignore_conflicts=True
    )


def deliver_due(*, deliveries: Mapping[str, Deliver], at: datetime) -> tuple[int, int]:
    """Deliver every message that is due, the oldest first; any number of workers may do so at once.

    One that can't be delivered keeps its error and waits, longer each time; after ten attempts it
    is in quarantine until a person releases it.

    Returns: how many were delivered, and how many failed.
    """
    counts = [0, 0]
    while (message := _claim(deliveries, at)) is not None:
        counts[0 if _deliver(message, deliveries[message.topic], at) else 1] += 1
    return counts[0], counts[1]


@transaction.atomic
def release(*, message_id: int, by: User, at: datetime) -> OutboxMessage:
    """Let a message that failed be tried again, now. Called again, it changes nothing.

    Raises: NotAllowed, MessageNotFound.
    """
    if not may(by, Permission.CLOSE_PERIOD):
        needed = Permission.CLOSE_PERIOD.roles_text
        raise NotAllowed(by.get_username(), said("release an outgoing message"), needed)
    message = OutboxMessage.objects.select_for_update().filter(pk=message_id).first()
    if message is None:
        raise MessageNotFound(message_id)
    if message.delivered_at is None:
        message.attempts, message.is_quarantined, message.due_at = 0, False, at
        message.save(update_fields=["attempts", "is_quarantined", "due_at"])
    return message


@transaction.atomic
def _claim(deliveries: Mapping[str, Deliver], at: datetime) -> OutboxMessage | None:
    """Take the oldest message that is due, and let it fall due again in case we die."""
    message = (
        OutboxMessage.objects.select_for_update(skip_locked=True)
        .filter(Q(due_at__isnull=True) | Q(due_at__lte=at), topic__in=deliveries)
        .filter(delivered_at__isnull=True, is_quarantined=False)
        .order_by("pk")
        .first()
    )
    if message is not None:
        message.attempts += 1
        message.due_at = at + wait_after(message.attempts)
        message.save(update_fields=["attempts", "due_at"])
    return message


def wait_after(attempts: int) -> timedelta:
    """How long a message waits after so many attempts: 1, 2, 4 … minutes, at most six hours."""
    return min(timedelta(minutes=2 ** (attempts - 1)), LONGEST_WAIT)


def _deliver(message: OutboxMessage, deliver: Deliver, at: datetime) -> bool:
    undelivered = OutboxMessage.objects.filter(pk=message.pk, delivered_at__isnull=True)
    try:
        deliver(message.payload)
    except Exception as error:  # whatever it was, it is kept with the message and tried again
        logger.warning("outgoing message %s waits: %s", message, error)
        undelivered.update(
            error=str(error)[:2000] or type(error).__name__,
            is_quarantined=message.attempts >= QUARANTINED_AFTER,
        )
        return False
    undelivered.update(delivered_at=at, error="", is_quarantined=False)
    return True
