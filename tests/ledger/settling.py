"""Settlements step by step, and what their lines come to, in few words."""

from __future__ import annotations

from decimal import Decimal

from ledger import settlement_run
from ledger.models.settlements import Settlement
from tests.ledger.books import NOON, Books


def amounts(settlement: Settlement) -> list[tuple[str, str, Decimal]]:
    """Activity period, kind and amount of each line, in dollars, sorted."""
    lines = settlement.lines.select_related("activity_period")
    return sorted(
        (line.activity_period.code, line.kind, Decimal(line.amount_minor) / 100) for line in lines
    )


def charges(settlement: Settlement) -> list[tuple[str, Decimal]]:
    return [(period, amount) for period, kind, amount in amounts(settlement) if kind == "charge"]


def prepare(books: Books, period: str) -> Settlement:
    return settlement_run.prepare(scheme_code="fee", period_code=period, by=books.people["analyst"])


def settle_prepared(books: Books, settlement: Settlement) -> Settlement:
    settlement = settlement_run.calculate(settlement_id=settlement.pk, at=NOON)
    assert not settlement.shards.exclude(error="")
    settlement_run.approve(settlement_id=settlement.pk, by=books.people["approver"], at=NOON)
    return settlement_run.post(settlement_id=settlement.pk, by=books.people["finance"], at=NOON)


def settle_scheme(books: Books, code: str, period: str) -> Settlement:
    settlement = settlement_run.prepare(
        scheme_code=code, period_code=period, by=books.people["analyst"]
    )
    return settle_prepared(books, settlement)
