"""Calculates. A line's amount, worked out again step by step, so that it can be printed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from departments.inventory.records import EmissionDetail
from departments.portal import bill, figures
from ledger.statements import LineDetail

ZERO = Decimal(0)
EARNED = ("incentive", "allocation")


@dataclass(frozen=True, slots=True)
class SettledFigure:
    """One record of a line: its figure on the charged basis, with its sign."""

    sign: int
    emission: EmissionDetail
    kgco2e: Decimal
    superseded_by: int | None

    @property
    def signed_kgco2e(self) -> Decimal:
        return -self.kgco2e if self.sign < 0 else self.kgco2e


@dataclass(frozen=True, slots=True)
class LineSum:
    """round(all so far × price) − amount before = amount; quantities in kgCO2e."""

    records: tuple[SettledFigure, ...]
    records_kgco2e: Decimal
    before_kgco2e: Decimal
    all_kgco2e: Decimal
    exact: Decimal | None
    rounded: Decimal | None
    amount_before: Decimal
    amount: Decimal

    @property
    def has_history(self) -> bool:
        """Whether earlier settlements had charged on the same key."""
        return bool(self.before_kgco2e or self.amount_before)

    @property
    def so_far(self) -> Decimal:
        """What a levy or an allocation came to with this line."""
        return self.amount_before + self.amount

    @property
    def is_rounded(self) -> bool:
        """Whether the exact product had more digits than the currency."""
        return self.exact != self.rounded


def of_line(detail: LineDetail) -> LineSum:
    """The steps from a line's records to its amount; an incentive's amount is shown as earned."""
    line = detail.line
    records = _records(detail)
    now = line.settled_kgco2e
    before = detail.settled_before_kgco2e
    exact = rounded = None
    if line.price_per_tonne is not None and line.kind != "recorded":
        exact = (figures.in_tonnes(before + now) * line.price_per_tonne).normalize()
        rounded = bill.round_money(exact, like=line.amount)
    return LineSum(
        records=records,
        records_kgco2e=sum((record.signed_kgco2e for record in records), ZERO),
        before_kgco2e=before,
        all_kgco2e=before + now,
        exact=exact,
        rounded=rounded,
        amount_before=detail.amount_before,
        amount=-line.amount if line.kind in EARNED and line.amount else line.amount,
    )


def _records(detail: LineDetail) -> tuple[SettledFigure, ...]:
    """What was taken back first, then what stands, each in the order of its id."""
    successors = {
        record.emission.supersedes_id: record.emission.record_id for record in detail.records
    }
    figures_of = [
        SettledFigure(
            sign=record.sign,
            emission=record.emission,
            kgco2e=record.emission.location_kgco2e
            if detail.scope2_basis == "location"
            else record.emission.market_kgco2e,
            superseded_by=successors.get(record.emission.emission_record_id)
            if record.sign < 0
            else None,
        )
        for record in detail.records
    ]
    return tuple(sorted(figures_of, key=lambda figure: figure.sign))
