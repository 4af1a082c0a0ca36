"""Reads. How far each period has come in a scheme, from open to closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ledger.desk.words import first_day_of, name_of
from ledger.models.periods import AccountingPeriod, PeriodState
from ledger.models.settlements import Settlement, SettlementState

PERIODS_SHOWN = 4
STAGES = ("open", "calculated", "in review", "approved", "posted", "closed")


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


def strips_of(
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
    so_far = [period for period in periods if first_day_of(period) <= first_day_of(current)]
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
    done: list[tuple[str, str, datetime | None, str]] = [("open", "", None, "")]
    if settlement and settlement.calculated_at:
        done.append(("calculated", name_of(settlement.prepared_by), settlement.calculated_at, ""))
    if settlement and settlement.approved_at:
        ends_on = settlement.review_ends_on
        done.append(("in review", "", None, ends_on.isoformat() if ends_on else ""))
        done.append(("approved", name_of(settlement.approved_by), settlement.approved_at, ""))
    if settlement and settlement.posted_at:
        done.append(("posted", name_of(settlement.posted_by), settlement.posted_at, ""))
    if period.closed_at:
        done.append(("closed", name_of(period.closed_by), period.closed_at, ""))
    stages = [Stage(name, "done", by, at, note) for name, by, at, note in done]
    reached = {stage.name for stage in stages}
    ahead = [name for name in STAGES if name not in reached]
    stages += [
        Stage(name, "current" if number == 0 else "ahead") for number, name in enumerate(ahead)
    ]
    stages.sort(key=lambda stage: STAGES.index(stage.name))
    return PeriodStrip(period.pk, period.code, settlement.pk if settlement else None, tuple(stages))
