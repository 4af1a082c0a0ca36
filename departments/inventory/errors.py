"""What inventory refuses, in plain words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, NamedTuple

MOST_SHOWN = 20


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
        place = f"line {self.line}" if self.line else "the file"
        column = f", {self.column}" if self.column else ""
        shown = f" “{self.value}”:" if self.value else ":"
        return f"{place}{column}{shown} {self.reason} {self.hint}".strip()


@dataclass(frozen=True, slots=True)
class RecordProblem:
    """Why one record of several can't take a step."""

    record_id: int
    code: str
    reason: str

    def __str__(self) -> str:
        return f"record {self.record_id}: {self.reason}"


# Factors


class FactorNotFound(InventoryError):
    """No published factor fits; `missing` says what it failed on: activity, place, year, unit."""

    code = "factor_not_found"

    def __init__(self, *, activity: str, missing: str, reason: str, hint: str) -> None:
        self.activity, self.missing, self.reason, self.hint = activity, missing, reason, hint
        super().__init__(f"{reason} {hint}")


class SuspectFactor(InventoryError):
    code = "suspect_factor"

    def __init__(self, *, factor_code: str, value: Decimal, place: str, year: int) -> None:
        self.factor_code, self.value, self.place, self.year = factor_code, value, place, year
        self.hint = (
            "Enter the factor of your supplier as grid_kgco2e_per_kwh, or set confirm_suspect to "
            "true and say why in the note."
        )
        super().__init__(
            f"The factor {factor_code} for {place or 'no place'} in {year} is {value:f} kgCO2e per "
            f"unit, which is marked suspect. {self.hint}"
        )


class GwpNotFound(InventoryError):
    code = "gwp_not_found"

    def __init__(self, *, gas: str, gwp_set: str, nearest: Sequence[str]) -> None:
        self.gas, self.gwp_set, self.nearest = gas, gwp_set, tuple(nearest)
        self.hint = (
            f"Did you mean {' or '.join(nearest)}?"
            if nearest
            else "Choose a gas of the list, or another gwp_set: AR4, AR5 or AR6."
        )
        super().__init__(f"{gwp_set} has no GWP for the gas “{gas}”. {self.hint}")


class ReleaseChanged(InventoryError):
    code = "release_changed"
    http_status = 409

    def __init__(self, *, factor_set: str, loaded_sha256: str, file_sha256: str) -> None:
        self.factor_set = factor_set
        self.loaded_sha256, self.file_sha256 = loaded_sha256, file_sha256
        super().__init__(
            f"{factor_set} is already loaded from another file (SHA-256 {loaded_sha256[:12]}…, "
            f"this one {file_sha256[:12]}…). A published release is never edited: "
            "load the new file as a set with a code of its own."
        )


class FactorFileRefused(InventoryError):
    code = "factor_file_refused"

    def __init__(self, *, path: str, problems: Sequence[RowProblem]) -> None:
        self.path, self.problems = path, tuple(problems)
        shown = "\n".join(f"  {problem}" for problem in self.problems[:MOST_SHOWN])
        more = f"\n  … and {len(problems) - MOST_SHOWN} more" if len(problems) > MOST_SHOWN else ""
        super().__init__(
            f"{path} has {len(problems)} problems, so nothing was loaded:\n{shown}{more}"
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
            FieldProblem(each.column, f"{each.reason} {each.hint}".strip()) for each in problems
        )
        super().__init__(
            "It can't be worked out. "
            + " ".join(f"{problem.field}: {problem.reason}" for problem in self.field_problems)
        )


class EntryRefused(InventoryError):
    """One value that was entered can't be taken."""

    code = "entry_refused"
    http_status = 400

    def __init__(self, *, field: str, value: str, reason: str, hint: str) -> None:
        self.field, self.value, self.reason, self.hint = field, value, reason, hint
        shown = f" “{value[:60]}”" if value else ""
        super().__init__(f"{field}{shown}: {reason} {hint}".strip())


class UnknownActivity(InventoryError):
    code = "unknown_activity"

    def __init__(self, *, activity: str, nearest: Collection[str]) -> None:
        self.activity, self.nearest = activity, tuple(nearest)
        self.reason = "Nothing calculates this activity."
        self.hint = (
            f"Did you mean {' or '.join(nearest)}?"
            if nearest
            else "Look it up: GET /api/v1/factors/?activity=…"
        )
        super().__init__(f"Nothing calculates the activity “{activity}”. {self.hint}")


class OutsideOfScopes(InventoryError):
    code = "outside_of_scopes"

    def __init__(self, *, activity: str) -> None:
        self.activity = activity
        super().__init__(
            f"“{activity}” is published outside the scopes (biogenic CO2), so it is no emission "
            "record. Record the fuel itself: its biogenic CO2 is shown beside the result."
        )


class ResultTooLarge(InventoryError):
    code = "result_too_large"

    def __init__(self, *, emissions_kgco2e: Decimal, largest_kgco2e: Decimal) -> None:
        self.emissions_kgco2e, self.largest_kgco2e = emissions_kgco2e, largest_kgco2e
        super().__init__(
            f"The result is {emissions_kgco2e:.3e} kgCO2e; one record holds at most "
            f"{largest_kgco2e:,f} kgCO2e, a billion tonnes. Check the quantity and its unit."
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
        hint = f"Loaded are {', '.join(known)}." if known else "Load one with load_factors."
        super().__init__(f"There is no factor set “{code}”. {hint}")


class FactorSetNotProposed(InventoryError):
    """These factors don't wait for an approval."""

    code = "factor_set_not_proposed"
    http_status = 409

    def __init__(self, *, code: str) -> None:
        self.factor_set = code
        super().__init__(
            f"{code} does not wait for an approval: it is published, or approved already. "
            "Look at it with: factors show."
        )


class FactorsDecidedBySamePerson(InventoryError):
    """Who proposed the company's factors doesn't approve them."""

    code = "factors_decided_by_same_person"
    http_status = 403

    def __init__(self, *, code: str, person: str) -> None:
        self.factor_set, self.person = code, person
        super().__init__(
            f"{person} proposed {code}, so another person has to approve it. Ask a colleague."
        )


# Records and their steps


class RecordNotFound(InventoryError):
    code = "record_not_found"
    http_status = 404

    def __init__(self, record_id: int) -> None:
        self.record_id = record_id
        super().__init__(f"There is no record {record_id}, or you may not see it.")


class RecordNotEditable(InventoryError):
    code = "record_not_editable"
    http_status = 409

    def __init__(self, *, record_id: int, state: str) -> None:
        self.record_id, self.state = record_id, state
        super().__init__(
            f"Record {record_id} is {state} and is not edited any more. "
            "Correct it: the correction is a new record that supersedes it."
        )


class RecordNotDeletable(InventoryError):
    code = "record_not_deletable"
    http_status = 409

    def __init__(self, *, record_id: int, state: str) -> None:
        self.record_id, self.state = record_id, state
        super().__init__(
            f"Record {record_id} is {state}; only a draft or a returned record is deleted. "
            "Correct an approved record with a quantity of 0."
        )


class EvidenceRefused(InventoryError):
    """A file is not taken as evidence."""

    code = "evidence_refused"

    def __init__(self, *, reason: str, hint: str) -> None:
        self.reason, self.hint = reason, hint
        super().__init__(f"{reason} {hint}")


class EvidenceNotFound(InventoryError):
    code = "evidence_not_found"
    http_status = 404

    def __init__(self, *, evidence_id: int) -> None:
        self.evidence_id = evidence_id
        super().__init__(f"There is no evidence {evidence_id}, or you may not see it.")


class EvidenceStays(InventoryError):
    """A record was submitted with its evidence, or would be deleted under it."""

    code = "evidence_stays"
    http_status = 409

    def __init__(self, *, record_id: int) -> None:
        self.record_id = record_id
        super().__init__(
            f"Evidence of record {record_id} stays: the record was submitted with it, or would be "
            "deleted under it. Remove the files of a draft first; otherwise add what is right."
        )


class RecordInWrongState(InventoryError):
    code = "record_in_wrong_state"
    http_status = 409

    def __init__(self, *, record_id: int, state: str, step: str, needed: str) -> None:
        self.record_id, self.state, self.step = record_id, state, step
        super().__init__(f"Record {record_id} is {state}: to {step} it, it must be {needed}.")


class DecidedBySamePerson(InventoryError):
    code = "decided_by_same_person"
    http_status = 403

    def __init__(self, *, record_id: int, person: str) -> None:
        self.record_id, self.person = record_id, person
        super().__init__(
            f"{person} entered, changed or submitted record {record_id} and can't decide it. "
            "Ask another approver of the department."
        )


class RecordAlreadyCorrected(InventoryError):
    code = "record_already_corrected"
    http_status = 409

    def __init__(self, *, record_id: int, correction_id: int) -> None:
        self.record_id, self.correction_id = record_id, correction_id
        super().__init__(
            f"Record {record_id} is already corrected by record {correction_id}. "
            f"Go on with record {correction_id}."
        )


class ReasonMissing(InventoryError):
    code = "reason_missing"
    http_status = 400

    def __init__(self, *, step: str) -> None:
        self.step = step
        super().__init__(f"To {step} a record takes a reason of 1 to 500 characters.")


class ExternalIdTaken(InventoryError):
    code = "external_id_taken"
    http_status = 409

    def __init__(self, *, external_id: str, department: str) -> None:
        self.external_id, self.department = external_id, department
        super().__init__(
            f"{department} already has a record with the external id “{external_id}”. "
            "Correct that record, or use another id."
        )


class ResultSuperseded(InventoryError):
    code = "result_superseded"
    http_status = 409

    def __init__(self, *, record_id: int) -> None:
        self.record_id = record_id
        super().__init__(
            f"The approved result that record {record_id} was to supersede has been superseded in "
            "the meantime. Return the record and submit it again."
        )


class RecordChangedSince(InventoryError):
    """What was to be approved is not what waits for approval now."""

    code = "record_changed_since"
    http_status = 409

    def __init__(self, *, record_id: int) -> None:
        self.record_id = record_id
        super().__init__(
            f"Record {record_id} has been changed and submitted again since you looked at it. Look "
            "at it as it is now, then decide."
        )


class RecalculationNotPending(InventoryError):
    code = "recalculation_not_pending"
    http_status = 409

    def __init__(self, *, record_id: int) -> None:
        self.record_id = record_id
        super().__init__(f"Record {record_id} has no new result that waits for approval.")


class StepRefused(InventoryError):
    """Several records can't take a step; none did. `more` of them are not listed."""

    code = "step_refused"

    def __init__(self, *, step: str, problems: Sequence[RecordProblem], more: int = 0) -> None:
        self.step, self.problems, self.more = step, tuple(problems), more
        found = len(self.problems) + more
        shown = "\n".join(f"  {problem}" for problem in self.problems[:MOST_SHOWN])
        rest = f"\n  … and {found - MOST_SHOWN} more" if found > MOST_SHOWN else ""
        super().__init__(f"{found} records can't be {step}, so none was:\n{shown}{rest}")


class ImportNotUndoable(InventoryError):
    code = "import_not_undoable"
    http_status = 409

    def __init__(self, *, batch_id: int, approved: int, first_id: int) -> None:
        self.batch_id, self.approved, self.first_id = batch_id, approved, first_id
        super().__init__(
            f"{approved:,} records of import {batch_id} are approved, record {first_id} first, so "
            "it can't be undone. Correct those that are wrong; an approved record is never deleted."
        )


class RecordDoubtful(InventoryError):
    """A record that looks wrong is approved by its number, never along with all others."""

    code = "record_doubtful"

    def __init__(self, *, record_id: int, reason: str) -> None:
        self.record_id = record_id
        super().__init__(
            f"Record {record_id} looks wrong: {reason} Name it to approve it, or return it."
        )


class MappingNotFound(InventoryError):
    code = "mapping_not_found"
    http_status = 404

    def __init__(self, *, name: str, names: Sequence[str]) -> None:
        self.name, self.names = name, tuple(names)
        known = f"There are {', '.join(names)}." if names else "None is saved yet."
        super().__init__(f"There is no mapping “{name}”. {known}")


class MappingRefused(InventoryError):
    code = "mapping_refused"

    def __init__(self, *, name: str, problems: Sequence[RowProblem]) -> None:
        """Without problems it is the name that is missing or too long."""
        self.name, self.problems = name, tuple(problems)
        why = "; ".join(map(str, problems)) or "A mapping needs a name of 1 to 100 characters."
        super().__init__(f"The mapping “{name[:100]}” is not saved: {why}")


class BatchNotFound(InventoryError):
    code = "batch_not_found"
    http_status = 404

    def __init__(self, *, batch_id: int) -> None:
        self.batch_id = batch_id
        super().__init__(f"There is no import {batch_id}. Look it up in the list of imports.")


# Instruments


class InstrumentNotFound(InventoryError):
    code = "instrument_not_found"
    http_status = 404

    def __init__(self, *, instrument_id: int) -> None:
        self.instrument_id = instrument_id
        super().__init__(f"There is no instrument {instrument_id}. Look it up: instruments list.")


class InstrumentTaken(InventoryError):
    """The same certificate or contract is entered already; it can't be claimed twice."""

    code = "instrument_taken"
    http_status = 409

    def __init__(self, *, registry: str, serial: str) -> None:
        self.registry, self.serial = registry, serial
        super().__init__(
            f"{registry} {serial} is entered already: one instrument is claimed once. "
            "Check the serial; the instruments of another year have serials of their own."
        )


class InstrumentDecidedBySamePerson(InventoryError):
    code = "instrument_decided_by_same_person"
    http_status = 403

    def __init__(self, *, instrument: str, person: str) -> None:
        self.instrument, self.person = instrument, person
        super().__init__(f"{person} entered {instrument} and can't approve it. Ask a colleague.")


class InstrumentInWrongState(InventoryError):
    code = "instrument_in_wrong_state"
    http_status = 409

    def __init__(self, *, instrument: str, state: str, step: str) -> None:
        self.instrument, self.state, self.step = instrument, state, step
        super().__init__(f"{instrument} is {state}, so it can't be {step}.")


class RecordNotCoverable(InventoryError):
    """An instrument can't cover this record: it is of another market, year or kind."""

    code = "record_not_coverable"

    def __init__(self, *, record_id: int, reason: str) -> None:
        self.record_id, self.reason = record_id, reason
        super().__init__(f"Record {record_id} {reason}")


# Sites


class SiteTaken(InventoryError):
    code = "site_taken"
    http_status = 409

    def __init__(self, *, site: str) -> None:
        self.site = site
        super().__init__(f"There is a site {site} already. Choose another code.")


class SiteNotFound(InventoryError):
    code = "site_not_found"
    http_status = 404

    def __init__(self, *, site: str) -> None:
        self.site = site
        super().__init__(f"There is no site {site}, or you may not see it. Look it up: sites list.")


class ReadingNotFound(InventoryError):
    code = "reading_not_found"
    http_status = 404

    def __init__(self, *, reading_id: int) -> None:
        self.reading_id = reading_id
        super().__init__(f"There is no reading {reading_id}. Look it up: site_indicators.")


class ReadingInWrongState(InventoryError):
    code = "reading_in_wrong_state"
    http_status = 409

    def __init__(self, *, reading_id: int, state: str, step: str) -> None:
        self.reading_id, self.state, self.step = reading_id, state, step
        super().__init__(f"Reading {reading_id} is {state}, so it can't be {step}.")


class ReadingDecidedBySamePerson(InventoryError):
    code = "reading_decided_by_same_person"
    http_status = 403

    def __init__(self, *, reading_id: int, person: str) -> None:
        self.reading_id, self.person = reading_id, person
        super().__init__(
            f"{person} entered reading {reading_id} and can't approve it. Ask a colleague."
        )


class ReadingOverlaps(InventoryError):
    code = "reading_overlaps"
    http_status = 409

    def __init__(self, *, reading_id: int, site: str, indicator: str) -> None:
        self.reading_id, self.site, self.indicator = reading_id, site, indicator
        super().__init__(
            f"Reading {reading_id} covers days of {indicator} at {site} that another approved "
            "reading covers. Correct that one instead, or enter the other days."
        )


# Absorption


class AbsorptionNotFound(InventoryError):
    code = "absorption_not_found"
    http_status = 404

    def __init__(self, *, code: str, known: Collection[str]) -> None:
        self.project, self.known = code, tuple(known)
        hint = f"Known are {', '.join(known)}." if known else "Enter it: absorption project."
        super().__init__(f"There is no absorption project “{code}”. {hint}")


class AbsorptionTaken(InventoryError):
    code = "absorption_taken"
    http_status = 409

    def __init__(self, *, what: str) -> None:
        self.what = what
        super().__init__(f"{what} is entered already.")


class AbsorptionDecidedBySamePerson(InventoryError):
    code = "absorption_decided_by_same_person"
    http_status = 403

    def __init__(self, *, what: str, person: str) -> None:
        self.what, self.person = what, person
        super().__init__(f"{person} entered {what} and can't approve it. Ask a colleague.")


class RemovalsExceedMeasurement(InventoryError):
    """Verified removals of a project would exceed what is measured, less its buffer."""

    code = "removals_exceed_measurement"

    def __init__(self, *, figures: str) -> None:
        self.figures = figures
        super().__init__(
            f"{figures[:1].upper()}{figures[1:]}. Enter and approve a measurement, or correct the "
            "record to what is measured. Nothing was approved."
        )


class RemovalNeedsCompanyApprover(InventoryError):
    """A verified removal of no project earns by its department's word alone."""

    code = "removal_needs_company_approver"
    http_status = 403

    def __init__(self, *, record_id: int) -> None:
        self.record_id = record_id
        super().__init__(
            f"Record {record_id} is a verified removal and would earn, but it names no project "
            "that was measured. Ask a sustainability approver to approve it, or return it so that "
            "its input “project” names an approved absorption project."
        )


# Shared emissions


class KeyNotFound(InventoryError):
    code = "key_not_found"
    http_status = 404

    def __init__(self, *, key_id: int) -> None:
        self.key_id = key_id
        super().__init__(f"There is no allocation key {key_id}. Look it up: shared_emissions keys.")


class KeyInWrongState(InventoryError):
    code = "key_in_wrong_state"
    http_status = 409

    def __init__(self, *, key: str, state: str, step: str) -> None:
        self.key, self.state, self.step = key, state, step
        super().__init__(f"Allocation key {key} is {state}, so it can't be {step}.")


class KeyDecidedBySamePerson(InventoryError):
    code = "key_decided_by_same_person"
    http_status = 403

    def __init__(self, *, key: str, person: str) -> None:
        self.key, self.person = key, person
        super().__init__(
            f"{person} proposed allocation key {key} and can't approve it. Ask a colleague."
        )


class SharedOutByItsApprover(InventoryError):
    """Who approved a key stands for what follows from it, so another person sets that off."""

    code = "shared_out_by_its_approver"
    http_status = 403

    def __init__(self, *, key: str, person: str) -> None:
        self.key, self.person = key, person
        super().__init__(
            f"{person} approved allocation key {key} and can't share out by it. Ask a colleague."
        )


class RecordIsAShare(InventoryError):
    """A share of a pool's emissions follows from the pool's record; it is not corrected itself."""

    code = "record_is_a_share"
    http_status = 409

    def __init__(self, *, record_id: int) -> None:
        self.record_id = record_id
        super().__init__(
            f"Record {record_id} is a share of a pool's emissions. Correct the pool's record, or "
            "propose a new version of its key, and share out again."
        )


# Files


class ImportRefused(InventoryError):
    code = "import_refused"

    def __init__(self, *, file_name: str, problems: Sequence[RowProblem], more: int = 0) -> None:
        """`more` problems were found that are not listed."""
        self.file_name, self.problems, self.more = file_name, tuple(problems), more
        found = len(self.problems) + more
        listed = "\n".join(f"  {problem}" for problem in self.problems[:MOST_SHOWN])
        rest = found - min(len(self.problems), MOST_SHOWN)
        shown = listed + (f"\n  … and {rest} more" if rest else "")
        count = "1 problem" if found == 1 else f"{found} problems"
        super().__init__(f"{file_name} has {count}, so nothing was imported:\n{shown}")
