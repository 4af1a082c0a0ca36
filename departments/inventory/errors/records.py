"""Refused of records, their evidence, and the steps that people take with them."""

from __future__ import annotations

from collections.abc import Sequence

from departments.inventory.errors import InventoryError, RecordProblem, listed_problems
from departments.organisation.said import said, together, word


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
                problems=listed_problems(self.problems, found),
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
