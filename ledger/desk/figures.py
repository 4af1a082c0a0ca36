"""Reads. Each scheme in figures: charged, tonnes by scope, funds, and who moved most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Any

from django.db import connection
from django.db.models import Q, Sum

from ledger.desk.strips import PeriodStrip, strips_of
from ledger.desk.words import first_day_of
from ledger.models.accounts import AccountKind
from ledger.models.periods import AccountingPeriod
from ledger.models.settlements import (
    CHARGING,
    EARNING,
    Settlement,
    SettlementState,
)
from ledger.models.totals import LineTotal
from ledger.sql import statement
from pricing.price_lookup import SchemeTerms

MOVERS_SHOWN = 5

Pair = tuple[AccountingPeriod, AccountingPeriod | None]


@dataclass(frozen=True, slots=True)
class ScopeTonnes:
    """tCO2e of one scope on both bases; outside Scope 2 they are the same."""

    scope: int
    location: Decimal
    market: Decimal


@dataclass(frozen=True, slots=True)
class Mover:
    """A department whose net charge changed; amounts in the scheme's currency."""

    department: str
    name: str
    before: Decimal
    now: Decimal

    @property
    def change(self) -> Decimal:
        return self.now - self.before


@dataclass(frozen=True, slots=True)
class SchemeOverview:
    """A scheme: its current period's way, the latest posted figures and what it holds."""

    code: str
    name: str
    currency: str
    scope2_basis: str
    is_illustrative: bool
    current: PeriodStrip | None
    earlier: tuple[PeriodStrip, ...]
    latest_period: str
    period_before: str
    charged: Decimal
    charged_before: Decimal | None
    true_ups: Decimal
    earned: Decimal
    tonnes: tuple[ScopeTonnes, ...]
    fund: Decimal
    atmosphere_tonnes: Decimal | None
    movers: tuple[Mover, ...]

    @property
    def change(self) -> Decimal | None:
        """Charged now minus charged in the period before; None where there was none."""
        return None if self.charged_before is None else self.charged - self.charged_before


def latest_two(settlements: list[Settlement]) -> dict[int, Pair]:
    """The latest posted period of each scheme, and the posted one before it."""
    posted: dict[int, dict[int, AccountingPeriod]] = {}
    for settlement in settlements:
        if settlement.state == SettlementState.POSTED:
            of_scheme = posted.setdefault(settlement.scheme_id, {})
            of_scheme[settlement.period_id] = settlement.period
    pairs = {}
    for scheme_id, of_scheme in posted.items():
        newest = sorted(of_scheme.values(), key=first_day_of, reverse=True)
        pairs[scheme_id] = (newest[0], newest[1] if len(newest) > 1 else None)
    return pairs


def schemes_in_figures(
    schemes: list[SchemeTerms],
    periods: list[AccountingPeriod],
    settlements: list[Settlement],
    posted: dict[int, Pair],
) -> Iterator[SchemeOverview]:
    amounts = _amounts(posted)
    tonnes = _tonnes(posted)
    funds, atmosphere = _balances()
    movers = _movers(posted, {terms.id: terms.currency_exponent for terms in schemes})
    for terms in schemes:
        now, before = posted.get(terms.id, (None, None))
        zero = Decimal(0).scaleb(-terms.currency_exponent)
        money = {
            key[1:]: Decimal(minor).scaleb(-terms.currency_exponent)
            for key, minor in amounts.items()
            if key[0] == terms.id
        }
        strips = strips_of(terms.id, periods, settlements)
        yield SchemeOverview(
            code=terms.code,
            name=terms.name,
            currency=terms.currency,
            scope2_basis=terms.scope2_basis,
            is_illustrative=terms.is_illustrative,
            current=strips[0] if strips else None,
            earlier=tuple(strips[1:]),
            latest_period=now.code if now else "",
            period_before=before.code if before else "",
            charged=_sum_of(money, now, CHARGING, zero),
            charged_before=_sum_of(money, before, CHARGING, zero) if before else None,
            true_ups=_sum_of(money, now, CHARGING, zero, (True,)),
            earned=_sum_of(money, now, EARNING, zero),
            tonnes=tonnes.get(terms.id, ()),
            fund=funds.get(terms.id, zero),
            atmosphere_tonnes=atmosphere if terms.keeps_atmosphere else None,
            movers=tuple(movers.get(terms.id, ())),
        )


def _sum_of(
    money: dict[Any, Decimal],
    period: AccountingPeriod | None,
    kinds: Iterable[str],
    zero: Decimal,
    lates: Iterable[bool] = (False, True),
) -> Decimal:
    if period is None:
        return zero
    keys = product([period.pk], kinds, lates)
    return sum((money.get(key, zero) for key in keys), zero)


def _amounts(posted: dict[int, Pair]) -> dict[tuple[int, int, str, bool], int]:
    """Minor units by scheme, period, kind and whether it is a true-up."""
    wanted = Q(pk__in=[])
    for scheme_id, pair in posted.items():
        wanted |= Q(scheme_id=scheme_id, settlement__period__in=[p.pk for p in pair if p])
    rows = (
        LineTotal.objects.filter(wanted, settlement__state=SettlementState.POSTED)
        .order_by()
        .values_list("scheme_id", "settlement__period_id", "kind", "is_true_up")
        .annotate(Sum("amount_minor"))
    )
    return {(scheme, period, kind, late): minor for scheme, period, kind, late, minor in rows}


def _tonnes(posted: dict[int, Pair]) -> dict[int, tuple[ScopeTonnes, ...]]:
    """tCO2e by scope of each scheme's latest posted period, with all that was restated since."""
    wanted = Q(pk__in=[])
    for scheme_id, (now, _before) in posted.items():
        wanted |= Q(scheme_id=scheme_id, activity_period=now)
    rows = (
        LineTotal.objects.filter(wanted, settlement__state=SettlementState.POSTED)
        .filter(scope__isnull=False)
        .order_by("scheme_id", "scope")
        .values_list("scheme_id", "scope")
        .annotate(Sum("location_mgco2e"), Sum("market_mgco2e"))
    )
    found: dict[int, tuple[ScopeTonnes, ...]] = {}
    for scheme_id, scope, location, market in rows:
        line = ScopeTonnes(scope, Decimal(location).scaleb(-9), Decimal(market).scaleb(-9))
        found[scheme_id] = (*found.get(scheme_id, ()), line)
    return found


def _balances() -> tuple[dict[int, Decimal], Decimal]:
    """What each scheme's fund holds, in its currency, and the atmosphere, in tCO2e."""
    funds, atmosphere = {}, Decimal(0)
    with connection.cursor() as cursor:
        cursor.execute(statement("overview_balances"))
        for kind, scheme_id, exponent, minor in cursor.fetchall():
            if kind == AccountKind.ATMOSPHERE:
                atmosphere = Decimal(minor).scaleb(-exponent - 3)
            else:
                funds[scheme_id] = Decimal(minor).scaleb(-exponent)
    return funds, atmosphere


def _movers(posted: dict[int, Pair], exponents: dict[int, int]) -> dict[int, list[Mover]]:
    pairs = [(scheme, now.pk, before.pk) for scheme, (now, before) in posted.items() if before]
    if not pairs:
        return {}
    scheme_ids, now_ids, before_ids = (list(ids) for ids in zip(*pairs, strict=True))
    found: dict[int, list[Mover]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            statement("overview_movers"),
            {
                "scheme_ids": scheme_ids,
                "now_ids": now_ids,
                "before_ids": before_ids,
                "how_many": MOVERS_SHOWN,
            },
        )
        for scheme_id, code, name, before, now in cursor.fetchall():
            digits = -exponents[scheme_id]
            mover = Mover(code, name, Decimal(before).scaleb(digits), Decimal(now).scaleb(digits))
            found.setdefault(scheme_id, []).append(mover)
    return found
