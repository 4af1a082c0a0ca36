"""Writes. What a scheme's mechanism shares out, as statement lines of a settlement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from departments.organisation.models import Department, LegalEntity
from ledger.allocation_facts import Allocated, allocated_by
from ledger.chart_of_accounts import AccountPlace, books_part, ensure_accounts
from ledger.errors.journal import AccountCodeTaken
from ledger.models.accounts import Account, AccountKind
from ledger.models.settlements import LineKind, Settlement, SettlementLine
from pricing import price_lookup
from pricing.mechanisms import MECHANISMS, moves_money
from pricing.price_lookup import SchemeTerms

Places = dict[int, list[dict[str, Any]]]

ACCOUNT_KINDS = {
    LineKind.LEVY: AccountKind.LEVY_EXPENSE,
    LineKind.ALLOCATION: AccountKind.FEE_RETURN,
}


def allocate(settlement: Settlement) -> None:
    """Add the lines of what the mechanism shares out, inside the caller's transaction.

    Each says what a department gets or pays of an activity period so far, less what it got or paid
    in earlier settlements; where that is nothing, there is no line.

    Raises: AccountCodeTaken.
    """
    terms = price_lookup.scheme_terms(scheme_id=settlement.scheme_id)
    rows = [row for row in allocated_by(settlement, terms) if row.difference_minor]
    if not rows:
        return
    kind = LineKind(MECHANISMS[terms.mechanism].line_kind)
    places = places_by_department(settlement)
    entities = {_key(row): entity_of(row, places, terms) for row in rows}
    accounts = _accounts(rows, entities, terms) if moves_money(terms.mechanism, kind) else {}
    SettlementLine.objects.bulk_create(
        [
            _line(
                row,
                kind,
                settlement,
                entities[_key(row)],
                accounts.get((row.department_id, entities[_key(row)])),
            )
            for row in rows
        ],
        batch_size=5_000,
    )


def places_by_department(settlement: Settlement) -> Places:
    """Where departments are in other books than the fund's, as the settlement keeps it."""
    places: Places = defaultdict(list)
    for rule in settlement.rules.get("entity_rules", ()):
        places[rule["department_id"]].append(rule)
    return places


def entity_of(row: Allocated, places: Places, terms: SchemeTerms) -> int | None:
    """Whose books a line is in: those of the lines before it, or else those that the department was
    in on the last day of the activity period."""
    if row.legal_entity_id is not None or terms.fund_entity_id is None:
        return row.legal_entity_id
    day = row.period.last_day
    for rule in places.get(row.department_id, ()):
        starts, ends = rule["starts_on"], rule["ends_before"]
        if (starts is None or date.fromisoformat(starts) <= day) and (
            ends is None or day < date.fromisoformat(ends)
        ):
            return int(rule["legal_entity_id"])
    return terms.fund_entity_id


def _key(row: Allocated) -> tuple[int, int]:
    return (row.department_id, row.period.pk)


def _line(
    row: Allocated,
    kind: LineKind,
    settlement: Settlement,
    entity_id: int | None,
    account_id: int | None,
) -> SettlementLine:
    return SettlementLine(
        settlement=settlement,
        scheme_id=settlement.scheme_id,
        department_id=row.department_id,
        activity_period=row.period,
        is_true_up=row.period.pk != settlement.period_id,
        kind=kind,
        location_mgco2e=0,
        market_mgco2e=0,
        settled_mgco2e=0,
        settled_before_mgco2e=0,
        amount_minor=row.difference_minor,
        amount_before_minor=row.before_minor,
        record_count=0,
        money_account_id=account_id,
        legal_entity_id=entity_id,
        explanation="\n".join(row.explanation),
    )


def _accounts(
    rows: Sequence[Allocated],
    entities: dict[tuple[int, int], int | None],
    terms: SchemeTerms,
) -> dict[tuple[int, int | None], int]:
    """The account of each department in each legal entity's books, opened where it is missing."""
    kind = ACCOUNT_KINDS[LineKind(MECHANISMS[terms.mechanism].line_kind)]
    wanted = {(row.department_id, entities[_key(row)]) for row in rows}
    codes = dict(
        Department.objects.filter(pk__in={pk for pk, _ in wanted}).values_list("pk", "code")
    )
    books = LegalEntity.objects.in_bulk()
    ensure_accounts(
        AccountPlace(
            kind,
            terms.currency,
            scheme_id=terms.id,
            scheme_code=terms.code,
            department_id=department_id,
            department_code=codes[department_id],
            legal_entity_id=entity_id,
            books=books_part(terms, books.get(entity_id)),
        )
        for department_id, entity_id in wanted
    )
    found = Account.objects.filter(
        kind=kind, scheme_id=terms.id, commodity_id=terms.currency, department_id__in=codes
    ).values_list("department_id", "legal_entity_id", "pk")
    accounts: dict[tuple[int, int | None], int] = {
        (department_id, entity_id): pk for department_id, entity_id, pk in found
    }
    missing = wanted - accounts.keys()
    if missing:
        raise AccountCodeTaken(terms.code, len(missing))
    return accounts
