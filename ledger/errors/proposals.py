"""Refused of what one person proposes and another decides, and of scenarios."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from departments.organisation.said import Said, said, word

if TYPE_CHECKING:
    pass
from ledger.errors import FieldProblem, LedgerError, by_field


class ManualEntryInvalid(LedgerError):
    code = "manual_entry_invalid"

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        self.field_problems = tuple(problems)
        super().__init__(
            said(
                "The manual entry has %(count)s problems, so nothing was written: %(problems)s",
                count=len(problems),
                problems=by_field(problems),
            )
            if len(problems) > 1
            else said(
                "The manual entry has a problem, so nothing was written: %(problems)s",
                problems=by_field(problems),
            )
        )


class ManualEntryNotFound(LedgerError):
    code = "manual_entry_not_found"
    http_status = 404

    def __init__(self, manual_entry_id: int) -> None:
        self.manual_entry_id = manual_entry_id
        super().__init__(said("There is no manual entry %(number)s.", number=manual_entry_id))


class ManualEntryDecided(LedgerError):
    code = "manual_entry_decided"
    http_status = 409

    def __init__(self, manual_entry_id: int, state: str, by: str) -> None:
        self.manual_entry_id, self.state = manual_entry_id, state
        super().__init__(
            said(
                "Manual entry %(number)s was %(state)s by %(by)s, and that stays. Propose a new "
                "entry, or the reversal of this one if it was approved.",
                number=manual_entry_id,
                state=word(state),
                by=by,
            )
        )


class AimInvalid(LedgerError):
    """What is wrong with it is said where it is found."""

    code = "aim_invalid"
    http_status = 422

    def __init__(self, problem: Said) -> None:
        super().__init__(problem)


class AimDecided(LedgerError):
    """Why it stays is said where it is found."""

    code = "aim_decided"
    http_status = 409

    def __init__(self, why: Said) -> None:
        super().__init__(why)


class DecidedByProposer(LedgerError):
    code = "decided_by_proposer"
    http_status = 403

    def __init__(self, person: str, manual_entry_id: int) -> None:
        self.person, self.manual_entry_id = person, manual_entry_id
        super().__init__(
            said(
                "%(person)s proposed manual entry %(number)s and can't decide it: another person "
                "must. Its author may withdraw it.",
                person=person,
                number=manual_entry_id,
            )
        )


class WithdrawnByAnother(LedgerError):
    code = "withdrawn_by_another"
    http_status = 403

    def __init__(self, person: str, manual_entry_id: int, author: str) -> None:
        self.person, self.manual_entry_id = person, manual_entry_id
        super().__init__(
            said(
                "%(author)s proposed manual entry %(number)s; %(person)s can't withdraw it, only "
                "reject it.",
                author=author,
                number=manual_entry_id,
                person=person,
            )
        )


class ManualEntryNotPosted(LedgerError):
    code = "manual_entry_not_posted"
    http_status = 409

    def __init__(self, manual_entry_id: int, state: str) -> None:
        self.manual_entry_id, self.state = manual_entry_id, state
        super().__init__(
            said(
                "Manual entry %(number)s is %(state)s, so nothing of it is in the journal and "
                "there is nothing to reverse.",
                number=manual_entry_id,
                state=word(state),
            )
        )


class ReversalProposed(LedgerError):
    code = "reversal_proposed"
    http_status = 409

    def __init__(self, manual_entry_id: int, reversal_id: int, state: str) -> None:
        self.manual_entry_id, self.reversal_id = manual_entry_id, reversal_id
        super().__init__(
            said(
                "The reversal of manual entry %(number)s is %(state)s already: it is manual entry "
                "%(reversal)s.",
                number=manual_entry_id,
                state=word(state),
                reversal=reversal_id,
            )
        )


class ScenarioInvalid(LedgerError):
    """What is wrong with it is said where it is found."""

    code = "scenario_invalid"

    def __init__(self, problem: Said) -> None:
        super().__init__(problem)
