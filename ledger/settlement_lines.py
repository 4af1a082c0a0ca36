"""Writes. The inputs of a settlement, and the statement lines that a shard makes of them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from ledger.errors import PriceMissing
from ledger.models.settlements import Settlement, SettlementShard
from ledger.sql import statement
from pricing import price_lookup
from pricing.price_lookup import SchemeTerms


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of a settlement: how many, their SHA-256, and those that lie in no period."""

    count: int
    sha256: str
    outside_count: int = 0
    outside_from: date | None = None
    outside_to: date | None = None


def calculate_lines(settlement: Settlement, shard: SettlementShard) -> int:
    """Turn a shard's records into statement lines, inside the caller's transaction.

    Returns: how many records it settled.
    Raises:  PriceMissing, with every covered combination that has no price in force.
    """
    terms = price_lookup.scheme_terms(scheme_id=settlement.scheme_id)
    inputs = statement("settlement_inputs")
    facts = _input_facts(settlement, terms) | {"shard": shard.number}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.settling, pg_temp.priced")
        cursor.execute(statement("settle_1_place").format(inputs=inputs), facts)
        settled = int(cursor.rowcount)
        cursor.execute("ANALYZE settling")
        rules = {name: json.dumps(found) for name, found in settlement.rules.items()}
        cursor.execute(statement("settle_2_price"), rules)
        cursor.execute("ANALYZE priced")
        _refuse_missing_prices(cursor)
        cursor.execute(
            statement("settle_3_lines").format(basis=terms.scope2_basis),
            {
                "settlement_id": settlement.pk,
                "shard_id": shard.pk,
                "scheme_id": terms.id,
                "period_id": settlement.period_id,
                "revision": settlement.revision,
                "minor_units_per_mg": Decimal(1).scaleb(terms.currency_exponent - 9),
            },
        )
    return settled


def read_rules(terms: SchemeTerms) -> dict[str, Any]:
    """Prices, coverage and incentive rates in force, as JSON: a settlement keeps what it read.

    Decimals and dates are text, which PostgreSQL reads exactly.
    """
    rules: dict[str, list[Any]] = {
        "price_rules": price_lookup.price_rules(scheme_id=terms.id),
        "coverage": price_lookup.coverage_rules(scheme_id=terms.id),
        "incentive_rules": price_lookup.incentive_rules(scheme_id=terms.id),
    }
    return {
        name: json.loads(json.dumps([asdict(rule) for rule in found], default=str))
        for name, found in rules.items()
    }


def _refuse_missing_prices(cursor: Any) -> None:
    cursor.execute(
        """SELECT d.code, p.scope, p.category, min(p.activity_on)
             FROM priced p JOIN organisation_department d ON d.id = p.department_id
            WHERE p.is_covered AND p.price_id IS NULL
            GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""
    )
    missing = [
        f"{department}, Scope {scope}"
        + (f" category {category}" if category else "")
        + f" from {first_day}"
        for department, scope, category, first_day in cursor.fetchall()
    ]
    if missing:
        raise PriceMissing(missing)


def _input_facts(settlement: Settlement, terms: SchemeTerms) -> dict[str, Any]:
    return {
        "scheme_id": terms.id,
        "starts_on": terms.starts_on,
        "ends_before": settlement.period.ends_before,
        "settled_until": settlement.settled_until or terms.starts_on,
        "after": settlement.approval_number_after,
        "through": settlement.approval_number_through,
        "shard": None,
        "shard_count": settlement.shard_count,
    }


def read_inputs(settlement: Settlement, terms: SchemeTerms) -> Inputs:
    """The inputs that a settlement's numbers say, as they are now."""
    query = statement("settlement_inputs_digest").format(inputs=statement("settlement_inputs"))
    with connection.cursor() as cursor:
        cursor.execute(query, _input_facts(settlement, terms))
        return Inputs(*cursor.fetchone())


def read_settled(settlement: Settlement) -> Inputs:
    """The inputs that a settlement's lines have settled, read back."""
    with connection.cursor() as cursor:
        cursor.execute(statement("settled_digest"), {"settlement_id": settlement.pk})
        return Inputs(*cursor.fetchone())
