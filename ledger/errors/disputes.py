"""Refused of disputes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from departments.organisation.said import said, word

if TYPE_CHECKING:
    pass
from ledger.errors import FieldProblem, LedgerError, by_field


class DisputeInvalid(LedgerError):
    code = "dispute_invalid"

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        self.field_problems = tuple(problems)
        super().__init__(
            said("The dispute was not written: %(problems)s", problems=by_field(problems))
        )


class DisputeNotFound(LedgerError):
    code = "dispute_not_found"
    http_status = 404

    def __init__(self, dispute_id: int) -> None:
        self.dispute_id = dispute_id
        super().__init__(said("There is no dispute %(number)s.", number=dispute_id))


class DisputeExists(LedgerError):
    code = "dispute_exists"
    http_status = 409

    def __init__(self, line_id: int, dispute_id: int) -> None:
        self.line_id, self.dispute_id = line_id, dispute_id
        super().__init__(
            said(
                "Line %(line)s is disputed already, by dispute %(dispute)s. Wait for its answer, "
                "or withdraw it and open another.",
                line=line_id,
                dispute=dispute_id,
            )
        )


class DisputeTooLate(LedgerError):
    code = "dispute_too_late"
    http_status = 409

    def __init__(self, line_id: int, period: str, last_day: date | None) -> None:
        self.line_id, self.period, self.last_day = line_id, period, last_day
        super().__init__(
            said(
                "The last day to dispute line %(line)s was %(day)s. Correct the record instead: "
                "the difference comes as a true-up on the next bill.",
                line=line_id,
                day=last_day,
            )
            if last_day
            else said(
                "The last day to dispute line %(line)s ended when %(period)s was closed. Correct "
                "the record instead: the difference comes as a true-up on the next bill.",
                line=line_id,
                period=period,
            )
        )


class DisputeDecided(LedgerError):
    code = "dispute_decided"
    http_status = 409

    def __init__(self, dispute_id: int, state: str) -> None:
        self.dispute_id, self.state = dispute_id, state
        super().__init__(
            said(
                "Dispute %(number)s is %(state)s and stays so. Open another one.",
                number=dispute_id,
                state=word(state),
            )
        )


class DisputeAnsweredByOpener(LedgerError):
    code = "dispute_answered_by_opener"
    http_status = 403

    def __init__(self, person: str, dispute_id: int) -> None:
        self.person, self.dispute_id = person, dispute_id
        super().__init__(
            said(
                "%(person)s opened dispute %(number)s, so another person has to answer it.",
                person=person,
                number=dispute_id,
            )
        )


class RecordNotInLine(LedgerError):
    code = "record_not_in_line"

    def __init__(self, record_id: int, line_id: int) -> None:
        self.record_id, self.line_id = record_id, line_id
        super().__init__(
            said(
                "Record %(record)s is not in line %(line)s. Name one of the records that the line "
                "is made of.",
                record=record_id,
                line=line_id,
            )
        )
