"""Refused of settlements, their steps, lines and statements."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from departments.organisation.said import Said, joined, said, word

if TYPE_CHECKING:
    pass
from ledger.errors import MOST_KGCO2E, MOST_MINOR, LedgerError, listed


class JobNotFound(LedgerError):
    code = "job_not_found"
    http_status = 404

    def __init__(self, job: str) -> None:
        self.job = job
        super().__init__(
            said("There is no job %(job)s. Its id reads like settlement_3.", job=repr(job))
        )


class SettlementNotFound(LedgerError):
    code = "settlement_not_found"
    http_status = 404

    def __init__(self, scheme: str, period: str) -> None:
        self.scheme, self.period = scheme, period
        super().__init__(
            said(
                "There is no settlement of scheme %(scheme)s for period %(period)s. "
                "Calculate it first: manage.py settle.",
                scheme=scheme,
                period=period,
            )
        )


class SettlementUnderWay(LedgerError):
    code = "settlement_under_way"
    http_status = 409

    def __init__(self, scheme: str, period: str) -> None:
        self.scheme, self.period = scheme, period
        super().__init__(
            said(
                "Scheme %(scheme)s already has a settlement under way, for period %(period)s. "
                "Post or cancel that one first.",
                scheme=scheme,
                period=period,
            )
        )


class AlreadySettled(LedgerError):
    code = "already_settled"
    http_status = 409

    def __init__(self, scheme: str, period: str) -> None:
        self.scheme, self.period = scheme, period
        super().__init__(
            said(
                "Period %(period)s is already settled for scheme %(scheme)s, and no record has "
                "been approved or corrected since: there is nothing to post.",
                period=period,
                scheme=scheme,
            )
        )


class SettledLater(LedgerError):
    code = "settled_later"
    http_status = 409

    def __init__(self, scheme: str, period: str, later: str) -> None:
        self.scheme, self.period, self.later = scheme, period, later
        super().__init__(
            said(
                "Scheme %(scheme)s has already settled %(later)s, which lies after %(period)s. "
                "Late tonnes of %(period)s are charged by the next settlement, as a true-up.",
                scheme=scheme,
                later=later,
                period=period,
            )
        )


class ActivityOutsidePeriods(LedgerError):
    code = "activity_outside_periods"

    def __init__(self, record_count: int, first_day: str, last_day: str) -> None:
        self.record_count = record_count
        super().__init__(
            said(
                "%(count)s approved records between %(first)s and %(last)s lie in no accounting "
                "period. Create the missing periods, then settle again.",
                count=record_count,
                first=first_day,
                last=last_day,
            )
        )


class PriceMissing(LedgerError):
    code = "price_missing"

    def __init__(self, places: list[str]) -> None:
        self.places = places
        super().__init__(
            said(
                "No price is in force for %(count)s covered combinations: %(places)s. Propose and "
                "approve the missing prices, cancel this settlement, and settle again.",
                count=len(places),
                places=listed(places, 10),
            )
        )


class MoreThanBooksCount(LedgerError):
    """`departments` are those whose tonnes alone are too many, with their kgCO2e."""

    code = "more_than_books_count"

    def __init__(self, departments: Sequence[tuple[str, Decimal]] = ()) -> None:
        self.departments = tuple(departments)
        most = f"{MOST_KGCO2E:,f} kgCO2e"
        if departments:
            sums = [f"{code} {kgco2e:,.0f} kg" for code, kgco2e in departments]
            what = said(
                "A line counts %(most)s at most, and these departments come to more: %(sums)s.",
                most=most,
                sums=listed(sums, 10),
            )
        else:
            what = said(
                "A line counts %(most)s at most, or %(minor)s minor units of money, and one of "
                "these would go beyond.",
                most=most,
                minor=f"{MOST_MINOR:,d}",
            )
        super().__init__(
            said(
                "%(what)s Look for records with a wrong quantity or unit, or a price of too many "
                "digits; correct them, cancel this settlement, and settle again.",
                what=what,
            )
        )


class WrongState(LedgerError):
    code = "wrong_state"
    http_status = 409

    def __init__(self, settlement: str, state: str, needed: str) -> None:
        self.settlement, self.state, self.needed = settlement, state, needed
        super().__init__(
            said(
                "Settlement %(settlement)s is %(state)s; this step needs it %(needed)s.",
                settlement=settlement,
                state=word(state),
                needed=word(needed),
            )
        )


class NotAllowed(LedgerError):
    code = "not_allowed"
    http_status = 403

    def __init__(self, person: str, step: Said, roles: str) -> None:
        self.person, self.step = person, step
        super().__init__(
            said(
                "%(person)s may not %(step)s: that takes the role %(roles)s.",
                person=person,
                step=step,
                roles=roles,
            )
        )


class ApprovedByPreparer(LedgerError):
    code = "approved_by_preparer"
    http_status = 403

    def __init__(self, person: str) -> None:
        self.person = person
        super().__init__(
            said(
                "%(person)s prepared this settlement and can't approve it: another person must.",
                person=person,
            )
        )


class NothingToAccrue(LedgerError):
    code = "nothing_to_accrue"

    def __init__(self, settlement: str) -> None:
        self.settlement = settlement
        super().__init__(
            said(
                "Settlement %(settlement)s would move no money, so there is nothing to accrue.",
                settlement=settlement,
            )
        )


class InputsChanged(LedgerError):
    code = "inputs_changed"
    http_status = 409

    def __init__(self, settlement: str, expected: int, settled: int) -> None:
        super().__init__(
            said(
                "Settlement %(settlement)s was created over %(expected)s records, but its lines "
                "settle %(settled)s, or others. Cancel it and settle again; run verify.",
                settlement=settlement,
                expected=expected,
                settled=settled,
            )
        )


class StatementNotFound(LedgerError):
    code = "statement_not_found"
    http_status = 404

    def __init__(self, department: str, scheme: str, period: str) -> None:
        super().__init__(
            said(
                "There is no posted statement of scheme %(scheme)s for %(department)s in "
                "%(period)s.",
                scheme=scheme,
                department=department,
                period=period,
            )
        )


class LineNotFound(LedgerError):
    code = "line_not_found"
    http_status = 404

    def __init__(self, line_id: int) -> None:
        self.line_id = line_id
        super().__init__(said("There is no statement line %(line)s.", line=line_id))


class MessageNotFound(LedgerError):
    code = "message_not_found"
    http_status = 404

    def __init__(self, message_id: int) -> None:
        self.message_id = message_id
        super().__init__(said("There is no outgoing message %(number)s.", number=message_id))


class GrantNotPayable(LedgerError):
    code = "grant_not_payable"
    http_status = 409

    def __init__(self, milestone_id: int, grant_id: int, state: str, shown: str) -> None:
        self.milestone_id, self.grant_id, self.state = milestone_id, grant_id, state
        super().__init__(
            said(
                "Milestone %(milestone)s is %(shown)s and grant %(grant)s is %(state)s. Paid is "
                "what is accepted of awarded grants; taken back is what was paid of grants that "
                "failed.",
                milestone=milestone_id,
                shown=word(shown),
                grant=grant_id,
                state=word(state),
            )
        )


class GrantPaidByItsOwn(LedgerError):
    code = "grant_paid_by_its_own"
    http_status = 403

    def __init__(self, person: str, grant_id: int) -> None:
        self.person, self.grant_id = person, grant_id
        super().__init__(
            said(
                "%(person)s applied for grant %(grant)s or showed this milestone, so another "
                "person must pay it.",
                person=person,
                grant=grant_id,
            )
        )


class AllocationImpossible(LedgerError):
    code = "allocation_impossible"
    http_status = 409

    def __init__(self, scheme: str, problems: list[str]) -> None:
        self.scheme, self.problems = scheme, problems
        super().__init__(
            said(
                "Scheme %(scheme)s can't be settled: %(problems)s. Propose what is missing, let "
                "another person approve it, then prepare the settlement.",
                scheme=scheme,
                problems=joined("; ", problems),
            )
        )
