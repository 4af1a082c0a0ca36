"""Reads. The real facts that the company is made of, from fixtures/company."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures"
FOLDER = FIXTURES / "company"


@dataclass(frozen=True, slots=True)
class Accelerator:
    """A GPU or TPU and its rated power."""

    name: str
    tdp_w: Decimal


@dataclass(frozen=True, slots=True)
class Region:
    """A cloud region: where its electricity comes from, and its PUE."""

    name: str
    place: str
    pue: Decimal


@dataclass(frozen=True, slots=True)
class Equipment:
    """A piece of hardware and what it took to make it, by one method."""

    item: str
    embodied_kgco2e: Decimal
    citation: str


@dataclass(frozen=True, slots=True)
class RemovalOffer:
    """A real offer of removals: how much, for how long, at what price."""

    project: str
    method: str
    tonnes: Decimal
    durability_class: str
    price_usd: str


@dataclass(frozen=True, slots=True)
class Country:
    """A country, the currency of its books, and the word that hotel factors use, if any."""

    code: str
    currency: str
    hotel: str


@cache
def countries() -> list[Country]:
    """Sixty countries for which electricity factors are published, the usual ones first."""
    return [Country(row["country"], row["currency"], row["hotel"]) for row in _rows("countries")]


@cache
def accelerators() -> list[Accelerator]:
    """Every accelerator with a rated power of 70 W and more."""
    return [Accelerator(row["name"], Decimal(row["tdp_watts"])) for row in _rows("accelerators")]


@cache
def regions() -> list[Region]:
    """Cloud regions of two providers."""
    return [
        Region(row["region"], row["place"], Decimal(row["pue"])) for row in _rows("cloud_regions")
    ]


@cache
def equipment() -> list[Equipment]:
    """Servers, laptops, monitors and GPU boards; boards by two methods."""
    return [
        Equipment(
            row["item"],
            Decimal(row["embodied_kgco2e"]),
            f"{row['source_name']}, {row['method']}",
        )
        for row in _rows("equipment")
    ]


@cache
def removal_offers() -> list[RemovalOffer]:
    """Offers that are removals throughout, with volume and permanence."""
    return [
        RemovalOffer(
            row["project_id"],
            row["method"],
            Decimal(row["volume_tco2"]),
            row["durability_class"],
            row["price_usd_per_tco2"],
        )
        for row in _rows("removal_offers")
    ]


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
