"""Writes. The inputs of a settlement, and the statement lines that a shard makes of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db import DataError, connection
from psycopg2.errors import NumericValueOutOfRange

from departments.organisation import tree
from departments.organisation.models import LegalEntity
from departments.organisation.said import said
from ledger.chart_of_accounts import CHART, books_part, scheme_part
from ledger.errors import MOST_KGCO2E
from ledger.errors.journal import AccountCodeTaken
from ledger.errors.settlements import InputsChanged, MoreThanBooksCount, PriceMissing
from ledger.models.accounts import AccountKind
from ledger.models.periods import AccountingPeriod
from ledger.models.settlements import LineKind, Settlement, SettlementShard
from ledger.sql import statement
from pricing import price_lookup
from pricing.allocation_rules import allocation_rules
from pricing.mechanisms import MECHANISMS, moves_money
from pricing.price_lookup import SchemeTerms

RECORDS_PER_SHARD = 25_000
FEWEST_SHARDS, MOST_SHARDS = 4, 64
DEPARTMENT_ACCOUNTS = (
    AccountKind.EMISSIONS,
    AccountKind.REMOVALS,
    AccountKind.FEE_EXPENSE,
    AccountKind.INCENTIVE_INCOME,
)
# Enough to join by; the finer sample took as long as a join.
_COARSE_STATISTICS = "SET LOCAL default_statistics_target = 10"
_NEXT_ID = "nextval('ledger_settlementline_id_seq')"
_TABLES = "gathered, price_rule, entity_rule, keyed, place, drawn"


@dataclass(frozen=True, slots=True)
class ShardInputs:
    """The inputs of one shard: how many, and the SHA-256 over `record:sign`, sorted, by line."""

    number: int
    count: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of a settlement, shard by shard, and those that lie in no period."""

    shards: tuple[ShardInputs, ...]
    outside_count: int = 0
    outside_from: date | None = None
    outside_to: date | None = None

    @property
    def count(self) -> int:
        return sum(shard.count for shard in self.shards)

    @property
    def sha256(self) -> str:
        """SHA-256 over `number:count:sha256` of every shard, in their order, by line."""
        lines = (f"{shard.number}:{shard.count}:{shard.sha256}" for shard in self.shards)
        return sha256("\n".join(lines).encode()).hexdigest()


def read_inputs(settlement: Settlement, terms: SchemeTerms) -> Inputs:
    """The inputs that a settlement's numbers say, as they are now."""
    query = statement("settle_0_digests").format(inputs=statement("settlement_inputs"))
    facts = _input_facts(settlement, terms) | {
        "records_per_shard": RECORDS_PER_SHARD,
        "fewest_shards": FEWEST_SHARDS,
        "most_shards": MOST_SHARDS,
    }
    with connection.cursor() as cursor:
        cursor.execute(query, facts)
        rows = cursor.fetchall()
    return Inputs(tuple(ShardInputs(*row[:3]) for row in rows), *rows[0][3:])


def read_rules(terms: SchemeTerms) -> dict[str, Any]:
    """Prices, coverage and incentive rates in force, as JSON: a settlement keeps what it read.

    Also what its mechanism shares out by; and where a scheme tells books apart, which departments
    are in others than the fund's.

    Decimals and dates are text, which PostgreSQL reads exactly.
    """
    prices_tonnes = MECHANISMS[terms.mechanism].prices_tonnes
    rules: dict[str, list[Any]] = {
        "price_rules": price_lookup.price_rules(scheme_id=terms.id),
        "coverage": price_lookup.coverage_rules(scheme_id=terms.id) if prices_tonnes else [],
        "incentive_rules": price_lookup.incentive_rules(scheme_id=terms.id),
        **allocation_rules(terms),
    }
    if terms.fund_entity_id is not None:
        rules["entity_rules"] = tree.places_outside(terms.fund_entity_id)
    return {
        name: json.loads(json.dumps([asdict(rule) for rule in found], default=str))
        for name, found in rules.items()
    }


def entities_outside(rules: dict[str, Any]) -> set[int]:
    """The legal entities other than the fund's that departments are in, by a settlement's rules."""
    return {rule["legal_entity_id"] for rule in rules.get("entity_rules", ())}


def calculate_lines(settlement: Settlement, shard: SettlementShard) -> None:
    """Turn a shard's records into statement lines, inside the caller's transaction.

    The shard then knows what it settled; the caller saves it.
    Raises: PriceMissing, with every covered combination that has no price in force;
            AccountCodeTaken; InputsChanged, if it did not settle exactly its inputs.
    """
    terms = price_lookup.scheme_terms(scheme_id=settlement.scheme_id)
    facts = facts_of(settlement, terms, shard)
    with connection.cursor() as cursor:
        key_inputs(cursor, facts, inputs=statement("settlement_inputs"))
        # Accounts that another shard has just opened are not in the planner's statistics yet.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(statement("settle_4_accounts").format(), facts)
        draw_lines(cursor, facts, basis=terms.scope2_basis, next_id=_NEXT_ID)
        cursor.execute("ANALYZE drawn")
        _refuse_missing_accounts(cursor, terms, facts)
        cursor.execute(statement("settle_6_write"), facts)
        shard.record_count, shard.settled_sha256 = cursor.fetchone()
        cursor.execute("SET LOCAL enable_nestloop = on")
    if (shard.record_count, shard.settled_sha256) != (shard.input_count, shard.input_sha256):
        raise InputsChanged(f"shard {shard.number}", shard.input_count, shard.record_count)


def too_much(settlement: Settlement, shard: SettlementShard, error: Exception) -> Exception:
    """The same failure in words, if PostgreSQL could not count so far; otherwise as it is."""
    cause = error.__cause__ if isinstance(error, DataError) else None
    if not isinstance(cause, NumericValueOutOfRange):
        return error
    query = statement("settle_too_much").format(inputs=statement("settlement_inputs"))
    terms = price_lookup.scheme_terms(scheme_id=settlement.scheme_id)
    facts = _input_facts(settlement, terms) | {"shard": shard.number, "most_kgco2e": MOST_KGCO2E}
    with connection.cursor() as cursor:
        cursor.execute(query, facts)
        return MoreThanBooksCount(cursor.fetchall())


def key_inputs(cursor: Any, facts: dict[str, Any], *, inputs: str) -> None:
    """Gather inputs and find their line keys, in temporary tables.

    Raises: PriceMissing.
    """
    # Step by step through analyzed tables: in one statement the planner would have to guess.
    cursor.execute(f"DROP TABLE IF EXISTS {_TABLES}")
    cursor.execute(_COARSE_STATISTICS)
    cursor.execute(statement("settle_1_gather").format(inputs=inputs), facts)
    cursor.execute("ANALYZE gathered")
    cursor.execute(statement("settle_2_rules"), facts)
    cursor.execute(statement("settle_3_key"), facts)
    cursor.execute("ANALYZE keyed")
    _refuse_missing_prices(cursor)


def draw_lines(cursor: Any, facts: dict[str, Any], *, basis: str, next_id: str) -> None:
    """Turn the line keys into lines, rounded once, in a temporary table."""
    cursor.execute(statement("settle_5_draw").format(basis=basis, next_id=next_id), facts)


def facts_of(
    settlement: Settlement, terms: SchemeTerms, shard: SettlementShard | None = None
) -> dict[str, Any]:
    """Everything that the statements of a shard, or of all of them at once, want to know."""
    kinds = [LineKind.CHARGE.value, LineKind.INCENTIVE.value]
    rules = {name: json.dumps(found) for name, found in settlement.rules.items()}
    return {
        **_input_facts(settlement, terms),
        "entity_rules": "[]",
        **rules,
        "fund_entity_id": terms.fund_entity_id,
        "books": json.dumps(_books(settlement, terms)),
        "shard": None if shard is None else shard.number,
        "cuts": _cuts(settlement),
        "settlement_id": settlement.pk,
        "shard_id": None if shard is None else shard.pk,
        "period_id": settlement.period_id,
        "revision": settlement.revision,
        "minor_units_per_mg": Decimal(1).scaleb(terms.currency_exponent - 9),
        "currency": terms.currency,
        "keeps_atmosphere": terms.keeps_atmosphere,
        "moves_money": [kind for kind in kinds if moves_money(terms.mechanism, kind)],
        "scheme_code": scheme_part(terms.code),
        "chart": json.dumps({kind: CHART[kind] for kind in DEPARTMENT_ACCOUNTS}),
    }


def _books(settlement: Settlement, terms: SchemeTerms) -> dict[int, str]:
    """What the accounts of departments in other books than the fund's have behind their codes."""
    ids = entities_outside(settlement.rules)
    entities = LegalEntity.objects.in_bulk(ids) if ids else {}
    return {pk: books_part(terms, entity) for pk, entity in entities.items()}


def _cuts(settlement: Settlement) -> list[date]:
    """The days on which a period or a rule begins or ends, sorted: between two, all stays equal."""
    days = {day for period in AccountingPeriod.objects.all() for day in _bounds(period)}
    for rules in settlement.rules.values():
        days |= {date.fromisoformat(day) for rule in rules for day in _days_of(rule)}
    return sorted(days)


def _bounds(period: AccountingPeriod) -> tuple[date, date]:
    return period.first_day, period.ends_before


def _days_of(rule: dict[str, Any]) -> Iterable[str]:
    return (rule[name] for name in ("starts_on", "ends_before") if rule[name] is not None)


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


def _refuse_missing_prices(cursor: Any) -> None:
    cursor.execute(
        """SELECT d.code, k.scope, k.category, min(k.first_on)
             FROM keyed k JOIN organisation_department d ON d.id = k.department_id
            WHERE k.sign = 1 AND k.kind = 'charge' AND k.price_id IS NULL
            GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""
    )
    missing = [
        _unpriced(department, scope, category, first_day)
        for department, scope, category, first_day in cursor.fetchall()
    ]
    if missing:
        raise PriceMissing(missing)


def _unpriced(department: str, scope: int, category: int | None, first_day: date) -> str:
    """What has no price, and from which day on."""
    if category:
        return said(
            "%(department)s, Scope %(scope)s category %(category)s from %(day)s",
            department=department,
            scope=scope,
            category=category,
            day=first_day,
        )
    return said(
        "%(department)s, Scope %(scope)s from %(day)s",
        department=department,
        scope=scope,
        day=first_day,
    )


def _refuse_missing_accounts(cursor: Any, terms: SchemeTerms, facts: dict[str, Any]) -> None:
    cursor.execute(
        """SELECT count(*) FROM drawn
            WHERE quantity_account_id IS NULL AND %(keeps_atmosphere)s
               OR money_account_id IS NULL AND kind = ANY (%(moves_money)s)""",
        facts,
    )
    missing = int(cursor.fetchone()[0])
    if missing:
        raise AccountCodeTaken(terms.code, missing)
