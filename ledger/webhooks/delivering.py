"""Writes. Events that wait, sent at least once, for three days at most; each attempt is logged.

A delivery is claimed in a transaction of its own, sent outside of any, and marked in another. A
process that dies in between loses nothing: the delivery falls due again.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from departments.organisation.said import said
from ledger.models.webhooks import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookEvent
from ledger.webhooks import signing
from ledger.webhooks.endpoints import live_secrets
from ledger.webhooks.errors import WebhookKeyChanged
from ledger.webhooks.sending import Outcome, send

API_VERSION = "v1"
GONE = 410
# After the first attempt and each that follows: three days in all, as the specification suggests.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 300, 600, 840, 1080, 1344))

Clock = Callable[[], datetime]

logger = logging.getLogger(__name__)


def deliver_due(*, clock: Clock) -> tuple[int, int]:
    """Send every event that is due, the oldest first; any number of workers may do so at once.

    Returns: how many were taken, and how many were not.
    """
    taken = failed = 0
    while (delivery := _claim(clock())) is not None:
        if _attempt(delivery, clock):
            taken += 1
        else:
            failed += 1
    return taken, failed


def body_of(event: WebhookEvent) -> bytes:
    """What is sent of an event: the same bytes in each attempt."""
    content = {
        "id": event.code,
        "type": event.type,
        "timestamp": event.happened_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "api_version": API_VERSION,
        "data": event.data,
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


@transaction.atomic
def _claim(at: datetime) -> WebhookDelivery | None:
    """Take the oldest delivery that is due, and let it fall due again in case we die."""
    delivery = (
        WebhookDelivery.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("event", "endpoint")
        .filter(Q(due_at__isnull=True) | Q(due_at__lte=at))
        .filter(delivered_at__isnull=True, given_up_at__isnull=True)
        .filter(endpoint__disabled_at__isnull=True)
        .order_by("pk")
        .first()
    )
    if delivery is not None:
        delivery.attempts += 1
        delivery.due_at = at + WAITS[min(delivery.attempts, len(WAITS)) - 1]
        delivery.save(update_fields=["attempts", "due_at"])
    return delivery


def _attempt(delivery: WebhookDelivery, clock: Clock) -> bool:
    at = clock()
    body = body_of(delivery.event)
    outcome = _send(delivery, body, at)
    with transaction.atomic():
        WebhookAttempt.objects.create(
            delivery=delivery,
            attempted_at=at,
            milliseconds=outcome.milliseconds,
            status=outcome.status,
            error=outcome.error,
            body_sha256=sha256(body).hexdigest(),
            answer_sha256=outcome.answer_sha256,
        )
        if outcome.is_taken:
            _undelivered(delivery).update(delivered_at=at)
        else:
            _failed(delivery, outcome, at)
    return outcome.is_taken


def _send(delivery: WebhookDelivery, body: bytes, at: datetime) -> Outcome:
    endpoint, timestamp = delivery.endpoint, int(at.timestamp())
    try:
        secrets = live_secrets(endpoint, at=at)
    except WebhookKeyChanged as refusal:
        return Outcome(0, error=str(refusal))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "carbon-fee-ledger",
        "webhook-id": delivery.event.code,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signing.signature(
            secrets=secrets, message_id=delivery.event.code, timestamp=timestamp, body=body
        ),
    }
    return send(endpoint.url, body=body, headers=headers, allowed=settings.WEBHOOK_ALLOWED_HOSTS)


def _failed(delivery: WebhookDelivery, outcome: Outcome, at: datetime) -> None:
    """Wait for the next attempt, give up after the last, and turn off who is gone for good."""
    logger.warning("webhook %s waits: %s", delivery, outcome.error)
    if outcome.status == GONE:
        _undelivered(delivery).update(given_up_at=at)
        _turn_off(delivery.endpoint, said("it answered 410 Gone"), at)
    elif delivery.attempts > len(WAITS):
        _undelivered(delivery).update(given_up_at=at)
        if not _took_anything(delivery.endpoint, since=at - sum(WAITS, timedelta())):
            _turn_off(delivery.endpoint, said("it took nothing for three days"), at)


def _undelivered(delivery: WebhookDelivery) -> QuerySet[WebhookDelivery]:
    return WebhookDelivery.objects.filter(
        pk=delivery.pk, delivered_at__isnull=True, given_up_at__isnull=True
    )


def _took_anything(endpoint: WebhookEndpoint, *, since: datetime) -> bool:
    return endpoint.deliveries.filter(delivered_at__gte=since).exists()


def _turn_off(endpoint: WebhookEndpoint, reason: str, at: datetime) -> None:
    WebhookEndpoint.objects.filter(pk=endpoint.pk, disabled_at__isnull=True).update(
        disabled_at=at, disabled_because=reason
    )
