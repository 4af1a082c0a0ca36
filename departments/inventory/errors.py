"""What inventory refuses, in plain words."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, NamedTuple

from departments.organisation.said import Said, either, joined, said, together, word

MOST_SHOWN = 20
_OF_THE_DATABASE = re.compile(
    r"verified removals of (?P<project>.+) would add up to (?P<claimed>.+) kg; "
    r"measured, less the buffer, are (?P<claimable>.+) kg"
)


class InventoryError(Exception):
    """Base of every refusal of inventory; `code` is stable, the message is for people."""

    code: ClassVar[str] = "inventory_error"
    http_status: ClassVar[int] = 422


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing wrong in a file: where, what stands there, why it is refused, what to do.

    `line` counts from 1, the header; 0 is the file as a whole.
    """

    line: int
    column: str
    value: str
    reason: str
    hint: str

    def __str__(self) -> str:
        return str(self.sentence())

    def sentence(self) -> Said:
        """All of it in a row, to be told."""
        place = said("line %(line)s", line=self.line) if self.line else said("the file")
        return _placed(joined(", ", filter(None, (place, self.column))), self.value, self)


def _placed(place: str, value: str, problem: RowProblem | EntryRefused) -> Said:
    """Where, what stands there, and what is wrong with it."""
    text = together(problem.reason, problem.hint)
    if value:
        return said("%(place)s “%(value)s”: %(text)s", place=place, value=value, text=text)
    return said("%(place)s: %(text)s", place=place, text=text)


def _listed(problems: Sequence[RowProblem | RecordProblem], found: int) -> Said:
    """The first problems, a line each, and how many more were found."""
    lines = [said("  %(problem)s", problem=each.sentence()) for each in problems[:MOST_SHOWN]]
    if found > len(lines):
        lines.append(said("  … and %(count)s more", count=found - len(lines)))
    return joined("\n", lines)


@dataclass(frozen=True, slots=True)
class RecordProblem:
    """Why one record of several can't take a step."""

    record_id: int
    code: str
    reason: str

    def __str__(self) -> str:
        return str(self.sentence())

    def sentence(self) -> Said:
        """All of it in a row, to be told."""
        return said("record %(id)s: %(reason)s", id=self.record_id, reason=self.reason)


# Factors


class FactorNotFound(InventoryError):
    """No published factor fits; `missing` says what it failed on: activity, place, year, unit."""

    code = "factor_not_found"

    def __init__(self, *, activity: str, missing: str, reason: str, hint: str) -> None:
        self.activity, self.missing, self.reason, self.hint = activity, missing, reason, hint
        super().__init__(together(reason, hint))


class SuspectFactor(InventoryError):
    code = "suspect_factor"

    def __init__(self, *, factor_code: str, value: Decimal, place: str, year: int) -> None:
        self.factor_code, self.value, self.place, self.year = factor_code, value, place, year
        self.hint = said(
            "Enter the factor of your supplier as grid_kgco2e_per_kwh, or set confirm_suspect to "
            "true and say why in the note."
        )
        reason = said(
            "The factor %(factor_code)s for %(place)s in %(year)s is %(value)s kgCO2e per "
            "unit, which is marked suspect.",
            factor_code=factor_code,
            place=place or said("no place"),
            year=year,
            value=f"{value:f}",
        )
        super().__init__(together(reason, self.hint))


class GwpNotFound(InventoryError):
    code = "gwp_not_found"

    def __init__(self, *, gas: str, gwp_set: str, nearest: Sequence[str]) -> None:
        self.gas, self.gwp_set, self.nearest = gas, gwp_set, tuple(nearest)
        self.hint = (
            said("Did you mean %(nearest)s?", nearest=either(nearest))
            if nearest
            else said("Choose a gas of the list, or another gwp_set: AR4, AR5 or AR6.")
        )
        reason = said("%(gwp_set)s has no GWP for the gas “%(gas)s”.", gwp_set=gwp_set, gas=gas)
        super().__init__(together(reason, self.hint))


class ReleaseChanged(InventoryError):
    code = "release_changed"
    http_status = 409

    def __init__(self, *, factor_set: str, loaded_sha256: str, file_sha256: str) -> None:
        self.factor_set = factor_set
        self.loaded_sha256, self.file_sha256 = loaded_sha256, file_sha256
        super().__init__(
            said(
                "%(factor_set)s is already loaded from another file (SHA-256 %(loaded_sha256)s…, "
                "this one %(file_sha256)s…). A published release is never edited: load the new "
                "file as a set with a code of its own.",
                factor_set=factor_set,
                loaded_sha256=loaded_sha256[:12],
                file_sha256=file_sha256[:12],
            )
        )


class FactorFileRefused(InventoryError):
    code = "factor_file_refused"

    def __init__(self, *, path: str, problems: Sequence[RowProblem]) -> None:
        self.path, self.problems = path, tuple(problems)
        super().__init__(
            said(
                "%(path)s has %(count)s problems, so nothing was loaded:\n%(problems)s",
                path=path,
                count=len(problems),
                problems=_listed(self.problems, len(problems)),
            )
        )


# What is entered


class FieldProblem(NamedTuple):
    """What is wrong with one field, and what to do, in words."""

    field: str
    reason: str


class TrialRefused(InventoryError):
    """An activity that was to be tried out can't be worked out; `problems` are by column."""

    code = "activity_not_calculable"

    def __init__(self, problems: Sequence[RowProblem]) -> None:
        self.problems = tuple(problems)
        self.field_problems = tuple(
            FieldProblem(each.column, together(each.reason, each.hint)) for each in problems
        )
        super().__init__(
            together(
                said("It can't be worked out."),
                *(
                    said("%(place)s: %(text)s", place=problem.field, text=problem.reason)
                    for problem in self.field_problems
                ),
            )
        )


class EntryRefused(InventoryError):
    """One value that was entered can't be taken."""

    code = "entry_refused"
    http_status = 400

    def __init__(self, *, field: str, value: str, reason: str, hint: str) -> None:
        self.field, self.value, self.reason, self.hint = field, value, reason, hint
        super().__init__(_placed(field, value[:60], self))


class UnknownActivity(InventoryError):
    code = "unknown_activity"

    def __init__(self, *, activity: str, nearest: Collection[str]) -> None:
        self.activity, self.nearest = activity, tuple(nearest)
        self.reason = said("Nothing calculates this activity.")
        self.hint = (
            said("Did you mean %(nearest)s?", nearest=either(nearest))
            if nearest
            else said("Look it up: GET /api/v1/factors/?activity=…")
        )
        reason = said("Nothing calculates the activity “%(activity)s”.", activity=activity)
        super().__init__(together(reason, self.hint))


class OutsideOfScopes(InventoryError):
    code = "outside_of_scopes"

    def __init__(self, *, activity: str) -> None:
        self.activity = activity
        super().__init__(
            together(
                said(
                    "“%(activity)s” is published outside the scopes (biogenic CO2), so it is no "
                    "emission record.",
                    activity=activity,
                ),
                said("Record the fuel itself: its biogenic CO2 is shown beside the result."),
            )
        )


class ResultTooLarge(InventoryError):
    code = "result_too_large"

    def __init__(self, *, emissions_kgco2e: Decimal, largest_kgco2e: Decimal) -> None:
        self.emissions_kgco2e, self.largest_kgco2e = emissions_kgco2e, largest_kgco2e
        super().__init__(
            together(
                said(
                    "The result is %(emissions_kgco2e)s kgCO2e; one record holds at most "
                    "%(largest_kgco2e)s kgCO2e, a billion tonnes.",
                    emissions_kgco2e=f"{emissions_kgco2e:.3e}",
                    largest_kgco2e=f"{largest_kgco2e:,f}",
                ),
                said("Check the quantity and its unit."),
            )
        )


class NotCalculable(InventoryError):
    """The calculation itself refused; its own code and words are kept.

    `field` is the input that has to change, where one alone does.
    """

    code = "not_calculable"

    def __init__(self, *, cause_code: str, reason: str, field: str = "") -> None:
        self.cause_code, self.reason, self.field = cause_code, reason, field
        super().__init__(reason)


class FactorSetNotFound(InventoryError):
    """No release of factors has this code."""

    code = "factor_set_not_found"
    http_status = 404

    def __init__(self, *, code: str, known: Collection[str]) -> None:
        self.factor_set, self.known = code, tuple(known)
        hint = (
            said("Loaded are %(known)s.", known=", ".join(known))
            if known
            else said("Load one with load_factors.")
        )
        super().__init__(together(said("There is no factor set “%(code)s”.", code=code), hint))


class FactorSetNotProposed(InventoryError):
    """These factors don't wait for an approval."""

    code = "factor_set_not_proposed"
    http_status = 409

    def __init__(self, *, code: str) -> None:
        self.factor_set = code
        super().__init__(
            said(
                "%(code)s does not wait for an approval: it is published, or approved already. "
                "Look at it with: factors show.",
                code=code,
            )
        )


class FactorsDecidedBySamePerson(InventoryError):
    """Who proposed the company's factors doesn't approve them."""

    code = "factors_decided_by_same_person"
    http_status = 403

    def __init__(self, *, code: str, person: str) -> None:
        self.factor_set, self.person = code, person
        super().__init__(
            said(
                "%(person)s proposed %(code)s, so another person has to approve it. Ask a "
                "colleague.",
                person=person,
                code=code,
            )
        )


# Records and their steps


class RecordNotFound(InventoryError):
    code = "record_not_found"
    http_status = 404

    def __init__(self, record_id: int) -> None:
        self.record_id = record_id
        super().__init__(
            said("There is no record %(record_id)s, or you may not see it.", record_id=record_id)
        )


class RecordNotEditable(InventoryError):
    code = "record_not_editable"
    http_status = 409

    def __init__(self, *, record_id: int, state: str) -> None:
        self.record_id, self.state = record_id, state
        super().__init__(
            said(
                "Record %(record_id)s is %(state)s and is not edited any more. Correct it: the "
                "correction is a new record that supersedes it.",
                record_id=record_id,
                state=word(state),
            )
        )


class RecordNotDeletable(InventoryError):
    code = "record_not_deletable"
    http_status = 409

    def __init__(self, *, record_id: int, state: str) -> None:
        self.record_id, self.state = record_id, state
        super().__init__(
            said(
                "Record %(record_id)s is %(state)s; only a draft or a returned record is "
                "deleted. Correct an approved record with a quantity of 0.",
                record_id=record_id,
                state=word(state),
            )
        )


class EvidenceRefused(InventoryError):
    """A file is not taken as evidence."""

    code = "evidence_refused"

    def __init__(self, *, reason: str, hint: str) -> None:
        self.reason, self.hint = reason, hint
        super().__init__(together(reason, hint))


class EvidenceNotFound(InventoryError):
    code = "evidence_not_found"
    http_status = 404

    def __init__(self, *, evidence_id: int) -> None:
        self.evidence_id = evidence_id
        super().__init__(
            said(
                "There is no evidence %(evidence_id)s, or you may not see it.",
                evidence_id=evidence_id,
            )
        )


class EvidenceStays(InventoryError):
    """A record was submitted with its evidence, or would be deleted under it."""

    code = "evidence_stays"
    http_status = 409

    def __init__(self, *, record_id: int) -> None:
        self.record_id = record_id
        super().__init__(
            said(
                "Evidence of record %(record_id)s stays: the record was submitted with it, or "
                "would be deleted under it. Remove the files of a draft first; otherwise add "
                "what is right.",
                record_id=record_id,
            )
        )


class RecordInWrongState(InventoryError):
    code = "record_in_wrong_state"
    http_status = 409

    def __init__(self, *, record_id: int, state: str, step: str, needed: str) -> None:
        self.record_id, self.state, self.step = record_id, state, step
        super().__init__(
            said(
                "Record %(record_id)s is %(state)s: to %(step)s it, it must be %(needed)s.",
                record_id=record_id,
                state=word(state),
                step=word(step),
                needed=word(needed),
            )
        )


class DecidedBySamePerson(InventoryError):
    code = "decided_by_same_person"
    http_status = 403

    def __init__(self, *, record_id: int, person: str) -> None:
        self.record_id, self.person = record_id, person
        super().__init__(
            said(
                "%(person)s entered, changed or submitted record %(record_id)s and can't decide "
                "it. Ask another approver of the department.",
                person=person,
                record_id=record_id,
            )
        )


class RecordAlreadyCorrected(InventoryError):
    code = "record_already_corrected"
    http_status = 409

    def __init__(self, *, record_id: int, correction_id: int) -> None:
        self.record_id, self.correction_id = record_id, correction_id
        super().__init__(
            said(
                "Record %(record_id)s is already corrected by record %(correction_id)s. Go on "
                "with record %(correction_id)s.",
                record_id=record_id,
                correction_id=correction_id,
            )
        )


class ReasonMissing(InventoryError):
    code = "reason_missing"
    http_status = 400

    def __init__(self, *, step: str) -> None:
        self.step = step
        super().__init__(
            said("To %(step)s a record takes a reason of 1 to 500 characters.", step=word(step))
        )


class ExternalIdTaken(InventoryError):
    code = "external_id_taken"
    http_status = 409

    def __init__(self, *, external_id: str, department: str) -> None:
        self.external_id, self.department = external_id, department
        super().__init__(
            said(
                "%(department)s already has a record with the external id “%(external_id)s”. "
                "Correct that record, or use another id.",
                department=department,
                external_id=external_id,
            )
        )


class ResultSuperseded(InventoryError):
    code = "result_superseded"
    http_status = 409

    def __init__(self, *, record_id: int) -> None:
        self.record_id = record_id
        super().__init__(
            said(
                "The approved result that record %(record_id)s was to supersede has been "
                "superseded in the meantime. Return the record and submit it again.",
                record_id=record_id,
            )
        )


class RecordChangedSince(InventoryError):
    """What was to be approved is not what waits for approval now."""

    code = "record_changed_since"
    http_status = 409

    def __init__(self, *, record_id: int) -> None:
        self.record_id = record_id
        super().__init__(
            said(
                "Record %(record_id)s has been changed and submitted again since you looked at "
                "it. Look at it as it is now, then decide.",
                record_id=record_id,
            )
        )


class RecalculationNotPending(InventoryError):
    code = "recalculation_not_pending"
    http_status = 409

    def __init__(self, *, record_id: int) -> None:
        self.record_id = record_id
        super().__init__(
            said(
                "Record %(record_id)s has no new result that waits for approval.",
                record_id=record_id,
            )
        )


class StepRefused(InventoryError):
    """Several records can't take a step; none did. `more` of them are not listed."""

    code = "step_refused"

    def __init__(self, *, step: str, problems: Sequence[RecordProblem], more: int = 0) -> None:
        self.step, self.problems, self.more = step, tuple(problems), more
        found = len(self.problems) + more
        super().__init__(
            said(
                "%(count)s records can't be %(step)s, so none was:\n%(problems)s",
                count=found,
                step=word(step),
                problems=_listed(self.problems, found),
            )
        )


class ImportNotUndoable(InventoryError):
    code = "import_not_undoable"
    http_status = 409

    def __init__(self, *, batch_id: int, approved: int, first_id: int) -> None:
        self.batch_id, self.approved, self.first_id = batch_id, approved, first_id
        super().__init__(
            said(
                "%(approved)s records of import %(batch_id)s are approved, record %(first_id)s "
                "first, so it can't be undone. Correct those that are wrong; an approved record "
                "is never deleted.",
                approved=f"{approved:,}",
                batch_id=batch_id,
                first_id=first_id,
            )
        )


class RecordDoubtful(InventoryError):
    """A record that looks wrong is approved by its number, never along with all others."""

    code = "record_doubtful"

    def __init__(self, *, record_id: int, reason: str) -> None:
        self.record_id = record_id
        super().__init__(
            said(
                "Record %(record_id)s looks wrong: %(reason)s Name it to approve it, or return it.",
                record_id=record_id,
                reason=reason,
            )
        )


class MappingNotFound(InventoryError):
    code = "mapping_not_found"
    http_status = 404

    def __init__(self, *, name: str, names: Sequence[str]) -> None:
        self.name, self.names = name, tuple(names)
        known = (
            said("There are %(names)s.", names=", ".join(names))
            if names
            else said("None is saved yet.")
        )
        super().__init__(together(said("There is no mapping “%(name)s”.", name=name), known))


class MappingRefused(InventoryError):
    code = "mapping_refused"

    def __init__(self, *, name: str, problems: Sequence[RowProblem]) -> None:
        """Without problems it is the name that is missing or too long."""
        self.name, self.problems = name, tuple(problems)
        why = (
            joined("; ", (each.sentence() for each in problems))
            if problems
            else said("A mapping needs a name of 1 to 100 characters.")
        )
        super().__init__(
            said("The mapping “%(name)s” is not saved: %(why)s", name=name[:100], why=why)
        )


class BatchNotFound(InventoryError):
    code = "batch_not_found"
    http_status = 404

    def __init__(self, *, batch_id: int) -> None:
        self.batch_id = batch_id
        super().__init__(
            said(
                "There is no import %(batch_id)s. Look it up in the list of imports.",
                batch_id=batch_id,
            )
        )


# Instruments


class InstrumentNotFound(InventoryError):
    code = "instrument_not_found"
    http_status = 404

    def __init__(self, *, instrument_id: int) -> None:
        self.instrument_id = instrument_id
        super().__init__(
            said(
                "There is no instrument %(instrument_id)s. Look it up: instruments list.",
                instrument_id=instrument_id,
            )
        )


class InstrumentTaken(InventoryError):
    """The same certificate or contract is entered already; it can't be claimed twice."""

    code = "instrument_taken"
    http_status = 409

    def __init__(self, *, registry: str, serial: str) -> None:
        self.registry, self.serial = registry, serial
        super().__init__(
            said(
                "%(registry)s %(serial)s is entered already: one instrument is claimed once. "
                "Check the serial; the instruments of another year have serials of their own.",
                registry=registry,
                serial=serial,
            )
        )


class InstrumentDecidedBySamePerson(InventoryError):
    code = "instrument_decided_by_same_person"
    http_status = 403

    def __init__(self, *, instrument: str, person: str) -> None:
        self.instrument, self.person = instrument, person
        super().__init__(
            said(
                "%(person)s entered %(instrument)s and can't approve it. Ask a colleague.",
                person=person,
                instrument=instrument,
            )
        )


class InstrumentInWrongState(InventoryError):
    code = "instrument_in_wrong_state"
    http_status = 409

    def __init__(self, *, instrument: str, state: str, step: str) -> None:
        self.instrument, self.state, self.step = instrument, state, step
        super().__init__(
            said(
                "%(instrument)s is %(state)s, so it can't be %(step)s.",
                instrument=instrument,
                state=word(state),
                step=word(step),
            )
        )


class RecordNotCoverable(InventoryError):
    """An instrument can't cover this record: it is of another market, year or kind."""

    code = "record_not_coverable"

    def __init__(self, *, record_id: int, reason: str) -> None:
        self.record_id, self.reason = record_id, reason
        super().__init__(
            said("Record %(record_id)s %(reason)s", record_id=record_id, reason=reason)
        )


# Sites


class SiteTaken(InventoryError):
    code = "site_taken"
    http_status = 409

    def __init__(self, *, site: str) -> None:
        self.site = site
        super().__init__(said("There is a site %(site)s already. Choose another code.", site=site))


class SiteNotFound(InventoryError):
    code = "site_not_found"
    http_status = 404

    def __init__(self, *, site: str) -> None:
        self.site = site
        super().__init__(
            said(
                "There is no site %(site)s, or you may not see it. Look it up: sites list.",
                site=site,
            )
        )


class ReadingNotFound(InventoryError):
    code = "reading_not_found"
    http_status = 404

    def __init__(self, *, reading_id: int) -> None:
        self.reading_id = reading_id
        super().__init__(
            said(
                "There is no reading %(reading_id)s. Look it up: site_indicators.",
                reading_id=reading_id,
            )
        )


class ReadingInWrongState(InventoryError):
    code = "reading_in_wrong_state"
    http_status = 409

    def __init__(self, *, reading_id: int, state: str, step: str) -> None:
        self.reading_id, self.state, self.step = reading_id, state, step
        super().__init__(
            said(
                "Reading %(reading_id)s is %(state)s, so it can't be %(step)s.",
                reading_id=reading_id,
                state=word(state),
                step=word(step),
            )
        )


class ReadingDecidedBySamePerson(InventoryError):
    code = "reading_decided_by_same_person"
    http_status = 403

    def __init__(self, *, reading_id: int, person: str) -> None:
        self.reading_id, self.person = reading_id, person
        super().__init__(
            said(
                "%(person)s entered reading %(reading_id)s and can't approve it. Ask a colleague.",
                person=person,
                reading_id=reading_id,
            )
        )


class ReadingOverlaps(InventoryError):
    code = "reading_overlaps"
    http_status = 409

    def __init__(self, *, reading_id: int, site: str, indicator: str) -> None:
        self.reading_id, self.site, self.indicator = reading_id, site, indicator
        super().__init__(
            said(
                "Reading %(reading_id)s covers days of %(indicator)s at %(site)s that another "
                "approved reading covers. Correct that one instead, or enter the other days.",
                reading_id=reading_id,
                indicator=indicator,
                site=site,
            )
        )


# Absorption


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


# Shared emissions


class KeyNotFound(InventoryError):
    code = "key_not_found"
    http_status = 404

    def __init__(self, *, key_id: int) -> None:
        self.key_id = key_id
        super().__init__(
            said(
                "There is no allocation key %(key_id)s. Look it up: shared_emissions keys.",
                key_id=key_id,
            )
        )


class KeyInWrongState(InventoryError):
    code = "key_in_wrong_state"
    http_status = 409

    def __init__(self, *, key: str, state: str, step: str) -> None:
        self.key, self.state, self.step = key, state, step
        super().__init__(
            said(
                "Allocation key %(key)s is %(state)s, so it can't be %(step)s.",
                key=key,
                state=word(state),
                step=word(step),
            )
        )


class KeyDecidedBySamePerson(InventoryError):
    code = "key_decided_by_same_person"
    http_status = 403

    def __init__(self, *, key: str, person: str) -> None:
        self.key, self.person = key, person
        super().__init__(
            said(
                "%(person)s proposed allocation key %(key)s and can't approve it. Ask a colleague.",
                person=person,
                key=key,
            )
        )


class SharedOutByItsApprover(InventoryError):
    """Who approved a key stands for what follows from it, so another person sets that off."""

    code = "shared_out_by_its_approver"
    http_status = 403

    def __init__(self, *, key: str, person: str) -> None:
        self.key, self.person = key, person
        super().__init__(
            said(
                "%(person)s approved allocation key %(key)s and can't share out by it. Ask a "
                "colleague.",
                person=person,
                key=key,
            )
        )


class RecordIsAShare(InventoryError):
    """A share of a pool's emissions follows from the pool's record; it is not corrected itself."""

    code = "record_is_a_share"
    http_status = 409

    def __init__(self, *, record_id: int) -> None:
        self.record_id = record_id
        super().__init__(
            said(
                "Record %(record_id)s is a share of a pool's emissions. Correct the pool's "
                "record, or propose a new version of its key, and share out again.",
                record_id=record_id,
            )
        )


# Files


class ImportRefused(InventoryError):
    code = "import_refused"

    def __init__(self, *, file_name: str, problems: Sequence[RowProblem], more: int = 0) -> None:
        """`more` problems were found that are not listed."""
        self.file_name, self.problems, self.more = file_name, tuple(problems), more
        found = len(self.problems) + more
        listed = _listed(self.problems, found)
        super().__init__(
            said(
                "%(file_name)s has 1 problem, so nothing was imported:\n%(problems)s",
                file_name=file_name,
                problems=listed,
            )
            if found == 1
            else said(
                "%(file_name)s has %(count)s problems, so nothing was imported:\n%(problems)s",
                file_name=file_name,
                count=found,
                problems=listed,
            )
        )
