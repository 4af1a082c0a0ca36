"""Writes. Run the checks, then close a period and seal it; a closed period stays closed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from departments.organisation.access import Permission, may
from departments.organisation.models import User
from ledger import seal
from ledger.errors import NotAllowed, PeriodNotFound, PeriodNotReady
from ledger.models.periods import AccountingPeriod, PeriodState
from ledger.models.settlements import Settlement, SettlementState
from pricing import price_lookup


@transaction.atomic
def close(*, period_code: str, by: User, at: datetime) -> AccountingPeriod:
    """Close and seal a period. Called again, it changes nothing.

    Raises: NotAllowed, PeriodNotFound, PeriodNotReady with every reason at once.
    """
    if not may(by, Permission.CLOSE_PERIOD):
        raise NotAllowed(by.get_username(), "close a period", "finance")
    period = AccountingPeriod.objects.select_for_update().filter(code=period_code).first()
    if period is None:
        raise PeriodNotFound(period_code)
    if period.state == PeriodState.CLOSED:
        return period
    problems = problems_before_close(period)
    if problems:
        raise PeriodNotReady(period.code, problems)
    period.state = PeriodState.CLOSED
    period.closed_by = by
    period.closed_at = at
    period.save()
    seal.seal_period(period)
    return period


def problems_before_close(period: AccountingPeriod) -> list[str]:
    """Every reason why a period can't be closed yet, in plain words."""
    problems = []
    earlier = AccountingPeriod.objects.filter(
        days__fully_lt=period.days, state=PeriodState.OPEN
    ).order_by("days")
    if earlier.exists():
        codes = ", ".join(earlier.values_list("code", flat=True))
        problems.append(f"Earlier periods are still open: {codes}.")
    settlements = Settlement.objects.filter(period=period)
    for state in (
        SettlementState.CALCULATING,
        SettlementState.CALCULATED,
        SettlementState.APPROVED,
    ):
        waiting = settlements.filter(state=state).count()
        if waiting:
            problems.append(f"{waiting} settlement is {state.label}, not posted.")
    return problems + _schemes_behind(period)


def _schemes_behind(period: AccountingPeriod) -> list[str]:
    """Schemes that were settled before, but not up to the end of this period."""
    reached: dict[str, AccountingPeriod] = {}
    posted = Settlement.objects.filter(state=SettlementState.POSTED).select_related("period")
    for settlement in posted.order_by("period__days"):
        terms = price_lookup.scheme_terms(scheme_id=settlement.scheme_id)
        reached[terms.code] = settlement.period
    if not reached:
        return ["No settlement is posted."]
    return [
        f"Scheme {code} is settled up to {last.code}, not up to {period.code}."
        for code, last in sorted(reached.items())
        if last.ends_before < period.ends_before
    ]
