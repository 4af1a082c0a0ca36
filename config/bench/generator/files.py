"""Writes. The company's files into a folder, month by month: memory stays the same however long."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from config.bench.generator import company as companies
from config.bench.generator import draws, faults
from config.bench.generator.company import Company
from config.bench.generator.energy import Energy
from config.bench.generator.restatement import RESTATED_COLUMNS, Restatement
from config.bench.generator.row import COLUMNS, Row
from config.bench.generator.sizes import SIZES, Month, month_at, months_from
from config.bench.generator.totals import TOTAL_COLUMNS, Totals
from config.bench.generator.work import Work
from config.bench.generator.worlds import price_path, worlds_of

LATE_SHARE, LATE_BY_MONTHS = 0.02, 2
KEPT_AS_CANDIDATES = 2_000  # the first rows of a month are those that faults are made from
FAULT_COLUMNS = ("file", "line", "external_id", "fault", "number", "import_refuses", "why")
RATES_TO_USD = {"USD": 1.0, "EUR": 1.08, "GBP": 1.26, "INR": 0.012, "JPY": 0.0068}


def generate(*, size: str, seed: int, out: Path, months: int | None = None) -> dict[str, Any]:
    """Write the company of a size and seed; of its history so many months, by default all.

    Returns: what summary.json says.
    """
    company = companies.found(seed, SIZES[size])
    prices = price_path(company.size)
    worlds = worlds_of(seed, company.size, company.departments)
    wanted = months_from(company.size.first_month, months or company.size.months)
    _write_organisation(out, company)
    _write_policy(out, company, wanted)
    _table(
        out / "answer_key" / "worlds.csv",
        list(next(iter(worlds.values())).__slots__),
        ([getattr(world, name) for name in world.__slots__] for world in worlds.values()),
    )
    totals, restatement = Totals(), Restatement()
    energy, work = Energy(company, worlds, prices), Work(company, worlds, prices)
    with (
        _csv(out / "answer_key" / "faults.csv", FAULT_COLUMNS) as key,
        _csv(out / "expected" / "restatement_2024_by_2025.csv", RESTATED_COLUMNS) as restated,
    ):
        _backfill(out, company, energy, totals)
        for month in wanted:
            for row in _month(out, company, month, energy, work, key):
                totals.add(row)
                line = restatement.line(row)
                if line is not None:
                    restated.writerow(line)
    _table(out / "expected" / "totals.csv", TOTAL_COLUMNS, totals.rows())
    summary = {
        "size": size,
        "seed": seed,
        "months": [month.code for month in wanted],
        "totals": totals.summary(),
        "restatement_2024_by_2025": restatement.facts(),
    }
    (out / "expected" / "summary.json").write_text(json.dumps(summary, indent=2) + "\n")
    return summary


def _month(
    out: Path, company: Company, month: Month, energy: Energy, work: Work, key: Any
) -> Iterator[Row]:
    """Write a month's files; gives every sound row of it, also those that arrive late."""
    chance = draws.stream(company.seed, "files", month.code)
    arrives = month_at(company.size.first_month, month.number + LATE_BY_MONTHS).code
    candidates: list[Row] = []
    count = company.size.rows_a_month - len(company.meters)
    with (
        _csv(out / "activity" / f"{month.code}.csv", COLUMNS) as in_time,
        _csv(out / "late" / f"{month.code}-arrives-{arrives}.csv", COLUMNS) as late,
    ):
        for rows in (energy.rows(month), work.rows(month, count=count)):
            for row in rows:
                is_late = chance.random() < LATE_SHARE
                (late if is_late else in_time).writerow(row.cells())
                if len(candidates) < KEPT_AS_CANDIDATES:
                    candidates.append(row)
                yield row
    _write_faults(out, company, month, candidates, chance, key)


def _write_faults(
    out: Path, company: Company, month: Month, candidates: list[Row], chance: Random, key: Any
) -> None:
    for folder, kinds in (("refused", faults.REFUSED), ("suspicious", faults.SUSPICIOUS)):
        name = f"{folder}/{month.code}.csv"
        with _csv(out / name, COLUMNS) as file:
            line = 1
            for fault in kinds * company.size.faults_a_month:
                external_id = f"F-{month.code}-{folder[0]}{line:05}"
                row = faults.inject(fault, candidates, chance, external_id)
                if row is None:
                    continue
                line += 1
                file.writerow(row.cells())
                key.writerow(
                    (name, line, external_id, fault.name, fault.number, fault.column, fault.why)
                )


def _backfill(out: Path, company: Company, energy: Energy, totals: Totals) -> None:
    """Years of meters before the history, in one file, where the size asks for it."""
    if not company.size.backfill_years:
        return
    with _csv(out / "activity" / "backfill-meters.csv", COLUMNS) as file:
        for number in range(-12 * company.size.backfill_years, 0):
            for row in energy.backfill(month_at(company.size.first_month, number)):
                file.writerow(row.cells())
                totals.add(row)


def _write_organisation(out: Path, company: Company) -> None:
    _table(out / "legal_entities.csv", ("code", "country", "currency"), company.entities)
    codes = ["COMPANY", *company.groups, *company.departments]
    _table(out / "departments.csv", ("code", "name"), ((code, f"Unit {code}") for code in codes))
    _table(
        out / "placements.csv",
        ("department", "parent", "legal_entity", "from_on", "ends_before"),
        ((p.department, p.parent, p.entity, p.from_on, p.ends_before) for p in company.placements),
    )
    _table(
        out / "cost_centres.csv",
        ("code", "legal_entity", "department", "from_on", "ends_before"),
        ((c.code, c.entity, c.department, c.from_on, c.ends_before) for c in company.cost_centres),
    )
    _table(
        out / "sites.csv",
        ("code", "department", "country", "place", "kind", "area_sqft", "employees"),
        (
            (s.code, s.department, s.country, s.place, s.kind, f"{s.area_sqft:.0f}", s.employees)
            for s in company.sites
        ),
    )
    _table(
        out / "meters.csv",
        ("code", "site", "utility"),
        ((meter.code, meter.site.code, meter.utility) for meter in company.meters),
    )


def _write_policy(out: Path, company: Company, months: Iterable[Month]) -> None:
    """Prices, certificates and monthly currency rates. Rates are made up, and say so."""
    prices = price_path(company.size)
    _table(
        out / "prices.csv",
        ("scheme", "from_on", "usd_per_tonne"),
        (("carbon-fee", price.from_on, price.usd_per_tonne) for price in prices),
    )
    chance = draws.stream(company.seed, "policy")
    currencies = sorted({currency for _, _, currency in company.entities})
    _table(
        out / "currency_rates_made_up.csv",
        ("month", "currency", "usd_per_unit"),
        (
            (month.code, currency, f"{_rate(chance, currency):.6f}")
            for month in months
            for currency in currencies
        ),
    )
    _table(
        out / "certificates.csv",
        ("site", "market", "vintage", "covered_mwh", "fits"),
        _certificates(chance, company),
    )


def _rate(chance: Random, currency: str) -> float:
    return RATES_TO_USD.get(currency, 0.5) * draws.lognormal(chance, median=1, sigma=0.02)


def _certificates(chance: Random, company: Company) -> Iterator[tuple[Any, ...]]:
    """One for each site and year; some of another market or vintage, or of more than was used."""
    for site in company.sites:
        drawn = chance.random()
        market = "XX" if drawn < 0.02 else site.country
        vintage = 2015 if 0.02 <= drawn < 0.04 else company.size.first_month.year
        covered = draws.decimal(site.area_sqft * 0.52 * 12 / 1000, 0)
        if 0.04 <= drawn < 0.06:
            covered *= Decimal(10)
        yield site.code, market, vintage, covered, "yes" if drawn >= 0.06 else "no"


@contextmanager
def _csv(path: Path, header: Iterable[str]) -> Iterator[Any]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        yield writer


def _table(path: Path, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    with _csv(path, header) as writer:
        writer.writerows(rows)
