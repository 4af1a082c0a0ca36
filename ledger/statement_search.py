"""Reads. Which statement a hash is of, and whether it still holds: it is worked out again."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from ledger import statements
from ledger.errors import LedgerError
from ledger.models.periods import AccountingPeriod
from ledger.models.settlements import Settlement, SettlementState
from ledger.statements import Statement, StatementLine
from pricing import price_lookup
from pricing.errors import PricingError
from pricing.price_lookup import SchemeTerms


@dataclass(frozen=True, slots=True)
class FoundStatement:
    """The statement that a hash is of, as it stands now.

    `replaced_at` is when a later settlement of the same period added to it, so that the hash is of
    what it was before; None, where it still holds.
    """

    statement: Statement
    replaced_at: datetime | None

    @property
    def holds(self) -> bool:
        return self.replaced_at is None


def statement_by_hash(
    *,
    sha256: str,
    department_ids: Collection[int] | None,
    named: tuple[str, str, str] | None = None,
) -> FoundStatement | None:
    """The statement that has this SHA-256, or had it before its period was settled once more.

    `named` (department, scheme, period) is looked at first; otherwise the newest periods are, one
    after the other: every statement with lines of `department_ids` (None: of all departments).

    Returns: None, where no statement that may be seen has or had it.
    """
    if named is not None:
        found = _named(sha256, named, department_ids)
        if found is not None:
            return found
    for terms in price_lookup.all_scheme_terms():
        for period, settlements in _settled_periods(terms):
            for department, digest, replaced_at in _hashes(
                terms, period, settlements, department_ids
            ):
                if digest == sha256:
                    now = statements.statement_of(
                        department_code=department, scheme_code=terms.code, period_code=period.code
                    )
                    return FoundStatement(now, replaced_at)
    return None


def _named(
    sha256: str, named: tuple[str, str, str], department_ids: Collection[int] | None
) -> FoundStatement | None:
    department, scheme, period = named
    try:
        statement = statements.statement_of(
            department_code=department,
            scheme_code=scheme,
            period_code=period,
            department_ids=department_ids,
        )
    except (LedgerError, PricingError):
        return None
    return FoundStatement(statement, None) if statement.sha256 == sha256 else None


def _settled_periods(terms: SchemeTerms) -> Iterator[tuple[AccountingPeriod, list[Settlement]]]:
    posted: dict[int, list[Settlement]] = {}
    for settlement in Settlement.objects.filter(
        scheme_id=terms.id, state=SettlementState.POSTED
    ).order_by("revision"):
        posted.setdefault(settlement.period_id, []).append(settlement)
    for period in AccountingPeriod.objects.filter(pk__in=posted).order_by("-days"):
        yield period, posted[period.pk]


def _hashes(
    terms: SchemeTerms,
    period: AccountingPeriod,
    settlements: list[Settlement],
    department_ids: Collection[int] | None,
) -> Iterator[tuple[str, str, datetime | None]]:
    """Each department with its hash after each settlement, and when the next one replaced it."""
    lines = _lines_by_department(terms, settlements, department_ids)
    openings = statements.openings_of(terms, period, lines.keys())
    for department_id, own in lines.items():
        adding = [each for each in settlements if any(pk == each.pk for pk, _ in own)]
        for place in range(len(adding)):
            so_far = {settlement.pk for settlement in adding[: place + 1]}
            told = [line for pk, line in own if pk in so_far]
            charged, earned = statements.charged_and_earned(told, terms)
            content = statements.hashed_content(
                (told[0].department, terms.code, period.code, terms.currency),
                (openings[department_id], charged, earned),
                told,
            )
            later = adding[place + 1 : place + 2]
            replaced_at = later[0].posted_at if later else None
            yield told[0].department, statements.hash_of(content), replaced_at


def _lines_by_department(
    terms: SchemeTerms, settlements: list[Settlement], department_ids: Collection[int] | None
) -> dict[int, list[tuple[int, StatementLine]]]:
    rows = statements.ordered_lines(terms).filter(settlement__in=settlements)
    if department_ids is not None:
        rows = rows.filter(department_id__in=department_ids)
    found: dict[int, list[tuple[int, StatementLine]]] = {}
    for row in rows:
        line = statements.present_line(row, terms)
        found.setdefault(row.department_id, []).append((row.settlement_id, line))
    return found
