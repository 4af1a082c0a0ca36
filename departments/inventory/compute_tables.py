"""Reads. Rated power and embodied carbon of hardware, and where a cloud region lies on the grid."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from functools import cache, lru_cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "compute"

# Words that drivers and shops add to a name and that tell no two accelerators apart.
_NOISE = frozenset(
    ("nvidia", "amd", "google", "tesla", "geforce", "gpu", "tpu", "chip", "hbm2", "hbm2e", "hbm3")
)
_COUNT = re.compile(r"^\s*[0-9]+\s*[x×]\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Accelerator:
    """A GPU or TPU: its name and rated power in watts, as a source prints them."""

    name: str
    vendor: str
    tdp_w: Decimal
    memory_gb: str
    source: str

    @property
    def label(self) -> str:
        """Name and power for people: A100 PCIe 40/80GB (250 W)."""
        return f"{self.name} ({self.tdp_w:f} W)"


@dataclass(frozen=True, slots=True)
class CloudRegion:
    """A provider's region: the place on the grid that it lies in, and the provider's mean PUE."""

    name: str
    place: str
    pue: Decimal | None
    source: str


@dataclass(frozen=True, slots=True)
class Equipment:
    """A piece of equipment and the kgCO2e of making it, with what the figure counts."""

    name: str
    embodied_kgco2e: Decimal
    label: str


def equipment_named(name: str) -> Equipment | None:
    """The piece that is spelled so, or whose accelerator it is; else none."""
    wanted = _bare(_COUNT.sub("", name))
    rows = _equipment()
    return rows.get(wanted) or rows.get(wanted.partition(" ")[0])


def known_equipment() -> list[str]:
    """The names of all pieces."""
    return [row.name for row in _equipment().values()]


def known_accelerators() -> list[str]:
    """The names of all accelerators, as the table has them."""
    return [row.name for row in _accelerators()]


def accelerators_named(name: str) -> list[Accelerator]:
    """The accelerators that a name may mean: one of each rated power; none if it means none.

    A name that is spelled as in the table means that one alone. A count in front (“8 x A100 …”), as
    some tools write it, does not matter.
    """
    wanted = _COUNT.sub("", name)
    for spelled in (_spelled, _bare):
        exact = [row for row in _accelerators() if spelled(row.name) == spelled(wanted)]
        if spelled(wanted) and exact:
            return _one_of_each_power(exact)
    tokens = set(_bare(wanted).split())
    found = [row for row in _accelerators() if tokens and tokens <= _tokens(row)]
    return _one_of_each_power(found)


def nearest_accelerators(name: str) -> list[str]:
    """Up to three accelerators that are spelled most like it, with their rated power."""
    rows = {_bare(row.name): row for row in _accelerators()}
    return [rows[near].label for near in get_close_matches(_bare(name), rows, n=3, cutoff=0.5)]


@lru_cache(maxsize=4096)
def region_named(place: str) -> CloudRegion | None:
    """The region of a place such as aws/us-east-1, gcp/us-central1 or azure/westeurope.

    The provider may be left out where the name is one provider's alone.
    """
    return _regions().get(_joined(place))


def alpha2_of(alpha3: str) -> str:
    """The two letters of a country whose three are known; else empty."""
    return _countries().get(alpha3.strip().upper(), "")


def _spelled(name: str) -> str:
    """A name without regard to case, hyphens and blanks: “tpu v3” is “TPUv3”."""
    words = re.sub(r"[\s_-]+", " ", name.casefold()).strip()
    return re.sub(r"\b(tpu)(v[0-9])", r"\1 \2", words)


def _bare(name: str) -> str:
    words = re.sub(r"([0-9]) (gb)\b", r"\1\2", _spelled(name)).split()
    return " ".join(word for word in words if word not in _NOISE) or _spelled(name)


def _tokens(row: Accelerator) -> set[str]:
    """The words of a name, and its memory where the name does not say it."""
    words = set(_bare(row.name).split())
    says_memory = "gb" in row.name.casefold() or not row.memory_gb
    return words if says_memory else words | {f"{row.memory_gb}gb"}


def _one_of_each_power(rows: Iterable[Accelerator]) -> list[Accelerator]:
    return list({row.tdp_w: row for row in rows}.values())


def _joined(place: str) -> str:
    return re.sub(r"[\s_]+", "", re.sub(r"^(aws|azure|gcp)[\s:/]+", r"\1/", place.casefold()))


@cache
def _accelerators() -> tuple[Accelerator, ...]:
    return tuple(
        Accelerator(
            name=row["name"],
            vendor=row["vendor"],
            tdp_w=Decimal(row["tdp_w"]),
            memory_gb=row["memory_gb"],
            source=f"{row['source_name']}, {row['licence']}",
        )
        for row in _rows("accelerators.csv")
    )


@cache
def _regions() -> dict[str, CloudRegion]:
    """By provider and region, and by the region alone where no other provider has that name."""
    found: dict[str, CloudRegion] = {}
    for row in _rows("cloud_regions.csv"):
        name = f"{row['provider']}/{row['region']}"
        region = CloudRegion(
            name=name,
            place=row["place"],
            pue=Decimal(row["pue"]) if row["pue"] else None,
            source=f"{row['source_name']}, {row['licence']}",
        )
        found[_joined(name)] = region
        found[_joined(row["region"])] = region
    return found


@cache
def _equipment() -> dict[str, Equipment]:
    found: dict[str, Equipment] = {}
    for row in _rows("embodied.csv"):
        spread = f", range {row['low']} to {row['high']}" if row["low"] else ""
        label = f"{row['name']}: {row['boundary']}{spread} ({row['source_name']})"
        figure = Decimal(row["embodied_kgco2e"])
        found[_bare(row["name"])] = Equipment(row["name"], figure, label)
    return found


@cache
def _countries() -> dict[str, str]:
    return {row["alpha3"]: row["alpha2"] for row in _rows("countries.csv")}


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
