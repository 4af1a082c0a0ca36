"""Reads. Which price is in force: for one place and day with its reasons, or all as flat rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from departments.organisation.models import Department
from departments.organisation.tree import ancestors_of, descendant_ranges
from pricing.errors import NoPriceInForce, PriceNotFound, SchemeNotFound
from pricing.models import CarbonPrice, IncentiveRate, Scheme, SchemeCoverage
from pricing.money import minor_exponent

# A rank is distance × 10 + 2 × (0 category, 1 scope, 2 neither) + (0 country, 1 none): the lowest
# wins. What is no department's price comes after every distance that a tree could have.
RANKS_PER_DISTANCE = 10
BEYOND_EVERY_DEPARTMENT = 1_000_000


@dataclass(frozen=True, slots=True)
class CoverageRule:
    """A scope, or one Scope 3 category, that a scheme charges from a day until before another."""

    scope: int
    category: int | None
    starts_on: date
    ends_before: date | None


@dataclass(frozen=True, slots=True)
class SchemeTerms:
    """What a scheme is: its mechanism, currency, Scope 2 basis, first day and coverage.

    `fund_entity` is the code of the legal entity whose books its fund is in; empty: it says none.
    """

    id: int
    code: str
    name: str
    mechanism: str
    currency: str
    currency_exponent: int
    scope2_basis: str
    starts_on: date
    keeps_atmosphere: bool
    is_illustrative: bool
    coverage: tuple[CoverageRule, ...]
    fund_entity_id: int | None = None
    fund_entity: str = ""
    fund_may_overdraw: bool = False
    contributions_lapse: bool = False


@dataclass(frozen=True, slots=True)
class PriceInForce:
    """The price that applies, why it is this one, and where it comes from."""

    price_id: int
    price_per_tonne: Decimal
    currency: str
    starts_on: date
    ends_before: date | None
    explanation: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class PriceRule:
    """An approved price for one department (or all), on the days it reaches that department.

    Of the rules that fit a department, scope, category, country and day, the lowest rank wins.
    """

    price_id: int
    price_per_tonne: Decimal
    department_id: int | None
    distance: int
    scope: int | None
    category: int | None
    country: str
    starts_on: date
    ends_before: date | None
    rank: int

    def fits(self, *, on: date, scope: int | None, category: int | None, country: str) -> bool:
        """Whether it applies to that place in the method and country, on that day."""
        return (
            self.scope in (None, scope)
            and self.category in (None, category)
            and self.country in ("", country)
            and is_in_force(self, on)
        )


@dataclass(frozen=True, slots=True)
class IncentiveRule:
    """What a verified absorbed tonne of a durability class earns, on a range of days."""

    rate_id: int
    rate_per_tonne: Decimal
    durability_class: str
    starts_on: date
    ends_before: date | None


def scheme_terms(*, code: str | None = None, scheme_id: int | None = None) -> SchemeTerms:
    """The terms of a scheme, by its code or its id.

    Raises: SchemeNotFound.
    """
    schemes = Scheme.objects.select_related("fund_entity")
    found = schemes.filter(Q(pk=scheme_id) if code is None else Q(code=code)).first()
    if found is None:
        raise SchemeNotFound(code if code is not None else scheme_id or 0)
    return _terms(found, coverage_rules(found.pk))


def all_scheme_terms() -> list[SchemeTerms]:
    """The terms of every scheme, by code; two statements, however many schemes there are."""
    coverage: dict[int, list[CoverageRule]] = defaultdict(list)
    for row in SchemeCoverage.objects.order_by("scope", "category", "pk"):
        coverage[row.scheme_id].append(_coverage_rule(row))
    schemes = Scheme.objects.select_related("fund_entity").order_by("code")
    return [_terms(scheme, coverage[scheme.pk]) for scheme in schemes]


def coverage_rules(scheme_id: int) -> list[CoverageRule]:
    """What a scheme charges, and when."""
    rows = SchemeCoverage.objects.filter(scheme_id=scheme_id).order_by("scope", "category", "pk")
    return [_coverage_rule(row) for row in rows]


def is_covered(*, scheme_id: int, on: date, scope: int, category: int | None) -> bool:
    """Whether a scheme charges a scope and category on a day."""
    return charges(scheme_terms(scheme_id=scheme_id), on=on, scope=scope, category=category)


def charges(terms: SchemeTerms, *, on: date, scope: int | None, category: int | None) -> bool:
    """The same, by terms that are known."""
    return on >= terms.starts_on and any(
        rule.scope == scope and rule.category in (None, category) and is_in_force(rule, on)
        for rule in terms.coverage
    )


def is_in_force(rule: CoverageRule | PriceRule | IncentiveRule, on: date) -> bool:
    """Whether a day is one of the rule's."""
    return rule.starts_on <= on and (rule.ends_before is None or on < rule.ends_before)


def incentive_on(
    rules: Iterable[IncentiveRule], *, on: date, durability_class: str
) -> IncentiveRule | None:
    """What absorbed tonnes of a class earn on a day, if anything."""
    return next(
        (
            rule
            for rule in rules
            if rule.durability_class == durability_class and is_in_force(rule, on)
        ),
        None,
    )


def incentive_rules(scheme_id: int) -> list[IncentiveRule]:
    """The approved incentive rates of a scheme."""
    rows = IncentiveRate.objects.filter(scheme_id=scheme_id, approved_by__isnull=False)
    return [
        IncentiveRule(
            rate_id=row.pk,
            rate_per_tonne=row.rate_per_tonne,
            durability_class=row.durability_class,
            starts_on=row.in_force.lower or date.min,
            ends_before=row.in_force.upper,
        )
        for row in rows.exclude(in_force__isempty=True).order_by("durability_class", "in_force")
    ]


def price_rules(*, scheme_id: int) -> list[PriceRule]:
    """Every approved price of a scheme, flat, for set-based pricing.

    A department's price becomes one rule for each department and range of days below it.
    """
    return sorted(
        (rule for price in _approved(scheme_id) for rule in _rules_of(price)),
        key=lambda rule: (rule.rank, rule.department_id or 0, rule.starts_on, rule.price_id),
    )


def price_in_force(
    *,
    scheme_id: int,
    on: date,
    department_id: int,
    scope: int,
    category: int | None,
    country: str = "",
) -> PriceInForce:
    """The price per tonne that applies on a day, and why.

    Most specific first: department (nearest ancestor) › category › scope › scheme default; a
    country narrows within each. Only approved prices count.

    Raises: NoPriceInForce, SchemeNotFound.
    """
    return price_by(
        scheme_terms(scheme_id=scheme_id),
        on=on,
        department_id=department_id,
        scope=scope,
        category=category,
        country=country,
    )


def price_by(
    terms: SchemeTerms,
    *,
    on: date,
    department_id: int,
    scope: int,
    category: int | None,
    country: str = "",
) -> PriceInForce:
    """The same, by terms that are known.

    Raises: NoPriceInForce.
    """
    line = [department_id, *ancestors_of(department_id, on=on)]
    fitting = _approved(terms.id).filter(
        Q(department__isnull=True) | Q(department_id__in=line),
        Q(scope__isnull=True) | Q(scope=scope),
        Q(category__isnull=True) | Q(category=category),
        country__in=["", country],
        in_force__contains=on,
    )
    found = min(fitting, key=lambda price: _rank(price, _distance(price, line)), default=None)
    codes = dict(Department.objects.filter(pk__in=line).values_list("pk", "code"))
    if found is None:
        raise NoPriceInForce(
            scheme=terms.code,
            on=on,
            department=codes.get(department_id, str(department_id)),
            scope=scope,
            category=category,
            country=country,
        )
    looked_for = tuple(
        _passed_over([codes.get(pk, str(pk)) for pk in line], found, line, scope, category, country)
    )
    return PriceInForce(
        price_id=found.pk,
        price_per_tonne=found.price_per_tonne,
        currency=terms.currency,
        starts_on=found.in_force.lower or date.min,
        ends_before=found.in_force.upper,
        explanation=(*looked_for, *_about(found, terms.currency)),
        source=found.source_url,
    )


def explain_price(*, price_id: int) -> tuple[str, ...]:
    """Sentences about one price: what it is for, since when, who proposed and approved it.

    Raises: PriceNotFound.
    """
    price = (
        CarbonPrice.objects.select_related("scheme", "department", "proposed_by", "approved_by")
        .filter(pk=price_id)
        .first()
    )
    if price is None:
        raise PriceNotFound(price_id)
    return tuple(_about(price, price.scheme.currency))


def _coverage_rule(row: SchemeCoverage) -> CoverageRule:
    return CoverageRule(row.scope, row.category, row.in_force.lower or date.min, row.in_force.upper)


def _terms(scheme: Scheme, coverage: Iterable[CoverageRule]) -> SchemeTerms:
    return SchemeTerms(
        id=scheme.pk,
        code=scheme.code,
        name=scheme.name,
        mechanism=scheme.mechanism,
        currency=scheme.currency,
        currency_exponent=minor_exponent(scheme.currency),
        scope2_basis=scheme.scope2_basis,
        starts_on=scheme.starts_on,
        keeps_atmosphere=scheme.keeps_atmosphere,
        is_illustrative=scheme.is_illustrative,
        coverage=tuple(coverage),
        fund_entity_id=scheme.fund_entity_id,
        fund_entity=scheme.fund_entity.code if scheme.fund_entity else "",
        fund_may_overdraw=scheme.fund_may_overdraw,
        contributions_lapse=scheme.contributions_lapse,
    )


def _approved(scheme_id: int) -> QuerySet[CarbonPrice]:
    return (
        CarbonPrice.objects.filter(scheme_id=scheme_id, approved_by__isnull=False)
        .exclude(in_force__isempty=True)
        .select_related("department", "proposed_by", "approved_by")
        .order_by("pk")
    )


# --- precedence ---------------------------------------------------------------------------------


def _rank(price: CarbonPrice, distance: int) -> int:
    specificity = 0 if price.category is not None else 1 if price.scope is not None else 2
    return distance * RANKS_PER_DISTANCE + 2 * specificity + (0 if price.country else 1)


def _distance(price: CarbonPrice, line: list[int]) -> int:
    if price.department_id is None:
        return BEYOND_EVERY_DEPARTMENT
    return line.index(price.department_id)


def _rules_of(price: CarbonPrice) -> Iterator[PriceRule]:
    starts_on, ends_before = price.in_force.lower or date.min, price.in_force.upper
    if price.department_id is None:
        yield _rule(price, None, BEYOND_EVERY_DEPARTMENT, starts_on, ends_before)
        return
    for reach in descendant_ranges(price.department_id):
        first = max(starts_on, reach.starts_on or date.min)
        ends = [end for end in (ends_before, reach.ends_before) if end is not None]
        end = min(ends, default=None)
        if end is None or first < end:
            yield _rule(price, reach.department_id, reach.distance, first, end)


def _rule(
    price: CarbonPrice,
    department_id: int | None,
    distance: int,
    starts_on: date,
    ends_before: date | None,
) -> PriceRule:
    return PriceRule(
        price_id=price.pk,
        price_per_tonne=price.price_per_tonne,
        department_id=department_id,
        distance=distance,
        scope=price.scope,
        category=price.category,
        country=price.country,
        starts_on=starts_on,
        ends_before=ends_before,
        rank=_rank(price, distance),
    )


# --- sentences ----------------------------------------------------------------------------------


def _passed_over(
    codes: list[str],
    found: CarbonPrice,
    line: list[int],
    scope: int,
    category: int | None,
    country: str,
) -> Iterator[str]:
    """What more specific prices were looked for and not found, nearest first."""
    distance = _distance(found, line)
    nearer = codes if found.department_id is None else codes[:distance]
    if nearer:
        yield f"No price of its own for {', nor for '.join(nearer)}, fits."
    where = "" if found.department_id is None else f" of {codes[distance]}"
    levels: list[tuple[bool, str]] = [(found.scope is not None, f"Scope {scope}")]
    if category is not None:
        levels.insert(0, (found.category is not None, f"Scope {scope} category {category}"))
    for is_it, level in levels:
        if is_it:
            break
        yield f"No price{where} for {level} is in force."
    if country and not found.country:
        yield f"No price{where} for {country} narrows it."


def _about(price: CarbonPrice, currency: str) -> Iterator[str]:
    yield (
        f"{_named(price)}: {_plain(price.price_per_tonne)} {currency} per tCO2e, "
        f"in force {_days(price)}."
    )
    if price.approved_by is not None:
        yield (
            f"Proposed by {price.proposed_by.get_username()}, "
            f"approved by {price.approved_by.get_username()}."
        )
    else:
        yield f"Proposed by {price.proposed_by.get_username()}, not approved yet."
    if price.reason:
        yield f"Reason: {price.reason}"


def _named(price: CarbonPrice) -> str:
    whose = f"{price.department.code}'s price" if price.department else "The scheme's price"
    if price.category is not None:
        what = f" for Scope {price.scope} category {price.category}"
    elif price.scope is not None:
        what = f" for Scope {price.scope}"
    else:
        what = "" if price.department else " by default"
    return whose + what + (f" in {price.country}" if price.country else "")


def _days(price: CarbonPrice) -> str:
    since = f"from {price.in_force.lower}" if price.in_force.lower else "from the beginning"
    return f"{since} until before {price.in_force.upper}" if price.in_force.upper else since


def _plain(value: Decimal) -> str:
    """At least two decimal places, no idle zeros beyond: 15.000000 → 15.00."""
    shown = f"{value:f}".rstrip("0")
    whole, _, places = shown.partition(".")
    return f"{whole}.{places.ljust(2, '0')}"
