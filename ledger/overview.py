"""Reads. The desk at a glance: where each scheme stands, what moved, what waits for whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from departments.organisation.models import User
from ledger import period_close
from ledger.models.accounts import AccountKind
from ledger.models.exports import JournalExport
from ledger.models.periods import AccountingPeriod, PeriodState
from ledger.models.settlements import (
    LineKind,
    Settlement,
    SettlementLine,
    SettlementShard,
    SettlementState,
    ShardState,
)
from ledger.sql import statement
from pricing import price_lookup
from pricing.price_lookup import SchemeTerms

PERIODS_SHOWN, EVENTS_SHOWN, MOVERS_SHOWN, SETTLEMENTS_READ = 4, 10, 5, 200
STANDING_STILL = timedelta(seconds=30)  # a shard that calculates takes less


@dataclass(frozen=True, slots=True)
class Step:
    """One step of setting up an empty system; `page` says which one."""

    page: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a period's way to its close: `done`, `current` or `ahead`, by whom and when."""

    name: str
    state: str
    by: str = ""
    at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class PeriodStrip:
    """How far a period has come in one scheme."""

    period_id: int
    period: str
    settlement_id: int | None
    stages: tuple[Stage, ...]

    @property
    def reached(self) -> str:
        """The last stage that is done."""
        return [stage.name for stage in self.stages if stage.state == "done"][-1]


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


@dataclass(frozen=True, slots=True)
class Attention:
    """Something that waits for a person; `page` and `target_id` say where it is done."""

    page: str
    text: str
    detail: str = ""
    target_id: int | None = None
    is_problem: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, with who did it."""

    at: datetime
    text: str
    by: str
    settlement_id: int | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything the desk's first page shows."""

    steps: tuple[Step, ...]
    schemes: tuple[SchemeOverview, ...]
    attention: tuple[Attention, ...]
    events: tuple[Event, ...]
    waiting_records: int
    estimated_share: Decimal | None
    estimated_period: str

    @property
    def is_set_up(self) -> bool:
        return all(step.is_done for step in self.steps)


@dataclass(frozen=True, slots=True)
class _Facts:
    has_departments: bool
    has_factors: bool
    has_price: bool
    has_activity: bool
    waiting_records: int
    waiting_prices: int
    waiting_rates: int
    estimated_share: Decimal | None


def overview(*, at: datetime) -> Overview:
    """The desk's first page. The number of queries does not grow with departments or records."""
    schemes = price_lookup.all_scheme_terms()
    periods = list(AccountingPeriod.objects.select_related("closed_by").order_by("days"))
    settlements = list(
        Settlement.objects.select_related("period", "prepared_by", "approved_by", "posted_by")
        .select_related("cancelled_by")
        .order_by("-id")[:SETTLEMENTS_READ]
    )
    posted = _latest_two(settlements)
    latest = max((now for now, _before in posted.values()), key=_first_day, default=None)
    facts = _facts(latest)
    names = {terms.id: terms.name for terms in schemes}
    return Overview(
        steps=(
            Step("departments", facts.has_departments),
            Step("factors", facts.has_factors),
            Step("price", facts.has_price),
            Step("activity", facts.has_activity),
        ),
        schemes=tuple(_schemes(schemes, periods, settlements, posted)),
        attention=tuple(_attention(facts, periods, settlements, names, at)),
        events=tuple(_events(periods, settlements, names)),
        waiting_records=facts.waiting_records,
        estimated_share=facts.estimated_share,
        estimated_period=latest.code if latest else "",
    )


def _facts(latest: AccountingPeriod | None) -> _Facts:
    days = (latest.days.lower, latest.days.upper) if latest else (date.min, date.max)
    with connection.cursor() as cursor:
        cursor.execute(statement("overview_facts"), {"first_day": days[0], "day_after": days[1]})
        return _Facts(*cursor.fetchone())


# --- schemes ------------------------------------------------------------------------------------

Pair = tuple[AccountingPeriod, AccountingPeriod | None]


def _latest_two(settlements: list[Settlement]) -> dict[int, Pair]:
    """The latest posted period of each scheme, and the posted one before it."""
    posted: dict[int, dict[int, AccountingPeriod]] = {}
    for settlement in settlements:
        if settlement.state == SettlementState.POSTED:
            of_scheme = posted.setdefault(settlement.scheme_id, {})
            of_scheme[settlement.period_id] = settlement.period
    pairs = {}
    for scheme_id, of_scheme in posted.items():
        newest = sorted(of_scheme.values(), key=_first_day, reverse=True)
        pairs[scheme_id] = (newest[0], newest[1] if len(newest) > 1 else None)
    return pairs


def _schemes(
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
        strips = _strips(terms.id, periods, settlements)
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
            charged=_sum_of(money, now, LineKind.CHARGE, zero),
            charged_before=_sum_of(money, before, LineKind.CHARGE, zero) if before else None,
            true_ups=money.get((now.pk, LineKind.CHARGE, True), zero) if now else zero,
            earned=_sum_of(money, now, LineKind.INCENTIVE, zero),
            tonnes=tonnes.get(terms.id, ()),
            fund=funds.get(terms.id, zero),
            atmosphere_tonnes=atmosphere if terms.keeps_atmosphere else None,
            movers=tuple(movers.get(terms.id, ())),
        )


def _sum_of(
    money: dict[Any, Decimal], period: AccountingPeriod | None, kind: str, zero: Decimal
) -> Decimal:
    if period is None:
        return zero
    return sum((money.get((period.pk, kind, late), zero) for late in (False, True)), zero)


def _amounts(posted: dict[int, Pair]) -> dict[tuple[int, int, str, bool], int]:
    """Minor units by scheme, period, kind and whether it is a true-up."""
    wanted = Q(pk__in=[])
    for scheme_id, pair in posted.items():
        wanted |= Q(scheme_id=scheme_id, settlement__period__in=[p.pk for p in pair if p])
    rows = (
        SettlementLine.objects.filter(wanted, settlement__state=SettlementState.POSTED)
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
        SettlementLine.objects.filter(wanted, settlement__state=SettlementState.POSTED)
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


# --- the strip of a period ----------------------------------------------------------------------


def _strips(
    scheme_id: int, periods: list[AccountingPeriod], settlements: list[Settlement]
) -> list[PeriodStrip]:
    """The current period's strip, then those of the periods before it, latest first."""
    newest: dict[int, Settlement] = {}
    for settlement in settlements:  # the newest comes first
        if settlement.scheme_id == scheme_id and settlement.state != SettlementState.CANCELLED:
            newest.setdefault(settlement.period_id, settlement)
    if not periods:
        return []
    current = _current_period(periods, newest)
    so_far = [period for period in periods if _first_day(period) <= _first_day(current)]
    return [_strip(period, newest.get(period.pk)) for period in reversed(so_far[-PERIODS_SHOWN:])]


def _current_period(
    periods: list[AccountingPeriod], newest: dict[int, Settlement]
) -> AccountingPeriod:
    for period in periods:
        settlement = newest.get(period.pk)
        if settlement and settlement.state != SettlementState.POSTED:
            return period
    for period in periods:
        if period.state == PeriodState.OPEN:
            return period
    return periods[-1]


def _strip(period: AccountingPeriod, settlement: Settlement | None) -> PeriodStrip:
    done = [("open", "", None, "")]
    if settlement and settlement.calculated_at:
        done.append(("calculated", _name(settlement.prepared_by), settlement.calculated_at, ""))
    if settlement and settlement.approved_at:
        ends_on = settlement.review_ends_on
        done.append(("in review", "", None, ends_on.isoformat() if ends_on else ""))
        done.append(("approved", _name(settlement.approved_by), settlement.approved_at, ""))
    if settlement and settlement.posted_at:
        done.append(("posted", _name(settlement.posted_by), settlement.posted_at, ""))
    if period.closed_at:
        done.append(("closed", _name(period.closed_by), period.closed_at, ""))
    stages = [Stage(name, "done", by, at, note) for name, by, at, note in done]
    reached = {stage.name for stage in stages}
    ahead = [name for name in STAGES if name not in reached]
    stages += [
        Stage(name, "current" if number == 0 else "ahead") for number, name in enumerate(ahead)
    ]
    stages.sort(key=lambda stage: STAGES.index(stage.name))
    return PeriodStrip(period.pk, period.code, settlement.pk if settlement else None, tuple(stages))


STAGES = ("open", "calculated", "in review", "approved", "posted", "closed")


# --- what waits -----------------------------------------------------------------------------------


def _attention(
    facts: _Facts,
    periods: list[AccountingPeriod],
    settlements: list[Settlement],
    names: dict[int, str],
    at: datetime,
) -> Iterator[Attention]:
    yield from _stuck_shards(settlements, names)
    yield from _under_way(settlements, names, at)
    if facts.waiting_records:
        text = ngettext(
            "%(count)s record waits for approval",
            "%(count)s records wait for approval",
            facts.waiting_records,
        )
        yield Attention("records", text % {"count": f"{facts.waiting_records:,}"})
    if facts.waiting_prices:
        text = ngettext(
            "%(count)s price waits for approval",
            "%(count)s prices wait for approval",
            facts.waiting_prices,
        )
        yield Attention("prices", text % {"count": facts.waiting_prices})
    if facts.waiting_rates:
        text = ngettext(
            "%(count)s incentive rate waits for approval",
            "%(count)s incentive rates wait for approval",
            facts.waiting_rates,
        )
        yield Attention("rates", text % {"count": facts.waiting_rates})
    first_open = next((p for p in periods if p.state == PeriodState.OPEN), None)
    if first_open and not period_close.problems_before_close(first_open):
        yield Attention(
            "period",
            _("Period %(period)s is ready to close") % {"period": first_open.code},
            target_id=first_open.pk,
        )


def _stuck_shards(settlements: list[Settlement], names: dict[int, str]) -> Iterator[Attention]:
    under_way = {s.pk: s for s in settlements if s.state == SettlementState.CALCULATING}
    shards = SettlementShard.objects.filter(
        settlement__in=under_way, state=ShardState.QUARANTINED
    ).order_by("settlement_id", "number")
    stuck: dict[int, list[SettlementShard]] = {}
    for shard in shards:
        stuck.setdefault(shard.settlement_id, []).append(shard)
    for settlement_id, of_settlement in stuck.items():
        text = ngettext(
            "%(count)s shard of %(settlement)s could not be calculated",
            "%(count)s shards of %(settlement)s could not be calculated",
            len(of_settlement),
        )
        facts = {
            "count": len(of_settlement),
            "settlement": _called(under_way[settlement_id], names),
        }
        yield Attention(
            "settlement", text % facts, of_settlement[0].error, settlement_id, is_problem=True
        )


def _under_way(
    settlements: list[Settlement], names: dict[int, str], at: datetime
) -> Iterator[Attention]:
    words = {
        SettlementState.CALCULATED: _("%(settlement)s waits for another person's approval"),
        SettlementState.APPROVED: _("%(settlement)s is approved and waits to be posted"),
    }
    for settlement in settlements:
        called = {"settlement": _called(settlement, names)}
        if settlement.state in words:
            text = words[SettlementState(settlement.state)] % called
            yield Attention("settlement", text, target_id=settlement.pk)
        elif (
            settlement.state == SettlementState.CALCULATING
            and at - settlement.prepared_at > STANDING_STILL
        ):
            text = _("%(settlement)s is still being calculated") % called
            yield Attention("settlement", text, target_id=settlement.pk)


# --- what happened --------------------------------------------------------------------------------


def _events(
    periods: list[AccountingPeriod], settlements: list[Settlement], names: dict[int, str]
) -> list[Event]:
    happened = [event for settlement in settlements for event in _events_of(settlement, names)]
    happened += [
        Event(
            period.closed_at,
            _("Period %(period)s closed and sealed") % {"period": period.code},
            _name(period.closed_by),
        )
        for period in periods
        if period.closed_at
    ]
    exports = JournalExport.objects.select_related("period", "exported_by")[:EVENTS_SHOWN]
    happened += [
        Event(
            export.exported_at,
            _("Journal exported as %(format)s (no. %(number)s)")
            % {"format": export.format_name, "number": export.sequence},
            _name(export.exported_by),
        )
        for export in exports
    ]
    return sorted(happened, key=lambda event: event.at, reverse=True)[:EVENTS_SHOWN]


def _events_of(settlement: Settlement, names: dict[int, str]) -> Iterator[Event]:
    called = {"settlement": _called(settlement, names)}
    steps = (
        (settlement.prepared_at, settlement.prepared_by, _("%(settlement)s prepared")),
        (settlement.calculated_at, None, _("%(settlement)s calculated")),
        (settlement.approved_at, settlement.approved_by, _("%(settlement)s approved")),
        (settlement.posted_at, settlement.posted_by, _("%(settlement)s posted")),
        (settlement.cancelled_at, settlement.cancelled_by, _("%(settlement)s cancelled")),
    )
    for at, by, text in steps:
        if at is not None:
            yield Event(at, text % called, _name(by), settlement.pk)


def _called(settlement: Settlement, names: dict[int, str]) -> str:
    name = f"{names[settlement.scheme_id]} {settlement.period.code}"
    return name if settlement.revision == 1 else f"{name} ({settlement.revision})"


def _name(person: User | None) -> str:
    return person.get_username() if person else ""


def _first_day(period: AccountingPeriod) -> date:
    first: date = period.days.lower
    return first
