"""Calculates. One row of activity, as it stands in a file, with its kgCO2e worked out by hand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

from config.bench.generator import factors

COLUMNS = (
    "department",
    "activity",
    "started_on",
    "ended_on",
    "quantity",
    "unit",
    "external_id",
    "place",
    "note",
    "estimated",
    "tdp_w",
    "utilisation",
    "pue",
    "covered_kwh",
    "instrument_kgco2e_per_kwh",
    "instrument",
    "embodied_kgco2e",
    "citation",
    "durability_class",
    "removal_state",
    "confirm_suspect",
)
MILLIGRAM = Decimal("0.000001")
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Row:
    """A row, and what it comes to on both bases; `scope` None is a removal."""

    department: str
    activity: str
    started_on: date
    ended_on: date
    quantity: str
    unit: str
    external_id: str
    place: str
    location_kgco2e: Decimal
    market_kgco2e: Decimal
    scope: int | None
    category: int | None
    note: str = ""
    inputs: dict[str, str] = field(default_factory=dict)

    def cells(self) -> list[str]:
        """The row in the order of the columns."""
        own = {
            "department": self.department,
            "activity": self.activity,
            "started_on": self.started_on.isoformat(),
            "ended_on": self.ended_on.isoformat(),
            "quantity": self.quantity,
            "unit": self.unit,
            "external_id": self.external_id,
            "place": self.place,
            "note": self.note,
        } | self.inputs
        return [own.get(column, "") for column in COLUMNS]

    def with_inputs(self, **inputs: str) -> Row:
        """The same row with further inputs."""
        return replace(self, inputs=self.inputs | inputs)


def milligrams(kgco2e: Decimal) -> Decimal:
    """Rounded once, half away from zero, to the milligram."""
    return kgco2e.quantize(MILLIGRAM, context=_EXACT)


def product(*numbers: Decimal) -> Decimal:
    """The product of a few figures, exact."""
    with localcontext(_EXACT):
        result = Decimal(1)
        for number in numbers:
            result *= number
        return result


def by_factor(
    department: str,
    activity: str,
    days: tuple[date, date],
    quantity: Decimal,
    unit: str,
    external_id: str,
    place: str,
    note: str = "",
) -> Row:
    """A row whose kgCO2e are quantity × published factor, in the factor's own unit."""
    published = factors.factor(activity, place, days[1].year, unit)
    kgco2e = milligrams(product(quantity, published.kgco2e_per_unit))
    return Row(
        department,
        activity,
        *days,
        f"{quantity:f}",
        unit,
        external_id,
        place,
        kgco2e,
        kgco2e,
        published.scope,
        published.category,
        note,
    )


def electricity(
    department: str,
    days: tuple[date, date],
    kwh: Decimal,
    covered_kwh: Decimal,
    external_id: str,
    place: str,
    *,
    in_mwh: bool = False,
) -> Row:
    """Purchased electricity on both bases: what certificates cover emits nothing, market-based."""
    published = factors.factor(factors.GRID, place, days[1].year, "kWh")
    quantity, unit = (product(kwh, Decimal("0.001")), "MWh") if in_mwh else (kwh, "kWh")
    row = Row(
        department,
        factors.GRID,
        *days,
        f"{quantity:f}",
        unit,
        external_id,
        place,
        milligrams(product(kwh, published.kgco2e_per_unit)),
        milligrams(product(kwh - covered_kwh, published.kgco2e_per_unit)),
        2,
        None,
    )
    if covered_kwh:
        row = row.with_inputs(
            covered_kwh=f"{covered_kwh:f}",
            instrument_kgco2e_per_kwh="0",
            instrument="energy attribute certificates",
        )
    return row.with_inputs(confirm_suspect="true") if published.is_suspect else row


def reported(
    department: str,
    activity: str,
    days: tuple[date, date],
    tonnes: Decimal,
    external_id: str,
    citation: str,
) -> Row:
    """Ready-made tonnes of a Scope 3 category."""
    kgco2e = milligrams(product(tonnes, Decimal(1000)))
    category = int(activity.rpartition("/")[2])
    row = Row(
        department,
        activity,
        *days,
        f"{tonnes:f}",
        "tCO2e",
        external_id,
        "",
        kgco2e,
        kgco2e,
        3,
        category,
    )
    return row.with_inputs(citation=citation)
