"""Reads. The desk at a glance: where each scheme stands, what moved, what waits for whom."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ledger.desk.attention import Attention, attention
from ledger.desk.events import Event, events
from ledger.desk.facts import read_facts
from ledger.desk.figures import SchemeOverview, latest_two, schemes_in_figures
from ledger.desk.words import first_day_of
from ledger.models.periods import AccountingPeriod
from ledger.models.settlements import Settlement
from pricing import price_lookup

SETTLEMENTS_READ = 200


@dataclass(frozen=True, slots=True)
class Step:
    """One step of setting up an empty system; `page` says which one."""

    page: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything the desk's first page shows; `theirs` is what waits for a role of the reader."""

    steps: tuple[Step, ...]
    schemes: tuple[SchemeOverview, ...]
    attention: tuple[Attention, ...]
    theirs: tuple[Attention, ...]
    events: tuple[Event, ...]
    waiting_records: int
    estimated_share: Decimal | None
    estimated_period: str

    @property
    def others(self) -> tuple[Attention, ...]:
        """What waits for people with other roles."""
        return tuple(item for item in self.attention if item not in self.theirs)

    @property
    def is_new(self) -> bool:
        """Nothing was ever posted, and a step of setting up is still missing."""
        posted = any(scheme.latest_period for scheme in self.schemes)
        return not posted and not self.is_set_up

    @property
    def is_set_up(self) -> bool:
        return all(step.is_done for step in self.steps)


def overview(*, at: datetime, roles: Collection[str] = ()) -> Overview:
    """The desk's first page for whoever has these roles in the company.

    The number of queries does not grow with departments or records.
    """
    schemes = price_lookup.all_scheme_terms()
    periods = list(AccountingPeriod.objects.select_related("closed_by").order_by("days"))
    settlements = list(
        Settlement.objects.select_related("period", "prepared_by", "approved_by", "posted_by")
        .select_related("cancelled_by")
        .order_by("-id")[:SETTLEMENTS_READ]
    )
    posted = latest_two(settlements)
    latest = max((now for now, _before in posted.values()), key=first_day_of, default=None)
    facts = read_facts(latest)
    names = {terms.id: terms.name for terms in schemes}
    waits = list(attention(facts, periods, settlements, names, at))
    return Overview(
        steps=(
            Step("departments", facts.has_departments),
            Step("factors", facts.has_factors),
            Step("price", facts.has_price),
            Step("activity", facts.has_activity),
        ),
        schemes=tuple(schemes_in_figures(schemes, periods, settlements, posted)),
        attention=tuple(waits),
        theirs=tuple(item for item in waits if not item.roles.isdisjoint(roles)),
        events=tuple(events(periods, settlements, names)),
        waiting_records=facts.waiting_records,
        estimated_share=facts.estimated_share,
        estimated_period=latest.code if latest else "",
    )
