"""Reads. Which share of each scope's settled tonnes a scheme charges, and at what average price."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Q, Sum

from ledger.errors.calendar import PeriodNotFound
from ledger.models.periods import AccountingPeriod
from ledger.models.settlements import LineKind, SettlementState
from ledger.models.totals import LineTotal
from pricing import price_lookup

_TENTH = Decimal("0.1")
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class ScopeCoverage:
    """One scope, or all (`scope` None), of an activity period: kgCO2e on the scheme's own basis.

    `amount` is what was charged for them, in the scheme's currency.
    """

    scope: int | None
    kgco2e: Decimal
    charged_kgco2e: Decimal
    amount: Decimal

    @property
    def percent(self) -> Decimal | None:
        """Charged of all, in per cent with one decimal, half away from zero; None of nothing."""
        return _ratio(self.charged_kgco2e * 100, self.kgco2e, _TENTH)

    @property
    def average_price(self) -> Decimal | None:
        """What a charged tonne cost on average, to the hundredth; None where nothing is charged."""
        return _ratio(self.amount * 1000, self.charged_kgco2e, _CENT)


def coverage_of(*, scheme_code: str, activity_period: str | None = None) -> list[ScopeCoverage]:
    """What of each scope is charged, true-ups in the period of their activity; then all together.

    Without a period, of everything that is posted. Removals are not netted.

    Raises: SchemeNotFound, PeriodNotFound.
    """
    terms = price_lookup.scheme_terms(code=scheme_code)
    lines = LineTotal.objects.filter(
        scheme_id=terms.id, scope__isnull=False, settlement__state=SettlementState.POSTED
    )
    if activity_period is not None:
        period = AccountingPeriod.objects.filter(code=activity_period).first()
        if period is None:
            raise PeriodNotFound(activity_period)
        lines = lines.filter(activity_period=period)
    charged = Q(kind=LineKind.CHARGE)
    rows = (
        lines.order_by("scope")
        .values("scope")
        .annotate(
            mg=Sum("settled_mgco2e"),
            charged_mg=Sum("settled_mgco2e", filter=charged, default=0),
            minor=Sum("amount_minor", filter=charged, default=0),
        )
    )
    found = [
        ScopeCoverage(
            row["scope"],
            Decimal(row["mg"]).scaleb(-6),
            Decimal(row["charged_mg"]).scaleb(-6),
            Decimal(row["minor"]).scaleb(-terms.currency_exponent),
        )
        for row in rows
    ]
    return [*found, _together(found, Decimal(0).scaleb(-terms.currency_exponent))]


def _together(found: list[ScopeCoverage], zero: Decimal) -> ScopeCoverage:
    return ScopeCoverage(
        None,
        sum((row.kgco2e for row in found), Decimal(0)),
        sum((row.charged_kgco2e for row in found), Decimal(0)),
        sum((row.amount for row in found), zero),
    )


def _ratio(part: Decimal, whole: Decimal, step: Decimal) -> Decimal | None:
    return None if not whole else (part / whole).quantize(step, ROUND_HALF_UP)
