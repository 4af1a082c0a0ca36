"""An entry by hand: proposed by one person, decided by another, posted with its approval."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from departments.organisation.models import Membership, User
from ledger import close_checklist, manual_entries, period_close, verification
from ledger.close_checklist import Check
from ledger.errors.calendar import PeriodClosed
from ledger.errors.proposals import (
    DecidedByProposer,
    ManualEntryDecided,
    ManualEntryInvalid,
    ManualEntryNotFound,
    ManualEntryNotPosted,
    ReversalProposed,
    WithdrawnByAnother,
)
from ledger.errors.settlements import NotAllowed
from ledger.manual_lines import WrittenLine
from ledger.models.journal import JournalEntry, JournalLine
from ledger.models.manual_entries import ManualEntry, ManualEntryLine
from ledger.models.periods import AccountingPeriod
from ledger.statements import statement_of
from tests.ledger.books import NOON, Books
from tests.ledger.by_hand import FEE, FUND, LINES, MAY, approve, propose, settled_quarter

pytestmark = pytest.mark.django_db


@pytest.fixture
def quarter(books: Books) -> Books:
    return settled_quarter(books)


def by_hand() -> list[JournalEntry]:
    return list(JournalEntry.objects.filter(settlement=None).order_by("id"))


def _all_decided(period: AccountingPeriod) -> Check:
    return Check("manual_entries_decided", "looked too early", ())


def reverse(books: Books, entry: ManualEntry, by: str = "analyst", **changes: Any) -> ManualEntry:
    facts: dict[str, Any] = {
        "entry_date": MAY,
        "reason": "The sale fell through",
        "by": books.people[by],
    }
    return manual_entries.propose_reversal(manual_entry_id=entry.pk, at=NOON, **facts | changes)


def test_an_approved_proposal_is_an_entry_line_by_line(quarter: Books) -> None:
    proposed = propose(quarter)
    assert (proposed.state, by_hand()) == ("proposed", [])
    approved = approve(quarter, proposed)
    [entry] = by_hand()
    assert (approved.state, approved.posted_entry_id) == ("approved", entry.pk)
    assert (entry.source_type, entry.source_id) == ("manual", str(proposed.pk))
    assert (entry.purpose, entry.entry_date) == ("entry", MAY)
    assert (entry.description, entry.posted_by) == (
        "Fee of a site that was sold",
        quarter.people["approver"],
    )
    lines = JournalLine.objects.filter(entry=entry).order_by("account__code")
    assert [(line.account.code, line.debit, line.credit) for line in lines] == [
        ("Equity:Atmosphere", 1000, 0),
        (FUND, 0, 1250),
        (FEE, 1250, 0),
        ("Expenses:Emissions:CLOUD:Scope-1", 0, 1000),
    ]
    verified = verification.verify()
    assert verified.holds
    assert verified.checked["manual entries are as approved"] == 1


def test_approving_twice_posts_once(quarter: Books) -> None:
    entry = propose(quarter)
    approve(quarter, entry)
    again = approve(quarter, entry, by="finance")
    assert again.decided_by == quarter.people["approver"]
    assert len(by_hand()) == 1


def test_a_bill_stays_as_it_was_posted(quarter: Books) -> None:
    facts = {"department_code": "CLOUD", "scheme_code": "fee", "period_code": "2023Q1"}
    before = statement_of(**facts, department_ids=None)
    approve(quarter, propose(quarter, entry_date=date(2023, 3, 31)))
    assert statement_of(**facts, department_ids=None) == before
    assert verification.verify().holds


@pytest.mark.parametrize("name", ["approver", "auditor", "admin", "contributor"])
def test_proposing_takes_its_role(quarter: Books, name: str) -> None:
    with pytest.raises(NotAllowed, match="finance or sustainability analyst"):
        propose(quarter, by=name)
    assert ManualEntry.objects.count() == 0


@pytest.mark.parametrize("name", ["auditor", "admin", "contributor"])
def test_deciding_takes_its_role(quarter: Books, name: str) -> None:
    entry = propose(quarter)
    with pytest.raises(NotAllowed, match="finance or sustainability approver"):
        approve(quarter, entry, by=name)
    with pytest.raises(NotAllowed):
        manual_entries.reject(
            manual_entry_id=entry.pk, reason="no", by=quarter.people[name], at=NOON
        )
    entry.refresh_from_db()
    assert (entry.state, by_hand()) == ("proposed", [])


def test_nobody_decides_what_they_proposed_whatever_their_roles(quarter: Books) -> None:
    root = User.objects.create(username="root", is_superuser=True)
    for role in ("finance", "sustainability_approver"):
        Membership.objects.create(user=root, role=role)
    quarter.people["root"] = root
    entry = propose(quarter, by="root")
    with pytest.raises(DecidedByProposer, match="another person must"):
        approve(quarter, entry, by="root")
    with pytest.raises(DecidedByProposer):
        manual_entries.reject(manual_entry_id=entry.pk, reason="no", by=root, at=NOON)
    assert by_hand() == []


def test_a_superuser_without_the_role_decides_nothing(quarter: Books) -> None:
    quarter.people["root"] = User.objects.create(username="root", is_superuser=True)
    with pytest.raises(NotAllowed):
        approve(quarter, propose(quarter), by="root")


def test_a_rejected_entry_says_why_and_is_never_posted(quarter: Books) -> None:
    entry = propose(quarter)
    decide: dict[str, Any] = {
        "manual_entry_id": entry.pk,
        "by": quarter.people["finance"],
        "at": NOON,
    }
    with pytest.raises(ManualEntryInvalid, match="reason"):
        manual_entries.reject(reason=" ", **decide)
    for _ in range(2):
        rejected = manual_entries.reject(reason="There is no contract", **decide)
    assert (rejected.state, rejected.decision_reason) == ("rejected", "There is no contract")
    with pytest.raises(ManualEntryDecided, match="was rejected by finance"):
        approve(quarter, entry)
    assert by_hand() == []


def test_only_its_author_withdraws_a_proposal(quarter: Books) -> None:
    entry = propose(quarter)
    with pytest.raises(WithdrawnByAnother, match="only reject it"):
        manual_entries.withdraw(manual_entry_id=entry.pk, by=quarter.people["finance"], at=NOON)
    for _ in range(2):
        withdrawn = manual_entries.withdraw(
            manual_entry_id=entry.pk, by=quarter.people["analyst"], at=NOON
        )
    assert withdrawn.state == "withdrawn"
    with pytest.raises(ManualEntryDecided, match="was withdrawn by analyst"):
        approve(quarter, entry)
    assert by_hand() == []


def test_an_approved_entry_is_neither_withdrawn_nor_rejected(quarter: Books) -> None:
    entry = approve(quarter, propose(quarter))
    with pytest.raises(ManualEntryDecided, match="reversal"):
        manual_entries.withdraw(manual_entry_id=entry.pk, by=quarter.people["analyst"], at=NOON)
    with pytest.raises(ManualEntryDecided):
        manual_entries.reject(
            manual_entry_id=entry.pk, reason="no", by=quarter.people["finance"], at=NOON
        )


def test_every_problem_comes_at_once(quarter: Books) -> None:
    with pytest.raises(ManualEntryInvalid) as refused:
        propose(
            quarter,
            entry_date=date(2031, 1, 1),
            description=" ",
            reason="x" * 2001,
            lines=[
                WrittenLine("Expenses:Nothing", "USD", debit="1"),
                WrittenLine(FEE, "KGCO2E", debit="1"),
                WrittenLine(FEE, "USD", debit="12.505"),
                WrittenLine(FEE, "USD", debit="1", credit="1"),
                WrittenLine(FUND, "USD"),
                WrittenLine(FUND, "USD", credit="-5"),
                WrittenLine(FUND, "USD", credit="0.00"),
                WrittenLine(FUND, "USD", credit="1000000000000"),
                WrittenLine(FUND, "USD", credit="1e3"),
                WrittenLine(FUND, "", credit="٣"),
            ],
        )
    assert [problem.field for problem in refused.value.field_problems] == [
        "description",
        "reason",
        "entry_date",
        "lines.0.account",
        "lines.1.commodity",
        "lines.2.debit",
        "lines.3.debit",
        "lines.4.debit",
        *(f"lines.{number}.credit" for number in range(5, 10)),
    ]
    assert "USD has 2 decimals; 12.505 has more." in str(refused.value)
    assert ManualEntry.objects.count() == ManualEntryLine.objects.count() == 0


def test_an_entry_balances_in_each_commodity(quarter: Books) -> None:
    lines = [*LINES[:3], replace(LINES[3], debit="0.002")]
    with pytest.raises(ManualEntryInvalid, match=r"0\.002000 KGCO2E and credits 0\.001000"):
        propose(quarter, lines=lines)
    with pytest.raises(ManualEntryInvalid, match="2 to 200 lines; these are 1"):
        propose(quarter, lines=LINES[:1])
    assert ManualEntry.objects.count() == 0


def test_a_closed_period_takes_no_entry(quarter: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    # Proposed after the closing had looked for proposals, and before it was done.
    waiting = propose(quarter, entry_date=date(2023, 3, 31))
    monkeypatch.setattr(close_checklist, "_manual_entries_decided", _all_decided)
    period_close.close(period_code="2023Q1", by=quarter.people["finance"], at=NOON)
    with pytest.raises(ManualEntryInvalid, match="entry_date: Period 2023Q1 is closed"):
        propose(quarter, entry_date=date(2023, 3, 31))
    with pytest.raises(PeriodClosed):
        approve(quarter, waiting)
    waiting.refresh_from_db()
    assert (waiting.state, by_hand()) == ("proposed", [])


def test_a_reversal_takes_two_people_too(quarter: Books) -> None:
    entry = approve(quarter, propose(quarter))
    reversal = reverse(quarter, entry)
    assert (reversal.state, len(by_hand())) == ("proposed", 1)
    Membership.objects.create(user=quarter.people["analyst"], role="finance")
    with pytest.raises(DecidedByProposer):
        approve(quarter, reversal, by="analyst")
    approve(quarter, reversal, by="finance")
    posted, mirror = by_hand()
    assert (mirror.reverses_id, mirror.source_type, mirror.purpose) == (
        posted.pk,
        "entry",
        "reversal",
    )
    assert "The sale fell through" in mirror.description
    totals = JournalLine.objects.filter(entry__in=[posted, mirror]).order_by("account_id")
    assert sum(line.debit - line.credit for line in totals if line.account.code == FEE) == 0
    assert verification.verify().holds


def test_an_entry_is_reversed_once(quarter: Books) -> None:
    entry = approve(quarter, propose(quarter))
    first = reverse(quarter, entry)
    with pytest.raises(ReversalProposed, match=f"it is manual entry {first.pk}"):
        reverse(quarter, entry, by="finance")
    manual_entries.reject(
        manual_entry_id=first.pk, reason="not sure", by=quarter.people["finance"], at=NOON
    )
    approve(quarter, reverse(quarter, entry))
    with pytest.raises(ReversalProposed, match="is approved already"):
        reverse(quarter, entry)
    assert len(by_hand()) == 2


def test_what_was_never_posted_is_not_reversed(quarter: Books) -> None:
    entry = propose(quarter)
    with pytest.raises(ManualEntryNotPosted, match="is proposed"):
        reverse(quarter, entry)
    with pytest.raises(ManualEntryNotFound):
        manual_entries.withdraw(manual_entry_id=0, by=quarter.people["analyst"], at=NOON)
    with pytest.raises(ManualEntryInvalid, match="reason"):
        reverse(quarter, approve(quarter, entry), reason="")
    assert ManualEntry.objects.count() == 1
