"""Writes. Exchange rates: proposed from rows of text whole or not at all, approved by another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from departments.organisation.access import Permission
from departments.organisation.models import User
from departments.organisation.said import said
from pricing import proposals
from pricing.errors import CurrencyUnknown, ProposalsRefused
from pricing.models import ExchangeRate
from pricing.money import minor_exponent
from pricing.proposal_file import Column, amount, day, read_proposals

_MOST, _STEP = Decimal(10) ** 10, Decimal(1).scaleb(-10)
_SAME = ("rate_on", "from_currency", "to_currency", "rate", "source")


def _currency(text: str) -> str:
    try:
        minor_exponent(text)
    except CurrencyUnknown:
        raise ValueError(f"{text!r} is no currency with a minor unit; write it like EUR") from None
    return text


def _rate(text: str) -> Decimal:
    found = amount(text)
    if not 0 < found < _MOST or found % _STEP != 0:
        raise ValueError(f"{text} is no rate: above 0, below {_MOST:,f}, at most ten decimals")
    return found


def _source(text: str) -> str:
    if len(text) > 200:
        raise ValueError(f"has {len(text)} characters, and 200 are the most")
    return text


COLUMNS = (
    Column("date", day, is_needed=True),
    Column("from", _currency, is_needed=True),
    Column("to", _currency, is_needed=True),
    Column("rate", _rate, is_needed=True),
    Column("source", _source, is_needed=True),
    Column("source_url", str),
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rates are new proposals, and how many were there already."""

    proposed: int
    unchanged: int


@transaction.atomic
def load(rows: Sequence[Mapping[str, str]], *, by: User) -> Loaded:
    """Propose every row as a rate, or none. Loaded again, nothing changes.

    Raises: NotAllowed; ProposalsRefused, with every problem and its line.
    """
    proposals.require(by, Permission.PROPOSE_PRICE, said("propose exchange rates"))
    lines: dict[tuple[Any, ...], int] = {}
    problems, facts = [], []
    for row in read_proposals(rows, COLUMNS):
        found = _facts(row.facts)
        what = f"{found['from_currency']} to {found['to_currency']} on {found['rate_on']}"
        place = (found["from_currency"], found["to_currency"], found["rate_on"])
        if found["from_currency"] == found["to_currency"]:
            problems.append(f"line {row.line}: a currency needs no rate for itself")
        elif place in lines:
            problems.append(f"line {row.line}: {what} stands on line {lines[place]} already")
        lines.setdefault(place, row.line)
        facts.append(found)
    if problems:
        raise ProposalsRefused(problems)
    new = [each for each in facts if not _is_there(each)]
    ExchangeRate.objects.bulk_create(ExchangeRate(**each, proposed_by=by) for each in new)
    return Loaded(len(new), len(facts) - len(new))


@transaction.atomic
def approve_all(*, by: User, at: datetime) -> int:
    """Approve every rate that waits, as another person than proposed it. Returns: how many.

    Raises: NotAllowed, ApprovedBySamePerson.
    """
    proposals.require(by, Permission.APPROVE_PRICE, said("approve exchange rates"))
    waiting = ExchangeRate.objects.select_for_update().filter(approved_by__isnull=True)
    return len([proposals.approve(row, by, at) for row in waiting.order_by("pk")])


@transaction.atomic
def approve_rate(*, rate_id: int, by: User, at: datetime) -> ExchangeRate:
    """Approve one. Raises: NotAllowed, ApprovedBySamePerson, PriceNotFound."""
    return proposals.approve(proposals.locked(ExchangeRate, rate_id), by, at)


@transaction.atomic
def withdraw_rate(*, rate_id: int, by: User) -> None:
    """Take back one that is not approved. Raises: NotAllowed, PriceNotFound, PriceNeverEdited."""
    proposals.withdraw(proposals.locked(ExchangeRate, rate_id), by)


def _facts(written: dict[str, Any]) -> dict[str, Any]:
    return {
        "rate_on": written["date"],
        "from_currency": written["from"],
        "to_currency": written["to"],
        "rate": written["rate"],
        "source": written["source"],
        "source_url": written.get("source_url", ""),
    }


def _is_there(facts: dict[str, Any]) -> bool:
    """Whether the very same rate waits, or is the one that counts."""
    same = ExchangeRate.objects.filter(**{name: facts[name] for name in _SAME})
    if same.filter(approved_by__isnull=True).exists():
        return True
    place = {name: facts[name] for name in ("rate_on", "from_currency", "to_currency")}
    counting = (
        ExchangeRate.objects.filter(**place, approved_by__isnull=False)
        .order_by("-approved_at", "-pk")
        .first()
    )
    return counting is not None and same.filter(pk=counting.pk).exists()
