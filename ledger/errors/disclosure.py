"""Refused of disclosures: years, frameworks and the files that define them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from departments.organisation.said import joined, said

if TYPE_CHECKING:
    pass
from ledger.errors import LedgerError


class ReportingYearNotFound(LedgerError):
    code = "reporting_year_not_found"
    http_status = 404

    def __init__(self, year: str, periods: list[str]) -> None:
        self.year, self.periods = year, periods
        super().__init__(
            said(
                "No accounting period belongs to a year %(year)s. Name a period, or what the "
                "periods of a year begin with: FY23, or 2023 for 2023Q1 to 2023Q4. There are: "
                "%(periods)s.",
                year=repr(year),
                periods=", ".join(periods[-12:]) or said("none"),
            )
        )


class ReportingYearHasGap(LedgerError):
    code = "reporting_year_has_gap"

    def __init__(self, year: str, before: str, after: str) -> None:
        self.year, self.before, self.after = year, before, after
        super().__init__(
            said(
                "The periods of %(year)s have a gap between %(before)s and %(after)s: what was "
                "emitted then is in no figure. Create the period that is missing first.",
                year=year,
                before=before,
                after=after,
            )
        )


class FrameworkNotFound(LedgerError):
    code = "framework_not_found"
    http_status = 404

    def __init__(self, framework: str, version: str | None, known: list[str]) -> None:
        self.framework, self.version, self.known = framework, version, known
        wanted: str = framework
        if version:
            wanted = said(
                "%(framework)s, version %(version)s", framework=framework, version=version
            )
        super().__init__(
            said(
                "There is no datapoint map for %(wanted)s. There are: %(known)s.",
                wanted=wanted,
                known=", ".join(known) or said("none"),
            )
        )


class DatapointMapInvalid(LedgerError):
    code = "datapoint_map_invalid"

    def __init__(self, file: str, problems: list[str]) -> None:
        self.file, self.problems = file, problems
        super().__init__(
            said(
                "The datapoint map %(file)s can't be used: %(problems)s.",
                file=file,
                problems=joined("; ", problems),
            )
        )


class InventoryViewsInvalid(LedgerError):
    code = "inventory_views_invalid"

    def __init__(self, file: str, problems: list[str]) -> None:
        self.file, self.problems = file, problems
        super().__init__(
            said(
                "The inventory views %(file)s can't be used: %(problems)s.",
                file=file,
                problems=joined("; ", problems),
            )
        )
