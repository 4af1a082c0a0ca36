"""Writes. The demo company's years, one after the other, by the calls that people use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from config.demo.company import Company, person
from config.demo.figures import FIRST_PUBLISHED, FOLDER, RESTATED, Figure, figures
from departments.inventory import activity_import, records, submission
from departments.organisation.models import Department

RESTATEMENT = (
    "Restated in the 2024 Environmental Sustainability Report (fact sheet FACT2024); "
    "first published in the 2021 report."
)
Say = Callable[[str], None]
Settle = Callable[[str], None]


def live_through(company: Company, *, at: datetime, settle: Settle, say: Say) -> None:
    """Record, approve and settle FY20 to FY23 as they became known; then begin FY24.

    FY20 and FY21 are settled on the figures published in 2021; the 2024 restatement arrives before
    FY22 is settled, so FY22 carries the true-ups. Every stage is safe to call again.
    """
    for year in ("FY20", "FY21"):
        _record_year(company, year, FIRST_PUBLISHED, at=at, say=say)
        settle(year)
    for year in ("FY20", "FY21"):
        _restate_year(company, year, at=at, say=say)
    _import(company, "removals.csv", at=at, say=say, by="approver")  # no project measured them
    for year in ("FY22", "FY23"):
        _record_year(company, year, RESTATED, at=at, say=say)
        settle(year)
    _import(company, "activity_fy24.csv", at=at, say=say, approve=False)


@transaction.atomic
def _record_year(company: Company, year: str, vintage: str, *, at: datetime, say: Say) -> None:
    rows = figures(year, vintage)
    if _recorded(external_id(rows[0])):
        return
    for code, of_department in _by_department(company, rows).items():
        department = Department.objects.get(code=code)
        contributor = person(f"{code.lower()}-contributor")
        ids = [
            submission.create_record(
                department_id=department.pk, by=contributor, at=at, **_facts(figure)
            ).pk
            for figure in of_department
        ]
        _submit_and_approve(code, ids, at=at)
    say(f"{year}: {len(rows)} totals recorded and approved, as published ({vintage})")


@transaction.atomic
def _restate_year(company: Company, year: str, *, at: datetime, say: Say) -> None:
    before = {external_id(figure): figure for figure in figures(year, FIRST_PUBLISHED)}
    changed = [
        figure
        for figure in figures(year, RESTATED)
        if _tonnages(figure) != _tonnages(before[external_id(figure)])
    ]
    restated = 0
    for code, of_department in _by_department(company, changed).items():
        contributor = person(f"{code.lower()}-contributor")
        ids = []
        for figure in of_department:
            current = _recorded(external_id(figure))[0]
            if current.is_correction:
                continue
            facts = _facts(figure)
            del facts["external_id"]
            ids.append(
                submission.correct_record(
                    record_id=current.record_id,
                    by=contributor,
                    at=at,
                    changes=facts,
                    reason=RESTATEMENT,
                ).pk
            )
        _submit_and_approve(code, ids, at=at)
        restated += len(ids)
    if restated:
        say(f"{year}: {restated} totals restated by the 2024 report")


@transaction.atomic
def _import(
    company: Company,
    file_name: str,
    *,
    at: datetime,
    say: Say,
    approve: bool = True,
    by: str = "",
) -> None:
    content = (FOLDER / file_name).read_bytes()
    if activity_import.is_imported(content):
        return
    code = content.decode().splitlines()[1].split(",")[0]
    report = activity_import.import_file(
        file_name=file_name,
        content=content,
        by=person(f"{code.lower()}-contributor"),
        at=at,
        departments=Department.objects.filter(code=code),
    )
    if approve:
        _submit_and_approve(code, list(report.record_ids), at=at, by=by)
    else:
        submission.submit_records(
            record_ids=list(report.record_ids)[:-1],
            by=person(f"{code.lower()}-contributor"),
            at=at,
        )
    say(f"{file_name}: {len(report.record_ids)} illustrative records imported")


def _submit_and_approve(
    department_code: str, record_ids: list[int], *, at: datetime, by: str = ""
) -> None:
    """By the department's own approver, unless another person is named."""
    if not record_ids:
        return
    code = department_code.lower()
    submission.submit_records(record_ids=record_ids, by=person(f"{code}-contributor"), at=at)
    submission.approve_records(record_ids=record_ids, by=person(by or f"{code}-approver"), at=at)


def _recorded(identifier: str) -> list[records.RecordSummary]:
    """The records of an external id, the newest first."""
    found = records.list_records(department_ids=None, search=identifier)
    return [record for record in found if record.external_id == identifier]


def _by_department(company: Company, rows: list[Figure]) -> dict[str, list[Figure]]:
    gathered: dict[str, list[Figure]] = {}
    for figure in rows:
        code = (
            company.department_of_region(figure.region)
            if figure.region
            else company.department_of_category(figure.category or 0)
        )
        gathered.setdefault(code, []).append(figure)
    return gathered


def _facts(figure: Figure) -> dict[str, Any]:
    inputs = {"citation": figure.citation}
    if figure.location_tonnes is not None:
        inputs["location_kgco2e"] = str(figure.location_tonnes * 1000)
    return {
        "activity": figure.activity,
        "started_on": figure.starts_on,
        "ended_on": figure.ends_on,
        "quantity": Decimal(figure.tonnes),
        "unit": "tCO2e",
        "inputs": inputs,
        "external_id": external_id(figure),
        "note": figure.note,
    }


def external_id(figure: Figure) -> str:
    """The id a figure keeps across its vintages, e.g. `FY20-scope-2-Asia`."""
    source = figure.activity.removeprefix("reported/").replace("/", "-")
    region = figure.region.replace(",", "").replace(" ", "-")
    return "-".join(part for part in (figure.fiscal_year, source, region) if part)


def _tonnages(figure: Figure) -> tuple[int, int | None]:
    return (figure.tonnes, figure.location_tonnes)
