"""Reads. What disclosures of a year are computed from: posted lines, rules, texts, removals."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet, Sum

from departments.inventory.removal_records import removals_never_settled
from departments.inventory.totals import PlaceTotal, place_totals
from ledger.disclosure.datapoint_map import datapoint_map
from ledger.disclosure.facts import (
    Approved,
    Covered,
    Facts,
    PeriodFact,
    PricedPeriod,
    PriceFact,
    Removal,
    SchemeFacts,
    Settled,
    Text,
    Year,
    total,
)
from ledger.disclosure.tables import Disclosure, disclosure_of
from ledger.disclosure.view_file import read_views
from ledger.errors.disclosure import ReportingYearHasGap, ReportingYearNotFound
from ledger.models.periods import AccountingPeriod, PeriodState
from ledger.models.settlements import LineKind, SettlementState
from ledger.models.totals import LineTotal
from ledger.sql import statement
from pricing import price_lookup
from pricing.price_lookup import SchemeTerms
from pricing.text_lookup import texts_in_force

ONE_DAY = timedelta(days=1)
KEYS = (
    "activity_period__code",
    "activity_period_id",
    "kind",
    "scope",
    "category",
    "durability_class",
    "price_id",
    "price_per_tonne",
)
YEAR = re.compile(r"(FY\d\d|\d{4})(?=\D)")  # what periods of a year begin with
NAMES = ("period", "period_id", *KEYS[2:])


def disclosure(
    *,
    framework: str,
    year: str,
    version: str | None = None,
    scheme_code: str | None = None,
    views_file: Path | None = None,
) -> Disclosure:
    """The tables of a framework for a year, computed from what is posted now.

    Without a `version` it is the one that the year is under. `scheme_code` leaves other schemes
    out.

    Raises: ReportingYearNotFound, ReportingYearHasGap, FrameworkNotFound, DatapointMapInvalid,
            InventoryViewsInvalid, SchemeNotFound.
    """
    found = year_of(year)
    wanted = datapoint_map(framework=framework, version=version, first_day=found.first_day)
    views = read_views(views_file or Path(settings.INVENTORY_VIEWS))
    return disclosure_of(wanted, facts_of(found, scheme_code=scheme_code), views)


def year_of(name: str) -> Year:
    """The periods of a year: the one of that code, or all whose codes go on from it.

    FY2023 is FY23; 2023 is 2023Q1, 2023Q2 and so on.

    Raises: ReportingYearNotFound, ReportingYearHasGap.
    """
    code = name.strip()
    if len(code) == 6 and code[:2].upper() == "FY" and code[2:].isdecimal():
        code = f"FY{code[4:]}"
    periods = list(AccountingPeriod.objects.order_by("days"))
    own = [each for each in periods if each.code == code] or [
        each for each in periods if code and _goes_on(each.code, code)
    ]
    if not own:
        raise ReportingYearNotFound(name, [each.code for each in periods])
    for before, after in pairwise(own):
        if before.ends_before != after.first_day:
            raise ReportingYearHasGap(name, before.code, after.code)
    return Year(
        code,
        tuple(
            PeriodFact(
                each.pk,
                each.code,
                each.first_day,
                each.ends_before,
                each.state == PeriodState.CLOSED,
            )
            for each in own
        ),
    )


def years() -> list[str]:
    """Years and periods that something was posted for, the newest first: 2024, 2024Q2, 2024Q1."""
    rows = AccountingPeriod.objects.filter(
        pk__in=_totals().values("activity_period").distinct()
    ).order_by("-days")
    found: dict[str, None] = {}
    for each in rows:
        whole = YEAR.match(each.code)
        found |= dict.fromkeys((whole[0] if whole else each.code, each.code))
    return list(found)


def facts_of(year: Year, *, scheme_code: str | None = None) -> Facts:
    """Everything that is settled, approved and said for a year. Raises: SchemeNotFound."""
    if scheme_code is not None:
        price_lookup.scheme_terms(code=scheme_code)
    settled = _settled(_totals().filter(activity_period__in=[each.id for each in year.periods]))
    schemes = tuple(
        _scheme(terms, settled[terms.id], year)
        for terms in price_lookup.all_scheme_terms()
        if terms.id in settled and scheme_code in (None, terms.code)
    )
    totals = place_totals(from_on=year.first_day, until_on=year.ends_before - ONE_DAY)
    facts = Facts(year, schemes, (), _approved(totals), _approved_removals(totals))
    books = facts.books
    settled_removals = () if books is None else _removals(books.id, year)
    never = _never_settled(year)
    return replace(facts, removals=(*settled_removals, *never), covered=_covered(year, schemes))


def _goes_on(code: str, beginning: str) -> bool:
    rest = code.removeprefix(beginning)
    return rest != code and bool(rest) and not rest[0].isdigit()


def _totals() -> QuerySet[LineTotal]:
    """Posted lines, added up by place and price, however many departments there are."""
    return LineTotal.objects.filter(settlement__state=SettlementState.POSTED)


def _settled(totals: QuerySet[LineTotal]) -> dict[int, tuple[Settled, ...]]:
    """Sums of posted lines, scheme by scheme, in a fixed order."""
    exponents = {terms.id: terms.currency_exponent for terms in price_lookup.all_scheme_terms()}
    rows = (
        totals.order_by("activity_period__days", *KEYS[2:])
        .values_list("scheme_id", *KEYS)
        .annotate(
            location=Sum("location_mgco2e"),
            market=Sum("market_mgco2e"),
            settled=Sum("settled_mgco2e"),
            minor=Sum("amount_minor"),
            lines=Sum("line_count"),
        )
    )
    found: dict[int, list[Settled]] = defaultdict(list)
    for row in rows:
        scheme_id, *key = row[: len(NAMES) + 1]
        location, market, settled, minor, count = row[len(NAMES) + 1 :]
        named: dict[str, Any] = dict(zip(NAMES, key, strict=True))
        found[scheme_id].append(
            Settled(
                **named,
                location_kgco2e=_kg(location),
                market_kgco2e=_kg(market),
                settled_kgco2e=_kg(settled),
                amount=Decimal(minor).scaleb(-exponents[scheme_id]),
                line_count=int(count),
            )
        )
    return {scheme_id: tuple(own) for scheme_id, own in found.items()}


def _scheme(terms: SchemeTerms, settled: tuple[Settled, ...], year: Year) -> SchemeFacts:
    texts = texts_in_force(scheme_id=terms.id, on=year.ends_before - ONE_DAY)
    return SchemeFacts(
        id=terms.id,
        code=terms.code,
        name=terms.name,
        mechanism=terms.mechanism,
        currency=terms.currency,
        scope2_basis=terms.scope2_basis,
        is_illustrative=terms.is_illustrative,
        keeps_atmosphere=terms.keeps_atmosphere,
        settled=settled,
        prices=_prices(terms.id),
        history=_history(terms.id, year),
        texts={
            topic: Text(found.text, found.version, found.about) for topic, found in texts.items()
        },
    )


def _prices(scheme_id: int) -> tuple[PriceFact, ...]:
    return tuple(
        PriceFact(
            rule.price_id,
            rule.price_per_tonne,
            (rule.department_id or 0, rule.scope or 0, rule.category or 0, rule.country),
            rule.starts_on,
            rule.ends_before,
        )
        for rule in price_lookup.price_rules(scheme_id=scheme_id)
    )


def _history(scheme_id: int, year: Year) -> tuple[PricedPeriod, ...]:
    """Which price each place was charged at, period by period, up to the end of the year."""
    rows = (
        _totals()
        .filter(
            scheme_id=scheme_id,
            kind=LineKind.CHARGE,
            price__isnull=False,
            activity_period__days__startswith__lt=year.ends_before,
        )
        .order_by("activity_period__days", "scope", "category", "price_id")
        .values_list("activity_period__days", "scope", "category", "price_id")
        .distinct()
    )
    return tuple(
        PricedPeriod(days.lower, scope, category, price_id)
        for days, scope, category, price_id in rows
        if scope is not None and price_id is not None and days.lower is not None
    )


def _covered(year: Year, schemes: tuple[SchemeFacts, ...]) -> tuple[Covered, ...]:
    """By scope what any of these schemes charges; if one alone does, its lines say so."""
    charging = [scheme for scheme in schemes if scheme.charged]
    if len(charging) > 1:
        periods = [each.id for each in year.periods]
        ids = [scheme.id for scheme in charging]
        with connection.cursor() as cursor:
            cursor.execute(statement("disclosure_covered"), {"periods": periods, "schemes": ids})
            return tuple(Covered(*row) for row in cursor.fetchall())
    lines = [each for scheme in charging for each in scheme.charged]
    return tuple(
        Covered(
            scope,
            total(each.location_kgco2e for each in lines if each.scope == scope),
            total(each.market_kgco2e for each in lines if each.scope == scope),
        )
        for scope in sorted({each.scope for each in lines if each.scope is not None})
    )


def _approved(totals: Iterable[PlaceTotal]) -> tuple[Approved, ...]:
    sums: dict[tuple[int, int | None], list[Decimal]] = {}
    for each in totals:
        if each.scope is not None:
            kept = sums.setdefault((each.scope, each.category), [Decimal(0), Decimal(0)])
            kept[0] += each.location_kgco2e
            kept[1] += each.market_kgco2e
    return tuple(Approved(*place, *sums[place]) for place in sorted(sums, key=_by_place))


def _by_place(place: tuple[int, int | None]) -> tuple[int, int]:
    return (place[0], place[1] or 0)


def _approved_removals(totals: Iterable[PlaceTotal]) -> Decimal:
    return total(each.market_kgco2e for each in totals if each.scope is None)


def _removals(scheme_id: int, year: Year) -> tuple[Removal, ...]:
    """The results behind lines of removals, with what was taken back."""
    facts: dict[str, Any] = {
        "scheme_id": scheme_id,
        "first_day": year.first_day,
        "ends_before": year.ends_before,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement("disclosure_removals"), facts)
        return tuple(Removal(*row) for row in cursor.fetchall())


def _never_settled(year: Year) -> tuple[Removal, ...]:
    rows = removals_never_settled(first_day=year.first_day, ends_before=year.ends_before)
    return tuple(
        Removal(0, each.activity, each.project, each.durability_class, each.state, each.kgco2e)
        for each in rows
    )


def _kg(milligrams: int) -> Decimal:
    return Decimal(milligrams).scaleb(-6)
