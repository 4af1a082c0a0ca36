"""Refused of entries, accounts and what is read from the journal."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from departments.organisation.said import joined, said

if TYPE_CHECKING:
    pass
from ledger.errors import LedgerError, listed_problems


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


class GlMappingRefused(LedgerError):
    code = "gl_mapping_refused"
    shown = 20

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(
            said(
                "Nothing was loaded: %(problems)s.", problems=listed_problems(problems, self.shown)
            )
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
