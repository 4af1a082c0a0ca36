"""What the ledger refuses, in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Self

from departments.organisation.said import Said, joined, said

if TYPE_CHECKING:
    from ledger.models.exports import ExportAcknowledgement, ExportRejection


MOST_MINOR = 2**63 - 1  # cents or milligrams: what a bigint holds
MOST_KGCO2E = Decimal(MOST_MINOR).scaleb(-6)


class LedgerError(Exception):
    """Base of every refusal of the ledger; `code` is stable, the message is for people."""

    code: ClassVar[str] = "ledger_error"
    http_status: ClassVar[int] = 422


def _word(word: str) -> Said:
    """A state or another word that is told by itself."""
    return word if isinstance(word, Said) else said(str(word))


def _listed(items: Sequence[str], most: int) -> Said:
    """The first of them in a row, and how many more there are."""
    row, more = joined("; ", items[:most]), len(items) - most
    return said("%(items)s and %(more)s more", items=row, more=more) if more > 0 else row


def _problems(problems: Sequence[str], most: int) -> Said:
    """The same of problems, the last of which goes on with a semicolon as the others do."""
    row, more = joined("; ", problems[:most]), len(problems) - most
    return said("%(items)s; and %(more)s more", items=row, more=more) if more > 0 else row


def _by_field(problems: Sequence[FieldProblem]) -> Said:
    return joined(
        " ",
        [
            said("%(field)s: %(reason)s", field=_word(each.field), reason=each.reason)
            for each in problems
        ],
    )


class PeriodNotFound(LedgerError):
    code = "period_not_found"
    http_status = 404

    def __init__(self, period: str) -> None:
        self.period = period
        super().__init__(
            said("There is no accounting period %(period)s. Create it first.", period=repr(period))
        )


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
            said(
                "In this sandbox it is %(now)s, and its clock runs forward, by fifty years at "
                "most: not to %(to)s. For earlier days make another sandbox.",
                now=now,
                to=to,
            )
        )


class NoPeriodFollows(LedgerError):
    code = "no_period_follows"
    http_status = 409

    def __init__(self, last: str) -> None:
        super().__init__(
            said(
                "Which period follows %(last)s can't be told from its days. Open it in the "
                "sandbox: manage.py sandbox run NAME open_periods …",
                last=last,
            )
        )


class RehearsalStopped(LedgerError):
    """A step was refused as it would be in the books; everything before it stands."""

    code = "rehearsal_stopped"
    http_status = 409

    def __init__(self, on: date, step: str, reason: str) -> None:
        self.on, self.step, self.reason = on, step, reason
        super().__init__(
            said(
                "%(on)s: %(step)s was refused:\n%(reason)s\nMend it in the sandbox (manage.py "
                "sandbox run NAME COMMAND …) and advance again; what was done before stands.",
                on=on,
                step=step,
                reason=reason,
            )
        )


class PeriodsNotOpened(LedgerError):
    code = "periods_not_opened"
    http_status = 409
    shown = 10

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        row, more = joined(" ", problems[: self.shown]), len(problems) - self.shown
        super().__init__(
            said(
                "No period was opened. %(problems)s And %(more)s more like these.",
                problems=row,
                more=more,
            )
            if more > 0
            else said("No period was opened. %(problems)s", problems=row)
        )


class EntryUnbalanced(LedgerError):
    code = "entry_unbalanced"

    def __init__(self, commodity: str, debit: int, credit: int) -> None:
        self.commodity, self.debit, self.credit = commodity, debit, credit
        super().__init__(
            said(
                "The entry does not balance in %(commodity)s: debit %(debit)s, credit %(credit)s "
                "(minor units). Make both sides equal.",
                commodity=commodity,
                debit=debit,
                credit=credit,
            )
        )


class EntryUnbalancedByEntity(LedgerError):
    """`differing` has each legal entity's code (or none), commodity, debit and credit."""

    code = "entry_unbalanced_by_entity"

    def __init__(self, differing: list[tuple[str, str, int, int]]) -> None:
        self.differing = differing
        sides = [
            said(
                "%(entity)s: debit %(debit)s, credit %(credit)s %(commodity)s",
                entity=entity or said("no legal entity"),
                debit=debit,
                credit=credit,
                commodity=commodity,
            )
            for entity, commodity, debit, credit in differing
        ]
        super().__init__(
            said(
                "The entry does not balance in each legal entity's books (%(sides)s, in minor "
                "units). Add a line on the due-to account of one and the due-from account of the "
                "other.",
                sides=joined("; ", sides),
            )
        )


class EntryEmpty(LedgerError):
    code = "entry_empty"

    def __init__(self) -> None:
        super().__init__(said("An entry needs at least one debit and one credit."))


class EntryNotFound(LedgerError):
    code = "entry_not_found"
    http_status = 404

    def __init__(self, entry_id: int) -> None:
        self.entry_id = entry_id
        super().__init__(said("There is no journal entry %(entry)s.", entry=entry_id))


class WindowTooWide(LedgerError):
    code = "window_too_wide"

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(
            said(
                "The window holds more than %(most)s lines. Name a period, a scheme or an account, "
                "or reconcile piece by piece with after_line and through_line.",
                most=f"{most:,}",
            )
        )


class WindowUpsideDown(LedgerError):
    code = "window_upside_down"

    def __init__(self, first: date, last: date) -> None:
        self.first, self.last = first, last
        super().__init__(
            said(
                "The window ends on %(last)s, before it begins on %(first)s. Swap the days.",
                last=last,
                first=first,
            )
        )


class AccountNotFound(LedgerError):
    code = "account_not_found"
    http_status = 404

    def __init__(self, account: str) -> None:
        self.account = account
        super().__init__(
            said(
                "There is no account %(account)s. `manage.py trial_balance` lists those posted to.",
                account=repr(account),
            )
        )


class AlreadyReversed(LedgerError):
    code = "already_reversed"
    http_status = 409

    def __init__(self, entry_id: int, reversal_id: int) -> None:
        self.entry_id, self.reversal_id = entry_id, reversal_id
        super().__init__(
            said(
                "Entry %(entry)s is already reversed by entry %(reversal)s.",
                entry=entry_id,
                reversal=reversal_id,
            )
        )


class SourcePostedDifferently(LedgerError):
    code = "source_posted_differently"
    http_status = 409

    def __init__(self, source: str, entry_id: int) -> None:
        self.source, self.entry_id = source, entry_id
        super().__init__(
            said(
                "%(source)s is already posted as entry %(entry)s, with other lines. "
                "Reverse that entry, or post under another source.",
                source=source,
                entry=entry_id,
            )
        )


class LegalEntityNotFound(LedgerError):
    code = "legal_entity_not_found"
    http_status = 404

    def __init__(self, legal_entity: str) -> None:
        self.legal_entity = legal_entity
        super().__init__(
            said("There is no legal entity %(entity)s. Write its code.", entity=repr(legal_entity))
        )


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
                places=_listed(places, 10),
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
                sums=_listed(sums, 10),
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
                state=_word(state),
                needed=_word(needed),
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


class PeriodNotReady(LedgerError):
    code = "period_not_ready"
    http_status = 409

    def __init__(self, period: str, problems: list[str]) -> None:
        self.period, self.problems = period, problems
        super().__init__(
            said(
                "Period %(period)s can't be closed yet: %(problems)s",
                period=period,
                problems=joined(" ", problems),
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


class ExportFormatUnknown(LedgerError):
    code = "export_format_unknown"

    def __init__(self, name: str, known: list[str]) -> None:
        self.name, self.known = name, known
        super().__init__(
            said(
                "There is no export format %(name)s. There are: %(known)s.",
                name=repr(name),
                known=", ".join(known),
            )
        )


class SampleInvalid(LedgerError):
    code = "sample_invalid"

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(said("No sample was drawn. %(problems)s", problems=joined(" ", problems)))


class JournalLineNotFound(LedgerError):
    code = "journal_line_not_found"
    http_status = 404

    def __init__(self, line_id: int) -> None:
        self.line_id = line_id
        super().__init__(said("There is no journal line %(line)s.", line=line_id))


class CommodityNotFound(LedgerError):
    code = "commodity_not_found"
    http_status = 404

    def __init__(self, commodity: str, known: list[str]) -> None:
        self.commodity, self.known = commodity, known
        super().__init__(
            said(
                "Nothing is counted in %(commodity)s. The books count %(known)s.",
                commodity=repr(commodity),
                known=", ".join(known) or said("nothing yet"),
            )
        )


class ExportNotFound(LedgerError):
    code = "export_not_found"
    http_status = 404

    def __init__(self, sequence: int) -> None:
        self.sequence = sequence
        super().__init__(said("There is no export number %(number)s.", number=sequence))


class ExportUnbalanced(LedgerError):
    code = "export_unbalanced"
    http_status = 409

    def __init__(self, commodities: list[str]) -> None:
        self.commodities = commodities
        super().__init__(
            said(
                "What would be exported does not balance in %(commodities)s, so nothing was "
                "registered. Export all schemes together, and run verify.",
                commodities=", ".join(commodities),
            )
        )


class ExportChanged(LedgerError):
    code = "export_changed"
    http_status = 409

    def __init__(self, sequence: int, registered: str, now: str) -> None:
        self.sequence, self.registered, self.now = sequence, registered, now
        super().__init__(
            said(
                "Export %(number)s can't be issued again byte for byte: its file hashed to "
                "%(registered)s, and would hash to %(now)s now, because a department's place or "
                "cost centre was changed since, or the books. Run verify, then export anew.",
                number=sequence,
                registered=registered[:12],
                now=now[:12],
            )
        )


class ExportInvalid(LedgerError):
    code = "export_invalid"
    http_status = 409
    shown = 20

    def __init__(self, format_name: str, problems: list[str]) -> None:
        self.format_name, self.problems = format_name, problems
        super().__init__(
            said(
                "Nothing was exported as %(format)s: %(problems)s.",
                format=format_name,
                problems=_problems(problems, self.shown),
            )
        )


class ExportBroken(LedgerError):
    code = "export_broken"

    def __init__(self, attempts: int, error: str) -> None:
        self.attempts = attempts
        super().__init__(
            said(
                "A worker began %(attempts)s times and never came to the end (%(error)s). Read the "
                "worker's log, then export anew.",
                attempts=attempts,
                error=error or said("it was ended"),
            )
        )


class ExportProfileRefused(LedgerError):
    code = "export_profile_refused"
    shown = 20

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(
            said("Nothing was loaded: %(problems)s.", problems=_problems(problems, self.shown))
        )


class ExportAcknowledged(LedgerError):
    code = "export_acknowledged"
    http_status = 409

    def __init__(self, sequence: int, by: str, on: str, reference: str) -> None:
        self.sequence, self.reference = sequence, reference
        super().__init__(
            said(
                "Export %(number)s was acknowledged by %(by)s on %(on)s, as %(reference)s, and "
                "that stays. If finance took the lines in again, export them anew and acknowledge "
                "that export.",
                number=sequence,
                by=by,
                on=on,
                reference=repr(reference),
            )
            if reference
            else said(
                "Export %(number)s was acknowledged by %(by)s on %(on)s, without a reference, and "
                "that stays. If finance took the lines in again, export them anew and acknowledge "
                "that export.",
                number=sequence,
                by=by,
                on=on,
            )
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
            said(
                "Export %(number)s was rejected by %(by)s on %(on)s (%(reason)s), and that stays. "
                "Replace it, and acknowledge the export that replaces it.",
                number=sequence,
                by=by,
                on=on,
                reason=repr(reason),
            )
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
        super().__init__(
            said(
                "Say why export %(number)s is rejected, so that it can be mended.", number=sequence
            )
        )


class ExportNotReplaceable(LedgerError):
    code = "export_not_replaceable"
    http_status = 409

    def __init__(self, sequence: int, replacement: int | None) -> None:
        self.sequence, self.replacement = sequence, replacement
        super().__init__(
            said(
                "Export %(number)s was not rejected, so nothing replaces it. Reject it first.",
                number=sequence,
            )
            if replacement is None
            else said(
                "Export %(number)s was replaced by export %(replacement)s already.",
                number=sequence,
                replacement=replacement,
            )
        )


class ExportNotReconcilable(LedgerError):
    code = "export_not_reconcilable"
    http_status = 409

    def __init__(self, sequence: int, format_name: str) -> None:
        self.sequence, self.format_name = sequence, format_name
        super().__init__(
            said(
                "Export %(number)s is %(format)s, which no ERP books line by line. Reconcile an "
                "export in the format of an ERP.",
                number=sequence,
                format=format_name,
            )
        )


class ReconciliationRefused(LedgerError):
    code = "reconciliation_refused"
    shown = 20

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(
            said("Nothing was reconciled: %(problems)s.", problems=_problems(problems, self.shown))
        )


class EntryOfSettlement(LedgerError):
    code = "entry_of_settlement"
    http_status = 409

    def __init__(self, entry_id: int) -> None:
        self.entry_id = entry_id
        super().__init__(
            said(
                "Entry %(entry)s was posted by a settlement and stands on bills. Correct the "
                "record it came from: the next settlement posts the difference.",
                entry=entry_id,
            )
        )


class AccountCodeTaken(LedgerError):
    code = "account_code_taken"
    http_status = 409

    def __init__(self, scheme: str, missing: int) -> None:
        self.scheme, self.missing = scheme, missing
        super().__init__(
            said(
                "%(missing)s lines of scheme %(scheme)s have no account: another scheme, "
                "department or legal entity already uses their account code. Give the newer one "
                "another code.",
                missing=missing,
                scheme=scheme,
            )
        )


class FieldProblem(NamedTuple):
    """What is wrong with one field; `field` is a dotted path such as `lines.2.account`."""

    field: str
    reason: str


class ManualEntryInvalid(LedgerError):
    code = "manual_entry_invalid"

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        self.field_problems = tuple(problems)
        super().__init__(
            said(
                "The manual entry has %(count)s problems, so nothing was written: %(problems)s",
                count=len(problems),
                problems=_by_field(problems),
            )
            if len(problems) > 1
            else said(
                "The manual entry has a problem, so nothing was written: %(problems)s",
                problems=_by_field(problems),
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
                state=_word(state),
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
                state=_word(state),
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
                state=_word(state),
                reversal=reversal_id,
            )
        )


class ScenarioInvalid(LedgerError):
    """What is wrong with it is said where it is found."""

    code = "scenario_invalid"

    def __init__(self, problem: Said) -> None:
        super().__init__(problem)


class HeadContradicts(LedgerError):
    code = "head_contradicts"
    http_status = 409

    def __init__(self, number: int, kept: str, now: str, file: str) -> None:
        self.number, self.kept, self.now, self.file = number, kept, now, file
        super().__init__(
            said(
                "%(file)s has kept seal %(number)s as %(kept)s…, and the database now says "
                "%(now)s…. Nothing was written. Run verify; if this is another database, give it "
                "a file of its own with SEAL_HEADS_FILE.",
                file=file,
                number=number,
                kept=kept[:12],
                now=now[:12],
            )
        )


class HeadsUnreadable(LedgerError):
    code = "heads_unreadable"
    http_status = 409

    def __init__(self, file: str, line: int) -> None:
        self.file, self.line = file, line
        super().__init__(
            said(
                "Line %(line)s of %(file)s is no head of a seal: number, period, chain and moment, "
                "with tabs between them. Put back the file as it was.",
                line=line,
                file=file,
            )
        )


class MessageNotFound(LedgerError):
    code = "message_not_found"
    http_status = 404

    def __init__(self, message_id: int) -> None:
        self.message_id = message_id
        super().__init__(said("There is no outgoing message %(number)s.", number=message_id))


class GlMappingRefused(LedgerError):
    code = "gl_mapping_refused"
    shown = 20

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(
            said("Nothing was loaded: %(problems)s.", problems=_problems(problems, self.shown))
        )


class FundOverdrawn(LedgerError):
    code = "fund_overdrawn"
    http_status = 409

    def __init__(self, fund: str, held: str, asked: str) -> None:
        self.fund, self.held, self.asked = fund, held, asked
        super().__init__(
            said(
                "The fund %(fund)s holds %(held)s, and this would take %(asked)s out of it. "
                "Nothing was posted. Wait for the next fees, pay less, or put money in by a manual "
                "entry that credits the fund.",
                fund=fund,
                held=held,
                asked=asked,
            )
        )


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
                shown=_word(shown),
                grant=grant_id,
                state=_word(state),
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


class DisputeInvalid(LedgerError):
    code = "dispute_invalid"

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        self.field_problems = tuple(problems)
        super().__init__(
            said("The dispute was not written: %(problems)s", problems=_by_field(problems))
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
                state=_word(state),
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
