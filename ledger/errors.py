"""What the ledger refuses, in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Self

from departments.organisation.said import said

if TYPE_CHECKING:
    from ledger.models.exports import ExportAcknowledgement, ExportRejection


MOST_MINOR = 2**63 - 1  # cents or milligrams: what a bigint holds
MOST_KGCO2E = Decimal(MOST_MINOR).scaleb(-6)


class LedgerError(Exception):
    """Base of every refusal of the ledger; `code` is stable, the message is for people."""

    code: ClassVar[str] = "ledger_error"
    http_status: ClassVar[int] = 422


class PeriodNotFound(LedgerError):
    code = "period_not_found"
    http_status = 404

    def __init__(self, period: str) -> None:
        self.period = period
        super().__init__(f"There is no accounting period {period!r}. Create it first.")


class PeriodClosed(LedgerError):
    code = "period_closed"
    http_status = 409

    def __init__(self, period: str) -> None:
        self.period = period
        super().__init__(
            said(
                "Period %(period)s is closed: nothing posts into it. Late and restated tonnes are "
                "charged by the next settlement, in the open period.",
                period=period,
            )
        )


class ClockRunsForward(LedgerError):
    code = "clock_runs_forward"
    http_status = 409

    def __init__(self, now: date, to: date) -> None:
        super().__init__(
            f"In this sandbox it is {now}, and its clock runs forward, by fifty years at most: not "
            f"to {to}. For earlier days make another sandbox."
        )


class NoPeriodFollows(LedgerError):
    code = "no_period_follows"
    http_status = 409

    def __init__(self, last: str) -> None:
        super().__init__(
            f"Which period follows {last} can't be told from its days. Open it in the sandbox: "
            "manage.py sandbox run NAME open_periods …"
        )


class RehearsalStopped(LedgerError):
    """A step was refused as it would be in the books; everything before it stands."""

    code = "rehearsal_stopped"
    http_status = 409

    def __init__(self, on: date, step: str, reason: str) -> None:
        self.on, self.step, self.reason = on, step, reason
        super().__init__(
            f"{on}: {step} was refused:\n{reason}\nMend it in the sandbox (manage.py sandbox run "
            "NAME COMMAND …) and advance again; what was done before stands."
        )


class PeriodsNotOpened(LedgerError):
    code = "periods_not_opened"
    http_status = 409
    shown = 10

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        more = len(problems) - self.shown
        super().__init__(
            "No period was opened. "
            + " ".join(problems[: self.shown])
            + (f" And {more} more like these." if more > 0 else "")
        )


class EntryUnbalanced(LedgerError):
    code = "entry_unbalanced"

    def __init__(self, commodity: str, debit: int, credit: int) -> None:
        self.commodity, self.debit, self.credit = commodity, debit, credit
        super().__init__(
            f"The entry does not balance in {commodity}: debit {debit}, credit {credit} "
            "(minor units). Make both sides equal."
        )


class EntryUnbalancedByEntity(LedgerError):
    """`differing` has each legal entity's code (or none), commodity, debit and credit."""

    code = "entry_unbalanced_by_entity"

    def __init__(self, differing: list[tuple[str, str, int, int]]) -> None:
        self.differing = differing
        sides = "; ".join(
            f"{entity or 'no legal entity'}: debit {debit}, credit {credit} {commodity}"
            for entity, commodity, debit, credit in differing
        )
        super().__init__(
            f"The entry does not balance in each legal entity's books ({sides}, in minor units). "
            "Add a line on the due-to account of one and the due-from account of the other."
        )


class EntryEmpty(LedgerError):
    code = "entry_empty"

    def __init__(self) -> None:
        super().__init__("An entry needs at least one debit and one credit.")


class EntryNotFound(LedgerError):
    code = "entry_not_found"
    http_status = 404

    def __init__(self, entry_id: int) -> None:
        self.entry_id = entry_id
        super().__init__(f"There is no journal entry {entry_id}.")


class WindowTooWide(LedgerError):
    code = "window_too_wide"

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(
            f"The window holds more than {most:,} lines. Name a period, a scheme or an account, or "
            "reconcile piece by piece with after_line and through_line."
        )


class WindowUpsideDown(LedgerError):
    code = "window_upside_down"

    def __init__(self, first: date, last: date) -> None:
        self.first, self.last = first, last
        super().__init__(f"The window ends on {last}, before it begins on {first}. Swap the days.")


class AccountNotFound(LedgerError):
    code = "account_not_found"
    http_status = 404

    def __init__(self, account: str) -> None:
        self.account = account
        super().__init__(
            f"There is no account {account!r}. `manage.py trial_balance` lists those posted to."
        )


class AlreadyReversed(LedgerError):
    code = "already_reversed"
    http_status = 409

    def __init__(self, entry_id: int, reversal_id: int) -> None:
        self.entry_id, self.reversal_id = entry_id, reversal_id
        super().__init__(f"Entry {entry_id} is already reversed by entry {reversal_id}.")


class SourcePostedDifferently(LedgerError):
    code = "source_posted_differently"
    http_status = 409

    def __init__(self, source: str, entry_id: int) -> None:
        self.source, self.entry_id = source, entry_id
        super().__init__(
            f"{source} is already posted as entry {entry_id}, with other lines. "
            "Reverse that entry, or post under another source."
        )


class LegalEntityNotFound(LedgerError):
    code = "legal_entity_not_found"
    http_status = 404

    def __init__(self, legal_entity: str) -> None:
        self.legal_entity = legal_entity
        super().__init__(f"There is no legal entity {legal_entity!r}. Write its code.")


class JobNotFound(LedgerError):
    code = "job_not_found"
    http_status = 404

    def __init__(self, job: str) -> None:
        self.job = job
        super().__init__(f"There is no job {job!r}. Its id reads like settlement_3.")


class SettlementNotFound(LedgerError):
    code = "settlement_not_found"
    http_status = 404

    def __init__(self, scheme: str, period: str) -> None:
        self.scheme, self.period = scheme, period
        super().__init__(
            f"There is no settlement of scheme {scheme} for period {period}. "
            "Calculate it first: manage.py settle."
        )


class SettlementUnderWay(LedgerError):
    code = "settlement_under_way"
    http_status = 409

    def __init__(self, scheme: str, period: str) -> None:
        self.scheme, self.period = scheme, period
        super().__init__(
            f"Scheme {scheme} already has a settlement under way, for period {period}. "
            "Post or cancel that one first."
        )


class AlreadySettled(LedgerError):
    code = "already_settled"
    http_status = 409

    def __init__(self, scheme: str, period: str) -> None:
        self.scheme, self.period = scheme, period
        super().__init__(
            f"Period {period} is already settled for scheme {scheme}, and no record has been "
            "approved or corrected since: there is nothing to post."
        )


class SettledLater(LedgerError):
    code = "settled_later"
    http_status = 409

    def __init__(self, scheme: str, period: str, later: str) -> None:
        self.scheme, self.period, self.later = scheme, period, later
        super().__init__(
            f"Scheme {scheme} has already settled {later}, which lies after {period}. Late tonnes "
            f"of {period} are charged by the next settlement, as a true-up."
        )


class ActivityOutsidePeriods(LedgerError):
    code = "activity_outside_periods"

    def __init__(self, record_count: int, first_day: str, last_day: str) -> None:
        self.record_count = record_count
        super().__init__(
            f"{record_count} approved records between {first_day} and {last_day} lie in no "
            "accounting period. Create the missing periods, then settle again."
        )


class PriceMissing(LedgerError):
    code = "price_missing"

    def __init__(self, places: list[str]) -> None:
        self.places = places
        shown = "; ".join(places[:10])
        more = f" and {len(places) - 10} more" if len(places) > 10 else ""
        super().__init__(
            f"No price is in force for {len(places)} covered combinations: {shown}{more}. "
            "Propose and approve the missing prices, cancel this settlement, and settle again."
        )


class MoreThanBooksCount(LedgerError):
    """`departments` are those whose tonnes alone are too many, with their kgCO2e."""

    code = "more_than_books_count"

    def __init__(self, departments: Sequence[tuple[str, Decimal]] = ()) -> None:
        self.departments = tuple(departments)
        most = f"{MOST_KGCO2E:,f} kgCO2e"
        if departments:
            shown = "; ".join(f"{code} {kgco2e:,.0f} kg" for code, kgco2e in departments[:10])
            more = f" and {len(departments) - 10} more" if len(departments) > 10 else ""
            what = (
                f"A line counts {most} at most, and these departments come to more: {shown}{more}."
            )
        else:
            what = (
                f"A line counts {most} at most, or {MOST_MINOR:,d} minor units of money, and one "
                "of these would go beyond."
            )
        super().__init__(
            f"{what} Look for records with a wrong quantity or unit, or a price of too many "
            "digits; correct them, cancel this settlement, and settle again."
        )


class WrongState(LedgerError):
    code = "wrong_state"
    http_status = 409

    def __init__(self, settlement: str, state: str, needed: str) -> None:
        self.settlement, self.state, self.needed = settlement, state, needed
        super().__init__(f"Settlement {settlement} is {state}; this step needs it {needed}.")


class NotAllowed(LedgerError):
    code = "not_allowed"
    http_status = 403

    def __init__(self, person: str, step: str, roles: str) -> None:
        self.person, self.step = person, step
        super().__init__(f"{person} may not {step}: that takes the role {roles}.")


class ApprovedByPreparer(LedgerError):
    code = "approved_by_preparer"
    http_status = 403

    def __init__(self, person: str) -> None:
        self.person = person
        super().__init__(
            f"{person} prepared this settlement and can't approve it: another person must."
        )


class NothingToAccrue(LedgerError):
    code = "nothing_to_accrue"

    def __init__(self, settlement: str) -> None:
        self.settlement = settlement
        super().__init__(
            f"Settlement {settlement} would move no money, so there is nothing to accrue."
        )


class InputsChanged(LedgerError):
    code = "inputs_changed"
    http_status = 409

    def __init__(self, settlement: str, expected: int, settled: int) -> None:
        super().__init__(
            f"Settlement {settlement} was created over {expected} records, but its lines settle "
            f"{settled}, or others. Cancel it and settle again; run verify."
        )


class PeriodNotReady(LedgerError):
    code = "period_not_ready"
    http_status = 409

    def __init__(self, period: str, problems: list[str]) -> None:
        self.period, self.problems = period, problems
        super().__init__(f"Period {period} can't be closed yet: " + " ".join(problems))


class StatementNotFound(LedgerError):
    code = "statement_not_found"
    http_status = 404

    def __init__(self, department: str, scheme: str, period: str) -> None:
        super().__init__(
            f"There is no posted statement of scheme {scheme} for {department} in {period}."
        )


class LineNotFound(LedgerError):
    code = "line_not_found"
    http_status = 404

    def __init__(self, line_id: int) -> None:
        self.line_id = line_id
        super().__init__(f"There is no statement line {line_id}.")


class ExportFormatUnknown(LedgerError):
    code = "export_format_unknown"

    def __init__(self, name: str, known: list[str]) -> None:
        self.name, self.known = name, known
        super().__init__(f"There is no export format {name!r}. There are: {', '.join(known)}.")


class SampleInvalid(LedgerError):
    code = "sample_invalid"

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(f"No sample was drawn. {' '.join(problems)}")


class JournalLineNotFound(LedgerError):
    code = "journal_line_not_found"
    http_status = 404

    def __init__(self, line_id: int) -> None:
        self.line_id = line_id
        super().__init__(f"There is no journal line {line_id}.")


class CommodityNotFound(LedgerError):
    code = "commodity_not_found"
    http_status = 404

    def __init__(self, commodity: str, known: list[str]) -> None:
        self.commodity, self.known = commodity, known
        super().__init__(
            f"Nothing is counted in {commodity!r}. The books count "
            f"{', '.join(known) or 'nothing yet'}."
        )


class ExportNotFound(LedgerError):
    code = "export_not_found"
    http_status = 404

    def __init__(self, sequence: int) -> None:
        self.sequence = sequence
        super().__init__(f"There is no export number {sequence}.")


class ExportUnbalanced(LedgerError):
    code = "export_unbalanced"
    http_status = 409

    def __init__(self, commodities: list[str]) -> None:
        self.commodities = commodities
        super().__init__(
            f"What would be exported does not balance in {', '.join(commodities)}, so nothing was "
            "registered. Export all schemes together, and run verify."
        )


class ExportChanged(LedgerError):
    code = "export_changed"
    http_status = 409

    def __init__(self, sequence: int, registered: str, now: str) -> None:
        self.sequence, self.registered, self.now = sequence, registered, now
        super().__init__(
            f"Export {sequence} can't be issued again byte for byte: its file hashed to "
            f"{registered[:12]}, and would hash to {now[:12]} now, because a department's place or "
            "cost centre was changed since, or the books. Run verify, then export anew."
        )


class ExportInvalid(LedgerError):
    code = "export_invalid"
    http_status = 409
    shown = 20

    def __init__(self, format_name: str, problems: list[str]) -> None:
        self.format_name, self.problems = format_name, problems
        more = len(problems) - self.shown
        super().__init__(
            f"Nothing was exported as {format_name}: "
            + "; ".join(problems[: self.shown])
            + (f"; and {more} more" if more > 0 else "")
            + "."
        )


class ExportBroken(LedgerError):
    code = "export_broken"

    def __init__(self, attempts: int, error: str) -> None:
        self.attempts = attempts
        super().__init__(
            f"A worker began {attempts} times and never came to the end "
            f"({error or 'it was ended'}). Read the worker's log, then export anew."
        )


class ExportProfileRefused(LedgerError):
    code = "export_profile_refused"
    shown = 20

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        more = len(problems) - self.shown
        super().__init__(
            "Nothing was loaded: "
            + "; ".join(problems[: self.shown])
            + (f"; and {more} more" if more > 0 else "")
            + "."
        )


class ExportAcknowledged(LedgerError):
    code = "export_acknowledged"
    http_status = 409

    def __init__(self, sequence: int, by: str, on: str, reference: str) -> None:
        self.sequence, self.reference = sequence, reference
        super().__init__(
            f"Export {sequence} was acknowledged by {by} on {on}, "
            f"{f'as {reference!r}' if reference else 'without a reference'}, and that stays. "
            "If finance took the lines in again, export them anew and acknowledge that export."
        )

    @classmethod
    def of(cls, sequence: int, kept: ExportAcknowledgement) -> Self:
        """With who acknowledged it, when and as what."""
        on = kept.acknowledged_at.date().isoformat()
        return cls(sequence, kept.acknowledged_by.get_username(), on, kept.reference)


class ExportRejected(LedgerError):
    code = "export_rejected"
    http_status = 409

    def __init__(self, sequence: int, by: str, on: str, reason: str) -> None:
        self.sequence, self.reason = sequence, reason
        super().__init__(
            f"Export {sequence} was rejected by {by} on {on} ({reason!r}), and that stays. "
            "Replace it, and acknowledge the export that replaces it."
        )

    @classmethod
    def of(cls, sequence: int, kept: ExportRejection) -> Self:
        """With who rejected it, when and why."""
        on = kept.rejected_at.date().isoformat()
        return cls(sequence, kept.rejected_by.get_username(), on, kept.reason)


class RejectionWithoutReason(LedgerError):
    code = "rejection_without_reason"

    def __init__(self, sequence: int) -> None:
        self.sequence = sequence
        super().__init__(f"Say why export {sequence} is rejected, so that it can be mended.")


class ExportNotReplaceable(LedgerError):
    code = "export_not_replaceable"
    http_status = 409

    def __init__(self, sequence: int, replacement: int | None) -> None:
        self.sequence, self.replacement = sequence, replacement
        super().__init__(
            f"Export {sequence} was not rejected, so nothing replaces it. Reject it first."
            if replacement is None
            else f"Export {sequence} was replaced by export {replacement} already."
        )


class ExportNotReconcilable(LedgerError):
    code = "export_not_reconcilable"
    http_status = 409

    def __init__(self, sequence: int, format_name: str) -> None:
        self.sequence, self.format_name = sequence, format_name
        super().__init__(
            f"Export {sequence} is {format_name}, which no ERP books line by line. Reconcile an "
            "export in the format of an ERP."
        )


class ReconciliationRefused(LedgerError):
    code = "reconciliation_refused"
    shown = 20

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        more = len(problems) - self.shown
        super().__init__(
            "Nothing was reconciled: "
            + "; ".join(problems[: self.shown])
            + (f"; and {more} more" if more > 0 else "")
            + "."
        )


class EntryOfSettlement(LedgerError):
    code = "entry_of_settlement"
    http_status = 409

    def __init__(self, entry_id: int) -> None:
        self.entry_id = entry_id
        super().__init__(
            f"Entry {entry_id} was posted by a settlement and stands on bills. Correct the record "
            "it came from: the next settlement posts the difference."
        )


class AccountCodeTaken(LedgerError):
    code = "account_code_taken"
    http_status = 409

    def __init__(self, scheme: str, missing: int) -> None:
        self.scheme, self.missing = scheme, missing
        super().__init__(
            f"{missing} lines of scheme {scheme} have no account: another scheme, department "
            "or legal entity already uses their account code. Give the newer one another code."
        )


class FieldProblem(NamedTuple):
    """What is wrong with one field; `field` is a dotted path such as `lines.2.account`."""

    field: str
    reason: str


class ManualEntryInvalid(LedgerError):
    code = "manual_entry_invalid"

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        self.field_problems = tuple(problems)
        count = f"{len(problems)} problems" if len(problems) > 1 else "a problem"
        super().__init__(
            f"The manual entry has {count}, so nothing was written: "
            + " ".join(f"{problem.field}: {problem.reason}" for problem in problems)
        )


class ManualEntryNotFound(LedgerError):
    code = "manual_entry_not_found"
    http_status = 404

    def __init__(self, manual_entry_id: int) -> None:
        self.manual_entry_id = manual_entry_id
        super().__init__(f"There is no manual entry {manual_entry_id}.")


class ManualEntryDecided(LedgerError):
    code = "manual_entry_decided"
    http_status = 409

    def __init__(self, manual_entry_id: int, state: str, by: str) -> None:
        self.manual_entry_id, self.state = manual_entry_id, state
        super().__init__(
            f"Manual entry {manual_entry_id} was {state} by {by}, and that stays. Propose a new "
            "entry, or the reversal of this one if it was approved."
        )


class AimInvalid(LedgerError):
    code = "aim_invalid"
    http_status = 422


class AimDecided(LedgerError):
    code = "aim_decided"
    http_status = 409


class DecidedByProposer(LedgerError):
    code = "decided_by_proposer"
    http_status = 403

    def __init__(self, person: str, manual_entry_id: int) -> None:
        self.person, self.manual_entry_id = person, manual_entry_id
        super().__init__(
            f"{person} proposed manual entry {manual_entry_id} and can't decide it: another person "
            "must. Its author may withdraw it."
        )


class WithdrawnByAnother(LedgerError):
    code = "withdrawn_by_another"
    http_status = 403

    def __init__(self, person: str, manual_entry_id: int, author: str) -> None:
        self.person, self.manual_entry_id = person, manual_entry_id
        super().__init__(
            f"{author} proposed manual entry {manual_entry_id}; {person} can't withdraw it, only "
            "reject it."
        )


class ManualEntryNotPosted(LedgerError):
    code = "manual_entry_not_posted"
    http_status = 409

    def __init__(self, manual_entry_id: int, state: str) -> None:
        self.manual_entry_id, self.state = manual_entry_id, state
        super().__init__(
            f"Manual entry {manual_entry_id} is {state}, so nothing of it is in the journal and "
            "there is nothing to reverse."
        )


class ReversalProposed(LedgerError):
    code = "reversal_proposed"
    http_status = 409

    def __init__(self, manual_entry_id: int, reversal_id: int, state: str) -> None:
        self.manual_entry_id, self.reversal_id = manual_entry_id, reversal_id
        super().__init__(
            f"The reversal of manual entry {manual_entry_id} is {state} already: it is manual "
            f"entry {reversal_id}."
        )


class ScenarioInvalid(LedgerError):
    code = "scenario_invalid"


class HeadContradicts(LedgerError):
    code = "head_contradicts"
    http_status = 409

    def __init__(self, number: int, kept: str, now: str, file: str) -> None:
        self.number, self.kept, self.now, self.file = number, kept, now, file
        super().__init__(
            f"{file} has kept seal {number} as {kept[:12]}…, and the database now says "
            f"{now[:12]}…. Nothing was written. Run verify; if this is another database, give it a "
            "file of its own with SEAL_HEADS_FILE."
        )


class HeadsUnreadable(LedgerError):
    code = "heads_unreadable"
    http_status = 409

    def __init__(self, file: str, line: int) -> None:
        self.file, self.line = file, line
        super().__init__(
            f"Line {line} of {file} is no head of a seal: number, period, chain and moment, with "
            "tabs between them. Put back the file as it was."
        )


class MessageNotFound(LedgerError):
    code = "message_not_found"
    http_status = 404

    def __init__(self, message_id: int) -> None:
        self.message_id = message_id
        super().__init__(f"There is no outgoing message {message_id}.")


class GlMappingRefused(LedgerError):
    code = "gl_mapping_refused"
    shown = 20

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        more = len(problems) - self.shown
        super().__init__(
            "Nothing was loaded: "
            + "; ".join(problems[: self.shown])
            + (f"; and {more} more" if more > 0 else "")
            + "."
        )


class FundOverdrawn(LedgerError):
    code = "fund_overdrawn"
    http_status = 409

    def __init__(self, fund: str, held: str, asked: str) -> None:
        self.fund, self.held, self.asked = fund, held, asked
        super().__init__(
            f"The fund {fund} holds {held}, and this would take {asked} out of it. Nothing was "
            "posted. Wait for the next fees, pay less, or put money in by a manual entry that "
            "credits the fund."
        )


class GrantNotPayable(LedgerError):
    code = "grant_not_payable"
    http_status = 409

    def __init__(self, milestone_id: int, grant_id: int, state: str, shown: str) -> None:
        self.milestone_id, self.grant_id, self.state = milestone_id, grant_id, state
        super().__init__(
            f"Milestone {milestone_id} is {shown} and grant {grant_id} is {state}. Paid is what is "
            "accepted of awarded grants; taken back is what was paid of grants that failed."
        )


class GrantPaidByItsOwn(LedgerError):
    code = "grant_paid_by_its_own"
    http_status = 403

    def __init__(self, person: str, grant_id: int) -> None:
        self.person, self.grant_id = person, grant_id
        super().__init__(
            f"{person} applied for grant {grant_id} or showed this milestone, so another person "
            "must pay it."
        )


class AllocationImpossible(LedgerError):
    code = "allocation_impossible"
    http_status = 409

    def __init__(self, scheme: str, problems: list[str]) -> None:
        self.scheme, self.problems = scheme, problems
        super().__init__(
            f"Scheme {scheme} can't be settled: {'; '.join(problems)}. Propose what is missing, "
            "let another person approve it, then prepare the settlement."
        )


class DisputeInvalid(LedgerError):
    code = "dispute_invalid"

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        self.field_problems = tuple(problems)
        super().__init__(
            "The dispute was not written: "
            + " ".join(f"{problem.field}: {problem.reason}" for problem in problems)
        )


class DisputeNotFound(LedgerError):
    code = "dispute_not_found"
    http_status = 404

    def __init__(self, dispute_id: int) -> None:
        self.dispute_id = dispute_id
        super().__init__(f"There is no dispute {dispute_id}.")


class DisputeExists(LedgerError):
    code = "dispute_exists"
    http_status = 409

    def __init__(self, line_id: int, dispute_id: int) -> None:
        self.line_id, self.dispute_id = line_id, dispute_id
        super().__init__(
            f"Line {line_id} is disputed already, by dispute {dispute_id}. Wait for its answer, or "
            "withdraw it and open another."
        )


class DisputeTooLate(LedgerError):
    code = "dispute_too_late"
    http_status = 409

    def __init__(self, line_id: int, period: str, last_day: date | None) -> None:
        self.line_id, self.period, self.last_day = line_id, period, last_day
        over = f"was {last_day}" if last_day else f"ended when {period} was closed"
        super().__init__(
            f"The last day to dispute line {line_id} {over}. Correct the record instead: the "
            "difference comes as a true-up on the next bill."
        )


class DisputeDecided(LedgerError):
    code = "dispute_decided"
    http_status = 409

    def __init__(self, dispute_id: int, state: str) -> None:
        self.dispute_id, self.state = dispute_id, state
        super().__init__(f"Dispute {dispute_id} is {state} and stays so. Open another one.")


class DisputeAnsweredByOpener(LedgerError):
    code = "dispute_answered_by_opener"
    http_status = 403

    def __init__(self, person: str, dispute_id: int) -> None:
        self.person, self.dispute_id = person, dispute_id
        super().__init__(
            f"{person} opened dispute {dispute_id}, so another person has to answer it."
        )


class RecordNotInLine(LedgerError):
    code = "record_not_in_line"

    def __init__(self, record_id: int, line_id: int) -> None:
        self.record_id, self.line_id = record_id, line_id
        super().__init__(
            f"Record {record_id} is not in line {line_id}. Name one of the records that the line "
            "is made of."
        )


class ReportingYearNotFound(LedgerError):
    code = "reporting_year_not_found"
    http_status = 404

    def __init__(self, year: str, periods: list[str]) -> None:
        self.year, self.periods = year, periods
        listed = ", ".join(periods[-12:]) or "none"
        super().__init__(
            f"No accounting period belongs to a year {year!r}. Name a period, or what the periods "
            f"of a year begin with: FY23, or 2023 for 2023Q1 to 2023Q4. There are: {listed}."
        )


class ReportingYearHasGap(LedgerError):
    code = "reporting_year_has_gap"

    def __init__(self, year: str, before: str, after: str) -> None:
        self.year, self.before, self.after = year, before, after
        super().__init__(
            f"The periods of {year} have a gap between {before} and {after}: what was emitted then "
            "is in no figure. Create the period that is missing first."
        )


class FrameworkNotFound(LedgerError):
    code = "framework_not_found"
    http_status = 404

    def __init__(self, framework: str, version: str | None, known: list[str]) -> None:
        self.framework, self.version, self.known = framework, version, known
        wanted = framework + (f", version {version}" if version else "")
        super().__init__(
            f"There is no datapoint map for {wanted}. There are: {', '.join(known) or 'none'}."
        )


class DatapointMapInvalid(LedgerError):
    code = "datapoint_map_invalid"

    def __init__(self, file: str, problems: list[str]) -> None:
        self.file, self.problems = file, problems
        super().__init__(f"The datapoint map {file} can't be used: {'; '.join(problems)}.")


class InventoryViewsInvalid(LedgerError):
    code = "inventory_views_invalid"

    def __init__(self, file: str, problems: list[str]) -> None:
        self.file, self.problems = file, problems
        super().__init__(f"The inventory views {file} can't be used: {'; '.join(problems)}.")
