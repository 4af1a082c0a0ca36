"""Calculates. What somebody writes about a grant, and every problem in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_noop as _

from departments.organisation.said import said, what_it_says
from pricing.errors import AmountTooPrecise, AmountUnreadable, FieldProblem
from pricing.models import GrantEffect
from pricing.money import Money

# What refusals call the fields, for those who translate them.
FIELDS = (
    _("title"),
    _("description"),
    _("effect"),
    _("cost"),
    _("asked"),
    _("saved_per_year"),
    _("tonnes_per_year"),
    _("lifetime_years"),
    _("uncertainty_percent"),
    _("milestones"),
    _("note"),
    _("reason"),
    _("evidence"),
    _("discount_percent"),
    _("starts_on"),
    _("ends_before"),
    _("tonnes"),
    _("measurements"),
    _("amount"),
)
LONGEST = 2_000
MOST = Decimal(10) ** 12
MOST_MILESTONES = 20
MOST_YEARS = 100


@dataclass(frozen=True, slots=True)
class AskedMilestone:
    """What is shown by which day, and what is paid for it, in whole units of the currency."""

    title: str
    due_on: date
    amount: Decimal


def read_money(
    amounts: Mapping[str, Decimal], currency: str
) -> tuple[dict[str, int], list[FieldProblem]]:
    """Amounts in whole units as minor units, and what is wrong with the others."""
    minor: dict[str, int] = {}
    problems = []
    for field, amount in amounts.items():
        try:
            minor[field] = Money.from_decimal(amount, currency).amount_minor
        except (AmountTooPrecise, AmountUnreadable) as error:
            problems.append(FieldProblem(field, what_it_says(error)))
        else:
            if abs(amount) >= MOST:
                most = said("It is below %(most)s.", most=f"{MOST:,f}")
                problems.append(FieldProblem(field, most))
    return minor, problems


def read_milestones(
    milestones: Sequence[AskedMilestone], currency: str
) -> tuple[list[int], list[FieldProblem]]:
    """The milestones' amounts as minor units, and what is wrong with them."""
    if not 1 <= len(milestones) <= MOST_MILESTONES:
        words = said("Name 1 to %(most)s of them.", most=MOST_MILESTONES)
        return [], [FieldProblem("milestones", words)]
    parts: list[int] = []
    problems: list[FieldProblem] = []
    for number, one in enumerate(milestones):
        field = f"milestones.{number}"
        minor, wrong = read_money({f"{field}.amount": one.amount}, currency)
        parts += minor.values()
        problems += [*wrong, *text_problems(f"{field}.title", one.title, longest=200)]
        if not wrong and parts[-1] <= 0:
            problems.append(FieldProblem(f"{field}.amount", said("It is above zero.")))
    return parts, problems


def fact_problems(facts: Mapping[str, Any], minor: Mapping[str, int]) -> Iterator[FieldProblem]:
    """What is wrong with what is promised and asked for."""
    yield from text_problems("title", facts["title"], longest=200)
    yield from text_problems("description", facts["description"], needed=False)
    if facts["effect"] not in GrantEffect.values:
        yield FieldProblem("effect", said("One of %(known)s.", known=", ".join(GrantEffect.values)))
    if minor.get("asked", 1) <= 0:
        yield FieldProblem("asked", said("It is above zero."))
    if "asked" in minor and minor.get("cost", minor["asked"]) < minor["asked"]:
        yield FieldProblem("cost", said("The whole cost is at least what is asked for."))
    least = Decimal("0.000000001")
    if not is_within(facts["tonnes_per_year"], least, MOST, 9):
        yield FieldProblem("tonnes_per_year", said("Above zero, of up to 9 decimals."))
    if not 1 <= facts["lifetime_years"] <= MOST_YEARS:
        yield FieldProblem("lifetime_years", said("1 to %(most)s whole years.", most=MOST_YEARS))
    if not is_within(facts["uncertainty_percent"], 0, 100, 3):
        yield FieldProblem("uncertainty_percent", said("0 to 100, of up to 3 decimals."))


def text_problems(
    field: str, text: str, *, needed: bool = True, longest: int = LONGEST
) -> list[FieldProblem]:
    """A text that is missing or too long."""
    if needed and not text.strip():
        return [FieldProblem(field, said("Write it for those who read it later."))]
    if len(text) > longest:
        words = said(
            "At most %(most)s characters; these are %(count)s.", most=longest, count=len(text)
        )
        return [FieldProblem(field, words)]
    return []


def is_within(number: Decimal, least: Decimal | int, most: Decimal | int, decimals: int) -> bool:
    """Whether a number lies in its range and has so many decimals at most."""
    return number.is_finite() and least <= number <= most and number == round(number, decimals)
