"""Writes. Rules of a scheme from rows of text, proposed whole or not at all; approved together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from departments.organisation.access import Permission
from departments.organisation.models import Department, User
from departments.organisation.said import said
from pricing import (
    abatement_setting,
    allocation_setting,
    price_lookup,
    proposals,
    text_setting,
)
from pricing.errors import NotAllowed, PriceInvalid, PricingError, ProposalsRefused
from pricing.models import AbatementRate, Contribution, EventRate, IncentiveCap, SchemeText
from pricing.proposal_file import DAYS, OF_DAYS, PLACE, WORDS, Column, amount, read_proposals


@dataclass(frozen=True, slots=True)
class Kind:
    """Rules of one kind: their table, the columns of a file of them, and who proposes one."""

    name: str
    table: Any  # a model: proposals.approve takes each of them
    columns: tuple[Column, ...]
    propose: Callable[..., Any]
    empty: Mapping[str, Any]  # what a fact is that is left out


EVENT_RATES = Kind(
    "event rates",
    EventRate,
    (
        Column("activity", lambda text: text.strip("/"), is_needed=True),
        Column("rate", amount, is_needed=True),
        *DAYS,
        Column("unit", str),
        *WORDS,
    ),
    allocation_setting.propose_event_rate,
    {"unit": ""},
)
CONTRIBUTIONS = Kind(
    "contributions",
    Contribution,
    (Column("amount", amount, is_needed=True), *OF_DAYS, *WORDS),
    allocation_setting.propose_contribution,
    {},
)
ABATEMENT_RATES = Kind(
    "abatement rates",
    AbatementRate,
    (Column("rate_per_tonne", amount, is_needed=True), *DAYS, *PLACE, *WORDS),
    abatement_setting.propose_abatement_rate,
    {"scope": None, "category": None},
)
INCENTIVE_CAPS = Kind(
    "incentive caps",
    IncentiveCap,
    (
        Column("amount", amount, is_needed=True),
        *OF_DAYS,
        Column("department", str),
        Column("durability_class", str),
        *WORDS,
    ),
    abatement_setting.propose_incentive_cap,
    {"department_id": None, "durability_class": ""},
)
SCHEME_TEXTS = Kind(
    "scheme texts",
    SchemeText,
    (
        Column("topic", str, is_needed=True),
        Column("text", str, is_needed=True),
        *DAYS,
        *WORDS,
    ),
    text_setting.propose_text,
    {},
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did: how many rules are new proposals, and how many were there already."""

    proposed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A rule as people read it; `approved_by` is empty while it waits."""

    rule_id: int
    what: str
    proposed_by: str
    approved_by: str


@transaction.atomic
def load(kind: Kind, rows: Sequence[Mapping[str, str]], *, scheme_code: str, by: User) -> Loaded:
    """Propose every row as a rule of a kind, or none. Loaded again, nothing changes.

    Raises: NotAllowed, SchemeNotFound; ProposalsRefused, with every problem and its line.
    """
    proposals.require(by, Permission.PROPOSE_PRICE, f"propose {kind.name}")
    terms = price_lookup.scheme_terms(code=scheme_code)
    proposed, unchanged = 0, 0
    problems = []
    for row in read_proposals(rows, kind.columns):
        try:
            facts = _placed(row.facts)
            if _is_there(kind, terms.id, facts):
                unchanged += 1
                continue
            with transaction.atomic():
                kind.propose(scheme_id=terms.id, by=by, **facts)
                proposed += 1
        except NotAllowed:
            raise
        except PricingError as refusal:
            problems.append(f"line {row.line}: {str(refusal).rstrip('.')}")
    if problems:
        raise ProposalsRefused(problems)
    return Loaded(proposed, unchanged)


def _placed(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts with the department that its code names. Raises: PriceInvalid."""
    code = facts.get("department")
    if code is None:
        return facts
    found = Department.objects.filter(code=code).first()
    if found is None:
        raise PriceInvalid(said("there is no department %(code)s", code=repr(code)))
    kept = {name: value for name, value in facts.items() if name != "department"}
    return kept | {"department_id": found.pk}


def _is_there(kind: Kind, scheme_id: int, facts: dict[str, Any]) -> bool:
    same = {name: value for name, value in facts.items() if name not in _BESIDE}
    days = (facts["starts_on"], facts["ends_before"])
    rows = kind.table._default_manager.filter(scheme_id=scheme_id, in_force=days)
    return bool(rows.filter(**{**kind.empty, **same}).exists())


_BESIDE = ("starts_on", "ends_before", "reason", "source_url")


@transaction.atomic
def approve_all(kind: Kind, *, scheme_code: str, by: User, at: datetime) -> int:
    """Approve every rule of a kind that a scheme has waiting, as another person than proposed it.

    Returns: how many were approved.
    Raises:  NotAllowed, SchemeNotFound, ApprovedBySamePerson.
    """
    terms = price_lookup.scheme_terms(code=scheme_code)
    proposals.require(by, Permission.APPROVE_PRICE, f"approve {kind.name}")
    waiting = kind.table._default_manager.select_for_update().filter(
        scheme_id=terms.id, approved_by__isnull=True
    )
    return len([proposals.approve(row, by, at) for row in waiting.order_by("pk")])


def list_rules(kind: Kind, *, scheme_code: str) -> list[Listed]:
    """Every rule of a kind that a scheme has, in the order of its days. Raises: SchemeNotFound."""
    terms = price_lookup.scheme_terms(code=scheme_code)
    rows = kind.table._default_manager.filter(scheme_id=terms.id)
    return [
        Listed(
            row.pk,
            str(row),
            row.proposed_by.get_username(),
            row.approved_by.get_username() if row.approved_by else "",
        )
        for row in rows.select_related("proposed_by", "approved_by").order_by("in_force", "pk")
    ]
