"""Writes. Rates for tonnes below the baseline, and caps on incentives: by two people."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_noop as _

from departments.organisation.access import Permission
from departments.organisation.models import User
from departments.organisation.said import said
from pricing import price_lookup, proposals
from pricing.errors import PriceInvalid
from pricing.mechanisms import MECHANISMS
from pricing.models import AbatementRate, IncentiveCap


@transaction.atomic
def propose_abatement_rate(
    *,
    scheme_id: int,
    rate_per_tonne: Decimal,
    starts_on: date,
    by: User,
    scope: int | None = None,
    category: int | None = None,
    ends_before: date | None = None,
    reason: str = "",
    source_url: str = "",
) -> AbatementRate:
    """Propose what a tonne below the baseline earns, in the currency of a scheme that is a fee.

    Raises: NotAllowed, SchemeNotFound, PriceInvalid, PriceOverlaps.
    """
    proposals.require(by, Permission.PROPOSE_PRICE, said("propose an abatement rate"))
    _refuse_other_than_fees(
        scheme_id,
        _(
            "Scheme %(scheme)s is a %(mechanism)s: only a fee pays for tonnes below the baseline; "
            "what another mechanism pays follows from its own rule."
        ),
    )
    proposals.check_amount(rate_per_tonne)
    proposals.check_days(starts_on, ends_before)
    proposals.check_place(scope, category)
    with proposals.without_overlap(said("A rate"), starts_on, ends_before):
        return AbatementRate.objects.create(
            scheme_id=scheme_id,
            rate_per_tonne=rate_per_tonne,
            scope=scope,
            category=category,
            in_force=(starts_on, ends_before),
            reason=reason,
            source_url=source_url,
            proposed_by=by,
        )


@transaction.atomic
def approve_abatement_rate(*, rate_id: int, by: User, at: datetime) -> AbatementRate:
    """Approve an abatement rate, as another person; from then on it is only ended.

    Raises: NotAllowed, ApprovedBySamePerson, PriceNotFound.
    """
    return proposals.approve(proposals.locked(AbatementRate, rate_id), by, at)


@transaction.atomic
def end_abatement_rate(*, rate_id: int, ends_before: date, by: User) -> AbatementRate:
    """Let an abatement rate end on a coming day.

    Raises: NotAllowed, PriceNotFound, PriceInvalid, PriceNeverEdited.
    """
    return proposals.end(proposals.locked(AbatementRate, rate_id), ends_before, by)


@transaction.atomic
def withdraw_abatement_rate(*, rate_id: int, by: User) -> None:
    """Take back an abatement rate that is not approved.

    Raises: NotAllowed, PriceNotFound, PriceNeverEdited.
    """
    proposals.withdraw(proposals.locked(AbatementRate, rate_id), by)


@transaction.atomic
def propose_incentive_cap(
    *,
    scheme_id: int,
    amount: Decimal,
    starts_on: date,
    ends_before: date | None,
    by: User,
    department_id: int | None = None,
    durability_class: str = "",
    reason: str = "",
    source_url: str = "",
) -> IncentiveCap:
    """Propose how much a fee's incentives pay at most, for periods that end on a range of days.

    One more for the same days adds to it, or lowers it where it is below zero.

    Raises: NotAllowed, SchemeNotFound, PriceInvalid, PriceOverlaps.
    """
    proposals.require(by, Permission.PROPOSE_PRICE, said("propose a cap"))
    _refuse_other_than_fees(
        scheme_id,
        _(
            "Scheme %(scheme)s is a %(mechanism)s: only a fee has a cap on its incentives; what "
            "another mechanism pays follows from its own rule."
        ),
    )
    proposals.check_money(amount)
    proposals.check_of_days(starts_on, ends_before)
    if durability_class not in ("", "short", "medium", "long"):
        raise PriceInvalid(
            said(
                "%(given)s is no durability class: short, medium or long, or empty for all.",
                given=repr(durability_class),
            )
        )
    with proposals.without_overlap(said("A cap"), starts_on, ends_before):
        return IncentiveCap.objects.create(
            scheme_id=scheme_id,
            amount=amount,
            department_id=department_id,
            durability_class=durability_class,
            in_force=(starts_on, ends_before),
            reason=reason,
            source_url=source_url,
            proposed_by=by,
        )


@transaction.atomic
def approve_incentive_cap(*, cap_id: int, by: User, at: datetime) -> IncentiveCap:
    """Approve a cap, as another person. Raises what `approve_abatement_rate` raises."""
    return proposals.approve(proposals.locked(IncentiveCap, cap_id), by, at)


@transaction.atomic
def withdraw_incentive_cap(*, cap_id: int, by: User) -> None:
    """Take back a cap that is not approved. Raises what `withdraw_abatement_rate` raises."""
    proposals.withdraw(proposals.locked(IncentiveCap, cap_id), by)


def _refuse_other_than_fees(scheme_id: int, pattern: str) -> None:
    terms = price_lookup.scheme_terms(scheme_id=scheme_id)
    if not MECHANISMS[terms.mechanism].may_pay_abatement:
        raise PriceInvalid(said(pattern, scheme=terms.code, mechanism=said(terms.mechanism)))
