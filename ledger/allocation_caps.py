"""Calculates. What departments get of an activity period, less what is over a cap on incentives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ledger.models.periods import AccountingPeriod
from pricing.incentive_caps import ABATEMENT, Cap, Earned, PeriodEarned, over_caps
from pricing.mechanisms.terms import Share
from pricing.money import Money

Shared = Mapping[int, dict[str, Share]]


def within_caps(
    shared: Shared,
    earned: Mapping[int, Sequence[Earned]],
    periods: Sequence[AccountingPeriod],
    caps: Sequence[Cap],
    currency: str,
) -> Shared:
    """The same shares by period and department, each less what of its incentives is not paid.

    What absorption earned stands on lines of its own: what of it is over a cap is a share below
    zero.
    """
    told = [
        PeriodEarned(
            period.code,
            period.last_day,
            (
                *earned[period.pk],
                *(
                    Earned(code, ABATEMENT, one.amount_minor)
                    for code, one in shared[period.pk].items()
                ),
            ),
        )
        for period in periods
    ]
    by_code = {period.code: period.pk for period in periods}
    found = {pk: dict(shares) for pk, shares in shared.items()}
    for (code, department), unpaid in over_caps(told, caps, currency).items():
        shares = found[by_code[code]]
        one = shares.get(department) or Share(department, 0, ())
        amount = one.amount_minor - unpaid.amount_minor
        steps = (*one.explanation, *unpaid.explanation)
        if len(steps) > 1:
            steps += (f"Together {Money(amount, currency)}",)
        shares[department] = replace(one, amount_minor=amount, explanation=steps)
    return found
