"""Reads. What waits for a worker or, after many failures, for a person: how much, how long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from ledger.models.exports import ExportRun, ExportState
from ledger.models.outbox import OutboxMessage
from ledger.models.scenarios import ScenarioRun, ScenarioState
from ledger.models.settlements import SettlementShard, SettlementState, ShardState
from ledger.models.sweet_spots import SweetSpotRun, SweetSpotState
from ledger.models.webhooks import WebhookDelivery


@dataclass(frozen=True, slots=True)
class Waiting:
    """One kind of work: how many wait, whole seconds that the oldest has waited (0: none waits)."""

    name: str
    count: int
    oldest_seconds: int


def backlog(at: datetime) -> Iterator[Waiting]:
    """Every kind of work that a worker should bring on, and what failed too often for one.

    What is due in the future does not wait yet. If the oldest waits for minutes, no worker is
    there, or no beat that rings.
    """
    is_due = Q(due_at__isnull=True) | Q(due_at__lte=at)
    shards = SettlementShard.objects.filter(settlement__state=SettlementState.CALCULATING)
    messages = OutboxMessage.objects.filter(delivered_at__isnull=True)
    deliveries = WebhookDelivery.objects.filter(delivered_at__isnull=True, given_up_at__isnull=True)
    since = {
        "settlement_shards": (
            shards.filter(state=ShardState.WAITING),
            "settlement__prepared_at",
        ),
        "quarantined_shards": (
            shards.filter(state=ShardState.QUARANTINED),
            "settlement__prepared_at",
        ),
        "outbox_messages": (messages.filter(is_due, is_quarantined=False), "created_at"),
        "quarantined_messages": (messages.filter(is_quarantined=True), "created_at"),
        "webhook_deliveries": (deliveries.filter(is_due), "event__happened_at"),
        "sweet_spots": (SweetSpotRun.objects.filter(state=SweetSpotState.WAITING), "asked_at"),
        "exports": (ExportRun.objects.filter(state=ExportState.WAITING), "asked_at"),
        "scenarios": (ScenarioRun.objects.filter(state=ScenarioState.WAITING), "asked_at"),
    }
    for name, (rows, field) in since.items():
        yield _waiting(name, rows, field, at)


def _waiting(name: str, rows: QuerySet[Any], field: str, at: datetime) -> Waiting:
    found = rows.order_by().aggregate(count=Count("pk"), oldest=Min(field))
    seconds = int((at - found["oldest"]).total_seconds()) if found["oldest"] else 0
    return Waiting(name, found["count"], max(seconds, 0))
