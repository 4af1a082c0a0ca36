"""Writes. Schemes, prices and incentive rates: proposed by one person, approved by another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from departments.organisation.access import Permission
from departments.organisation.constraints import constraint_of
from departments.organisation.models import LegalEntity, User
from departments.organisation.said import said
from pricing import proposals
from pricing.errors import (
    CoverageNeverEdited,
    CoverageNotFound,
    PriceInvalid,
    SchemeInvalid,
)
from pricing.mechanisms import MECHANISMS
from pricing.models import (
    CarbonPrice,
    IncentiveRate,
    Mechanism,
    Scheme,
    SchemeCoverage,
    Scope2Basis,
)
from pricing.money import minor_exponent
from pricing.price_arithmetic import DatedPrice

DURABILITY_CLASSES = ("short", "medium", "long")


@transaction.atomic
def create_scheme(
    *,
    code: str,
    name: str,
    currency: str,
    starts_on: date,
    coverage: Sequence[tuple[int, int | None]],
    mechanism: str = Mechanism.FEE,
    scope2_basis: str = Scope2Basis.MARKET,
    keeps_atmosphere: bool = False,
    purpose: str = "",
    is_illustrative: bool = False,
    fund_entity: LegalEntity | None = None,
    fund_may_overdraw: bool = False,
    contributions_lapse: bool = False,
) -> Scheme:
    """Start a scheme that charges these (scope, Scope 3 category) pairs from its first day on.

    A category of None is the whole scope. `fund_entity` is whose books the carbon fund is in; for
    departments of other legal entities money then goes through due-to and due-from accounts.
    Grants and incentives are paid out of what the fund holds, unless it `fund_may_overdraw`; where
    `contributions_lapse`, a department invests what it paid by the end of the next fiscal year.

    Raises: CurrencyUnknown; SchemeInvalid, for a code that is taken, by itself or in the names of
            accounts, or a second scheme that keeps the atmosphere.
    """
    minor_exponent(currency)
    if mechanism not in Mechanism or scope2_basis not in Scope2Basis:
        raise SchemeInvalid(
            said(
                "There is no mechanism %(mechanism)s with Scope 2 %(basis)s.",
                mechanism=repr(mechanism),
                basis=repr(scope2_basis),
            )
        )
    if coverage and not MECHANISMS[mechanism].prices_tonnes:
        raise SchemeInvalid(
            said(
                "The mechanism %(mechanism)s charges no tonnes: it covers nothing. Leave coverage "
                "out.",
                mechanism=mechanism,
            )
        )
    for scope, category in coverage:
        proposals.check_place(scope, category)
    try:
        with transaction.atomic():
            scheme = Scheme.objects.create(
                code=code,
                name=name,
                mechanism=mechanism,
                currency=currency,
                scope2_basis=scope2_basis,
                starts_on=starts_on,
                keeps_atmosphere=keeps_atmosphere,
                purpose=purpose,
                is_illustrative=is_illustrative,
                fund_entity=fund_entity,
                fund_may_overdraw=fund_may_overdraw,
                contributions_lapse=contributions_lapse,
            )
    except IntegrityError as error:
        if constraint_of(error) == "pricing_one_scheme_keeps_the_atmosphere":
            raise SchemeInvalid(
                said(
                    "Another scheme keeps the atmosphere account already: one must, so that no "
                    "tonne is counted twice."
                )
            ) from error
        if constraint_of(error) == "pricing_scheme_code_makes_accounts_of_its_own":
            raise SchemeInvalid(
                said(
                    "%(code)s differs from another scheme's code only in case, '_' and '-': both "
                    "would name the same accounts. Choose another code.",
                    code=repr(code),
                )
            ) from error
        raise SchemeInvalid(
            said("There is a scheme %(code)s already. Choose another code.", code=repr(code))
        ) from error
    SchemeCoverage.objects.bulk_create(
        SchemeCoverage(scheme=scheme, scope=scope, category=category, in_force=(starts_on, None))
        for scope, category in coverage
    )
    return scheme


@transaction.atomic
def end_coverage(*, coverage_id: int, ends_before: date, by: User) -> SchemeCoverage:
    """Let a scheme charge a scope or category no longer, from today or a coming day on.

    Raises: NotAllowed, CoverageNotFound, PriceInvalid; CoverageNeverEdited, for a day that has
            passed or that lies after the end it has.
    """
    proposals.require(by, Permission.PROPOSE_PRICE, said("end a coverage"))
    coverage = SchemeCoverage.objects.select_for_update().filter(pk=coverage_id).first()
    if coverage is None:
        raise CoverageNotFound(coverage_id)
    was, starts_on = str(coverage), coverage.in_force.lower
    proposals.check_days(starts_on or date.min, ends_before)
    coverage.in_force = (starts_on, ends_before)
    try:
        with transaction.atomic():
            coverage.save(update_fields=["in_force"])
    except IntegrityError as error:
        if constraint_of(error) == "pricing_coverage_never_edited":
            raise CoverageNeverEdited(was, coverage_id) from error
        raise
    coverage.refresh_from_db(fields=["in_force"])
    return coverage


def propose_price(
    *,
    scheme_id: int,
    price_per_tonne: Decimal,
    starts_on: date,
    by: User,
    ends_before: date | None = None,
    department_id: int | None = None,
    scope: int | None = None,
    category: int | None = None,
    country: str = "",
    reason: str = "",
    source_url: str = "",
) -> CarbonPrice:
    """Propose a price per tonne for all or part of a scheme; it counts once another approves it.

    Raises: NotAllowed, PriceInvalid; PriceOverlaps, with another one for exactly the same.
    """
    proposals.require(by, Permission.PROPOSE_PRICE, said("propose a price"))
    proposals.check_amount(price_per_tonne)
    proposals.check_days(starts_on, ends_before)
    proposals.check_place(scope, category)
    if country and not (len(country) == 2 and country.isascii() and country.isupper()):
        raise PriceInvalid(
            said(
                "%(country)s is no country. Use two capital letters, like KR.",
                country=repr(country),
            )
        )
    with proposals.without_overlap(said("A price"), starts_on, ends_before):
        return CarbonPrice.objects.create(
            scheme_id=scheme_id,
            department_id=department_id,
            scope=scope,
            category=category,
            country=country,
            price_per_tonne=price_per_tonne,
            in_force=(starts_on, ends_before),
            reason=reason,
            source_url=source_url,
            proposed_by=by,
        )


@transaction.atomic
def propose_price_path(
    *,
    scheme_id: int,
    path: Sequence[DatedPrice],
    by: User,
    scope: int | None = None,
    category: int | None = None,
    reason: str = "",
    source_url: str = "",
) -> list[CarbonPrice]:
    """Propose every price of a path, or none; each counts once another person approves it.

    Raises: what `propose_price` raises.
    """
    return [
        propose_price(
            scheme_id=scheme_id,
            price_per_tonne=price.price_per_tonne,
            starts_on=price.starts_on,
            ends_before=price.ends_before,
            scope=scope,
            category=category,
            reason=reason,
            source_url=source_url,
            by=by,
        )
        for price in path
    ]


def propose_incentive_rate(
    *,
    scheme_id: int,
    durability_class: str,
    rate_per_tonne: Decimal,
    starts_on: date,
    by: User,
    ends_before: date | None = None,
    reason: str = "",
) -> IncentiveRate:
    """Propose what a verified absorbed tonne of a durability class earns.

    Raises: NotAllowed, PriceInvalid, PriceOverlaps.
    """
    proposals.require(by, Permission.PROPOSE_PRICE, said("propose an incentive rate"))
    proposals.check_amount(rate_per_tonne)
    proposals.check_days(starts_on, ends_before)
    if durability_class not in DURABILITY_CLASSES:
        raise PriceInvalid(
            said("A durability class is %(known)s.", known=", ".join(DURABILITY_CLASSES))
        )
    with proposals.without_overlap(said("A rate"), starts_on, ends_before):
        return IncentiveRate.objects.create(
            scheme_id=scheme_id,
            durability_class=durability_class,
            rate_per_tonne=rate_per_tonne,
            in_force=(starts_on, ends_before),
            reason=reason,
            proposed_by=by,
        )


@transaction.atomic
def approve_price(*, price_id: int, by: User, at: datetime) -> CarbonPrice:
    """Approve a proposed price, as another person; from then on it is never edited.

    Raises: NotAllowed, ApprovedBySamePerson, PriceNotFound. Called again, it changes nothing.
    """
    return proposals.approve(proposals.locked(CarbonPrice, price_id), by, at)


@transaction.atomic
def approve_incentive_rate(*, rate_id: int, by: User, at: datetime) -> IncentiveRate:
    """Approve a proposed incentive rate, as another person.

    Raises: NotAllowed, ApprovedBySamePerson, PriceNotFound. Called again, it changes nothing.
    """
    return proposals.approve(proposals.locked(IncentiveRate, rate_id), by, at)


@transaction.atomic
def end_price(*, price_id: int, ends_before: date, by: User) -> CarbonPrice:
    """Let a price end on a coming day, so that another may follow it.

    Raises: NotAllowed, PriceNotFound, PriceInvalid; PriceNeverEdited, for a day that has passed.
    """
    return proposals.end(proposals.locked(CarbonPrice, price_id), ends_before, by)


@transaction.atomic
def end_incentive_rate(*, rate_id: int, ends_before: date, by: User) -> IncentiveRate:
    """Let an incentive rate end on a coming day. Raises what `end_price` raises."""
    return proposals.end(proposals.locked(IncentiveRate, rate_id), ends_before, by)


@transaction.atomic
def withdraw_price(*, price_id: int, by: User) -> None:
    """Take back a price that is not approved, so that its days are free again.

    Raises: NotAllowed, PriceNotFound, PriceNeverEdited.
    """
    proposals.withdraw(proposals.locked(CarbonPrice, price_id), by)


@transaction.atomic
def withdraw_incentive_rate(*, rate_id: int, by: User) -> None:
    """Take back an incentive rate that is not approved. Raises what `withdraw_price` raises."""
    proposals.withdraw(proposals.locked(IncentiveRate, rate_id), by)
