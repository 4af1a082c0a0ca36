"""Refused of measured absorption and removals."""

from __future__ import annotations

import re
from collections.abc import Collection

from departments.inventory.errors import InventoryError
from departments.organisation.said import said, together

_OF_THE_DATABASE = re.compile(
    r"verified removals of (?P<project>.+) would add up to (?P<claimed>.+) kg; "
    r"measured, less the buffer, are (?P<claimable>.+) kg"
)


class AbsorptionNotFound(InventoryError):
    code = "absorption_not_found"
    http_status = 404

    def __init__(self, *, code: str, known: Collection[str]) -> None:
        self.project, self.known = code, tuple(known)
        hint = (
            said("Known are %(known)s.", known=", ".join(known))
            if known
            else said("Enter it: absorption project.")
        )
        super().__init__(
            together(said("There is no absorption project “%(code)s”.", code=code), hint)
        )


class AbsorptionTaken(InventoryError):
    code = "absorption_taken"
    http_status = 409

    def __init__(self, *, what: str) -> None:
        self.what = what
        super().__init__(said("%(what)s is entered already.", what=what))


class AbsorptionDecidedBySamePerson(InventoryError):
    code = "absorption_decided_by_same_person"
    http_status = 403

    def __init__(self, *, what: str, person: str) -> None:
        self.what, self.person = what, person
        super().__init__(
            said(
                "%(person)s entered %(what)s and can't approve it. Ask a colleague.",
                person=person,
                what=what,
            )
        )


class RemovalsExceedMeasurement(InventoryError):
    """Verified removals of a project would exceed what is measured, less its buffer."""

    code = "removals_exceed_measurement"

    def __init__(self, *, figures: str) -> None:
        self.figures = figures
        found = _OF_THE_DATABASE.fullmatch(figures)
        reason = (
            said(
                "Verified removals of %(project)s would add up to %(claimed)s kg; measured, less "
                "the buffer, are %(claimable)s kg.",
                **found.groupdict(),
            )
            if found
            else f"{figures[:1].upper()}{figures[1:]}."
        )
        hint = said(
            "Enter and approve a measurement, or correct the record to what is measured. Nothing "
            "was approved."
        )
        super().__init__(together(reason, hint))


class RemovalNeedsCompanyApprover(InventoryError):
    """A verified removal of no project earns by its department's word alone."""

    code = "removal_needs_company_approver"
    http_status = 403

    def __init__(self, *, record_id: int) -> None:
        self.record_id = record_id
        super().__init__(
            said(
                "Record %(record_id)s is a verified removal and would earn, but it names no "
                "project that was measured. Ask a sustainability approver to approve it, or "
                "return it so that its input “project” names an approved absorption project.",
                record_id=record_id,
            )
        )
