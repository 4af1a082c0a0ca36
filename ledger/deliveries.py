"""Writes. Which message is delivered by what; another topic is one more line here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from ledger import heads, outbox
from ledger.heads import Head
from ledger.models.periods import PeriodSeal


def put_head(kept: PeriodSeal) -> None:
    """Leave the head of a seal for delivery, in the transaction that sealed."""
    head = heads.head_of(kept)
    outbox.put(topic=heads.TOPIC, key=head.chain, payload=asdict(head))


def deliver_due(*, at: datetime) -> tuple[int, int]:
    """Deliver everything that is due. Returns: how many were delivered, and how many failed."""
    return outbox.deliver_due(deliveries=DELIVERIES, at=at)


def _deliver_head(payload: dict[str, Any]) -> None:
    heads.append(Head(**payload), file=heads.default_file())


DELIVERIES: Mapping[str, outbox.Deliver] = {heads.TOPIC: _deliver_head}
