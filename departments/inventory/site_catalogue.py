"""Calculates. The indicators that a site may carry beside carbon: unit, meaning, and source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from departments.organisation.said import said

SUM = "sum"
"""Readings of a period are added up."""
LATEST = "latest"
"""The reading that ends last in a period stands for it."""

_OWN = said("definition of this catalogue")
_WITHDRAWAL = "GRI 303: Water and Effluents 2018, disclosure 303-3"
_DISCHARGE = "GRI 303: Water and Effluents 2018, disclosure 303-4"
_CONSUMPTION = "GRI 303: Water and Effluents 2018, disclosure 303-5"
_AIR = "GRI 305: Emissions 2016, disclosure 305-7"
_WASTE = "GRI 306: Waste 2020, disclosure 306-3"
_DIVERTED = "GRI 306: Waste 2020, disclosure 306-4"
_DISPOSED = "GRI 306: Waste 2020, disclosure 306-5"
_NEAR = "GRI 304: Biodiversity 2016, disclosure 304-1"
_HABITATS = "GRI 304: Biodiversity 2016, disclosure 304-3"


@dataclass(frozen=True, slots=True)
class Indicator:
    """What is counted, in which unit a series shows it, and how a period's figure comes about."""

    code: str
    theme: str
    name: str
    unit: str
    combines_by: str
    definition: str


def _of(theme: str, rows: Iterable[tuple[str, str, str, str, str]]) -> list[Indicator]:
    return [Indicator(code, theme, said(name), *rest) for code, name, *rest in rows]


_ALL = [
    *_of(
        "water",
        [
            ("water-withdrawn", "Water withdrawn", "million litres", SUM, _WITHDRAWAL),
            ("water-discharged", "Water discharged", "million litres", SUM, _DISCHARGE),
            ("water-consumed", "Water consumed", "million litres", SUM, _CONSUMPTION),
            ("water-bod-discharged", "Biochemical oxygen demand discharged", "kg", SUM, _OWN),
            ("water-cod-discharged", "Chemical oxygen demand discharged", "kg", SUM, _OWN),
            ("water-solids-discharged", "Suspended solids discharged", "kg", SUM, _OWN),
        ],
    ),
    *_of(
        "air",
        [
            ("air-nox", "Nitrogen oxides, NOx", "kg", SUM, _AIR),
            ("air-sox", "Sulfur oxides, SOx", "kg", SUM, _AIR),
            ("air-particulates", "Particulate matter, PM", "kg", SUM, _AIR),
            ("air-voc", "Volatile organic compounds, VOC", "kg", SUM, _AIR),
        ],
    ),
    *_of(
        "soil",
        [
            ("soil-sealed", "Sealed ground", "ha", LATEST, _OWN),
            ("soil-contaminated", "Contaminated ground", "ha", LATEST, _OWN),
            ("soil-spilled", "Substances spilled on the ground", "L", SUM, _OWN),
        ],
    ),
    *_of(
        "biodiversity",
        [
            ("land-near-protected", "Land in or next to protected areas", "ha", LATEST, _NEAR),
            ("habitat-restored", "Habitat protected or restored", "ha", LATEST, _HABITATS),
            ("trees-planted", "Trees planted", "item", SUM, _OWN),
        ],
    ),
    *_of(
        "circularity",
        [
            ("servers-in-service", "Servers in service", "item", LATEST, _OWN),
            ("servers-reused", "Servers in service that are reused", "item", LATEST, _OWN),
            ("waste-generated", "Waste generated", "t", SUM, _WASTE),
            ("waste-diverted", "Waste diverted from disposal", "t", SUM, _DIVERTED),
            ("waste-disposed", "Waste directed to disposal", "t", SUM, _DISPOSED),
        ],
    ),
]
INDICATORS = {each.code: each for each in _ALL}

# A share is the first ÷ the second, shown with both.
SHARES = {
    "share-of-servers-reused": ("servers-reused", "servers-in-service"),
    "share-of-waste-diverted": ("waste-diverted", "waste-generated"),
}


def nearest(code: str) -> tuple[str, ...]:
    """Codes of indicators spelled much like this one."""
    return tuple(get_close_matches(code, INDICATORS, n=3, cutoff=0.5))
