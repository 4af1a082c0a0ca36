"""Writes. Accrue a provisional settlement at the end of its period, and take it back the day after.

Money only, on accounts of its own: the atmosphere counts what is settled, and bills stand apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Q, Sum

from departments.organisation.access import Permission, may
from departments.organisation.models import LegalEntity, User
from departments.organisation.said import said
from ledger import posting
from ledger.chart_of_accounts import (
    AccountPlace,
    books_part,
    ensure_accounts,
    ensure_commodities,
)
from ledger.errors.journal import AccountCodeTaken, AlreadyReversed
from ledger.errors.settlements import NotAllowed, NothingToAccrue, WrongState
from ledger.models.accounts import Account, AccountKind
from ledger.models.settlements import (
    CHARGING,
    EARNING,
    Settlement,
    SettlementLine,
    SettlementState,
)
from ledger.posting import Line, Source
from ledger.settlement_run import name_of
from ledger.sql import statement
from pricing import price_lookup
from pricing.mechanisms import moves_money
from pricing.price_lookup import SchemeTerms

NOT_POSTED = (SettlementState.CALCULATED, SettlementState.APPROVED)
PURPOSE = "accrual"


@dataclass(frozen=True, slots=True)
class Accrual:
    """The entry that accrues a settlement, and the one that takes it back."""

    entry_id: int
    reversal_id: int


@dataclass(frozen=True, slots=True)
class _Provisional:
    """What a settlement would charge a department and pay it, in minor units.

    Of departments in a legal entity's books on the days of their activity, if books are told apart.
    """

    department_id: int
    department_code: str
    legal_entity_id: int | None
    charged: int
    earned: int

    def sides(self) -> dict[str, int]:
        """By kind of account: a debit above zero, a credit below."""
        return {
            AccountKind.ACCRUED_EXPENSE: self.charged,
            AccountKind.ACCRUED_INCOME: -self.earned,
            AccountKind.ACCRUED_LIABILITY: self.earned - self.charged,
        }


@transaction.atomic
def accrue(*, settlement_id: int, by: User) -> Accrual:
    """Post a settlement's provisional amounts on its period's last day, and their mirror on the
    first day after it: over both periods the books are as before.

    Debit accrued fee expense, credit accrued incentive income, the rest on accrued liability; each
    by department, in its own legal entity's books: nothing is due between legal entities before
    the settlement is posted. Once for a settlement; called again while it is not posted, it changes
    nothing.

    Raises: NotAllowed, WrongState, NothingToAccrue, AccountCodeTaken; PeriodNotFound and
            PeriodClosed, if either period is not there and open.
    """
    if not may(by, Permission.POST_SETTLEMENT):
        roles = Permission.POST_SETTLEMENT.roles_text
        raise NotAllowed(by.get_username(), said("accrue a settlement"), roles)
    settlement = (
        Settlement.objects.select_for_update(of=("self",))
        .select_related("period")
        .get(pk=settlement_id)
    )
    name = name_of(settlement)
    if settlement.state not in NOT_POSTED:
        raise WrongState(name, settlement.state, said("calculated or approved"))
    terms = price_lookup.scheme_terms(scheme_id=settlement.scheme_id)
    provisional = _provisional(settlement) if moves_money(terms.mechanism, "charge") else []
    if not provisional:
        raise NothingToAccrue(name)
    entry_id = posting.post(
        entry_date=settlement.period.last_day,
        description=f"Accrual of {name}, not posted yet",
        lines=_lines(provisional, terms),
        source=Source(PURPOSE, str(settlement.pk), PURPOSE),
        by=by,
    )
    return Accrual(entry_id, _take_back(entry_id, settlement, by))


def accrual_of(settlement_id: int) -> Accrual | None:
    """The accrual of a settlement, if there is one."""
    with connection.cursor() as cursor:
        cursor.execute(statement("accrual"), {"settlement": str(settlement_id)})
        row = cursor.fetchone()
    return Accrual(*row) if row else None


def _take_back(entry_id: int, settlement: Settlement, by: User) -> int:
    try:
        return posting.reverse(
            entry_id=entry_id,
            entry_date=settlement.period.ends_before,
            reason=f"accrual of {name_of(settlement)}",
            by=by,
        )
    except AlreadyReversed as before:
        return before.reversal_id


def _provisional(settlement: Settlement) -> list[_Provisional]:
    """Departments whose bill would not be zero."""
    rows = (
        SettlementLine.objects.filter(settlement=settlement)
        .order_by("department__code", "legal_entity_id")
        .values_list("department_id", "department__code", "legal_entity_id")
        .annotate(
            charged=Sum("amount_minor", filter=Q(kind__in=CHARGING), default=0),
            earned=Sum("amount_minor", filter=Q(kind__in=EARNING), default=0),
        )
    )
    return [
        _Provisional(department_id, code, entity_id, int(charged), int(earned))
        for department_id, code, entity_id, charged, earned in rows
        if charged or earned
    ]


def _lines(provisional: Iterable[_Provisional], terms: SchemeTerms) -> list[Line]:
    moved = [
        (row, kind, minor) for row in provisional for kind, minor in row.sides().items() if minor
    ]
    accounts = _accounts([(row, kind) for row, kind, _ in moved], terms)
    return [
        Line(
            accounts[kind, row.department_id, row.legal_entity_id],
            terms.currency,
            debit=max(minor, 0),
            credit=max(-minor, 0),
        )
        for row, kind, minor in moved
    ]


def _accounts(
    wanted: list[tuple[_Provisional, str]], terms: SchemeTerms
) -> dict[tuple[str, int, int | None], int]:
    """The account of each kind, department and legal entity, opened where it is missing."""
    ensure_commodities(terms.currency)
    entities = LegalEntity.objects.in_bulk(
        {row.legal_entity_id for row, _ in wanted if row.legal_entity_id is not None}
    )
    ensure_accounts(
        AccountPlace(
            kind,
            terms.currency,
            scheme_id=terms.id,
            scheme_code=terms.code,
            department_id=row.department_id,
            department_code=row.department_code,
            legal_entity_id=row.legal_entity_id,
            books=books_part(terms, entities.get(row.legal_entity_id or 0)),
        )
        for row, kind in wanted
    )
    kinds = {kind for _, kind in wanted}
    found = Account.objects.filter(scheme_id=terms.id, kind__in=kinds)
    accounts: dict[tuple[str, int, int | None], int] = {
        (kind, department_id, entity_id): pk
        for kind, department_id, entity_id, pk in found.values_list(
            "kind", "department_id", "legal_entity_id", "pk"
        )
    }
    missing = [
        row
        for row, kind in wanted
        if (kind, row.department_id, row.legal_entity_id) not in accounts
    ]
    if missing:
        raise AccountCodeTaken(terms.code, len(missing))
    return accounts
