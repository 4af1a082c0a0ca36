"""Writes. Run the checks, then close a period and seal it; a closed period stays closed."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, connection, transaction

from departments.organisation.access import Permission, may
from departments.organisation.constraints import constraint_of
from departments.organisation.models import User
from departments.organisation.said import said
from ledger import close_checklist, deliveries, seal
from ledger.errors.calendar import PeriodNotFound, PeriodNotReady
from ledger.errors.settlements import NotAllowed
from ledger.models.periods import AccountingPeriod, PeriodSeal, PeriodState
from ledger.webhooks import events

SEALINGS = 3


@transaction.atomic
def close(*, period_code: str, by: User, at: datetime) -> AccountingPeriod:
    """Close and seal a period. Called again, it changes nothing.

    Raises: NotAllowed, PeriodNotFound, PeriodNotReady with every reason at once.
    """
    if not may(by, Permission.CLOSE_PERIOD):
        raise NotAllowed(by.get_username(), said("close a period"), said("finance"))
    period = AccountingPeriod.objects.select_for_update().filter(code=period_code).first()
    if period is None:
        raise PeriodNotFound(period_code)
    if period.state == PeriodState.CLOSED:
        return period
    _wait_for_posting(period)
    failing = [check for check in close_checklist.checks_of(period, at=at) if check.refuses]
    if failing:
        raise PeriodNotReady(period.code, [check.what_next for check in failing])
    period.state = PeriodState.CLOSED
    period.closed_by = by
    period.closed_at = at
    period.save()
    deliveries.put_head(_seal(period))
    events.period_closed(period)
    return period


def _seal(period: AccountingPeriod) -> PeriodSeal:
    """Seal the period; once more where another scheme opened accounts meanwhile."""
    for _ in range(SEALINGS - 1):
        try:
            with transaction.atomic():
                return seal.seal_period(period)
        except IntegrityError as error:
            if constraint_of(error) != "ledger_seal_covers_its_period":
                raise
    return seal.seal_period(period)


def _wait_for_posting(period: AccountingPeriod) -> None:
    """Whoever is posting into the period finishes first, so that the checks see every line."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ledger_period'), %s)", [period.pk])
