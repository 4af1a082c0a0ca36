"""A provisional settlement is accrued at its period's end and taken back the day after, once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from ledger import accruals, balances, period_close, settlement_run, verification
from ledger.close_checklist import checklist
from ledger.errors.calendar import PeriodClosed, PeriodNotFound
from ledger.errors.journal import AccountCodeTaken
from ledger.errors.settlements import NotAllowed, NothingToAccrue, WrongState
from ledger.models.accounts import Account
from ledger.models.journal import JournalEntry, JournalLine
from ledger.models.settlements import Settlement, SettlementState
from pricing.models import Scheme
from tests.ledger.books import NOON, Books

FEBRUARY, AUGUST = date(2023, 2, 10), date(2023, 8, 10)
LAST_DAY, DAY_AFTER = date(2023, 3, 31), date(2023, 4, 1)


@pytest.fixture
def calculated(books: Books) -> Settlement:
    """CLOUD: 1,000 t at $15, less 5 t removed at $40. OFFICES: 20 t. Calculated, no more."""
    books.emit("CLOUD", FEBRUARY, "1000000")
    books.emit("CLOUD", FEBRUARY, "5000", durability_class="medium", removal_state="verified")
    books.emit("OFFICES", FEBRUARY, "20000")
    return books.calculate("2023Q1")


def accrue(books: Books, settlement: Settlement, who: str = "finance") -> accruals.Accrual:
    return accruals.accrue(settlement_id=settlement.pk, by=books.people[who])


def held(as_of: date) -> dict[str, Decimal]:
    """What accounts hold at the end of a day, those that hold something."""
    found = balances.trial_balance(as_of=as_of)
    return {row.account: row.balance for row in found if row.balance}


def test_the_last_day_shows_the_accrual_and_the_next_day_nothing(
    books: Books, calculated: Settlement
) -> None:
    done = accrue(books, calculated)
    assert held(LAST_DAY) == {
        "Expenses:Accrued-Carbon-Fee:FEE:CLOUD": Decimal("15000.00"),
        "Expenses:Accrued-Carbon-Fee:FEE:OFFICES": Decimal("300.00"),
        "Income:Accrued-Carbon-Incentive:FEE:CLOUD": Decimal("-200.00"),
        "Liabilities:Accrued-Carbon-Fee:FEE:CLOUD": Decimal("-14800.00"),
        "Liabilities:Accrued-Carbon-Fee:FEE:OFFICES": Decimal("-300.00"),
    }
    assert held(DAY_AFTER) == {}
    entry, reversal = JournalEntry.objects.order_by("pk").select_related("period")
    assert (entry.pk, reversal.pk) == (done.entry_id, done.reversal_id)
    assert (entry.source_type, entry.period.code, entry.entry_date) == (
        "accrual",
        "2023Q1",
        LAST_DAY,
    )
    assert (reversal.reverses_id, reversal.period.code, reversal.entry_date) == (
        entry.pk,
        "2023Q2",
        DAY_AFTER,
    )
    assert (entry.source_id, entry.purpose) == (str(calculated.pk), "accrual")
    assert entry.description == "Accrual of fee 2023Q1 (1), not posted yet"
    assert reversal.description == f"Reversal of entry {entry.pk}: accrual of fee 2023Q1 (1)"
    assert {entry.posted_by, reversal.posted_by} == {books.people["finance"]}
    assert accruals.accrual_of(calculated.pk) == done
    assert accruals.accrual_of(calculated.pk + 1) is None
    assert verification.verify().holds
    assert verification.verify().checked["accruals are taken back"] == 1


def test_lines_stand_by_department_on_accounts_of_their_own(
    books: Books, calculated: Settlement
) -> None:
    done = accrue(books, calculated)
    lines = JournalLine.objects.filter(entry_id=done.entry_id).order_by("pk")
    found = [(line.account.code, line.debit, line.credit) for line in lines]
    assert found == [
        ("Expenses:Accrued-Carbon-Fee:FEE:CLOUD", 1_500_000, 0),
        ("Income:Accrued-Carbon-Incentive:FEE:CLOUD", 0, 20_000),
        ("Liabilities:Accrued-Carbon-Fee:FEE:CLOUD", 0, 1_480_000),
        ("Expenses:Accrued-Carbon-Fee:FEE:OFFICES", 30_000, 0),
        ("Liabilities:Accrued-Carbon-Fee:FEE:OFFICES", 0, 30_000),
    ]
    expense = Account.objects.get(code="Expenses:Accrued-Carbon-Fee:FEE:CLOUD")
    assert (expense.kind, expense.commodity_id) == ("accrued_expense", "USD")
    assert (expense.scheme_id, expense.department) == (
        books.scheme.pk,
        books.departments["CLOUD"],
    )
    assert (expense.scope, expense.category, expense.durability_class) == (None, None, "")


def test_a_code_that_another_department_uses_is_named_and_nothing_is_posted(
    books: Books, calculated: Settlement
) -> None:
    for code in (
        "Expenses:Accrued-Carbon-Fee:FEE:CLOUD",
        "Liabilities:Accrued-Carbon-Fee:FEE:CLOUD",
    ):
        Account.objects.create(
            code=code,
            kind="fee_expense" if code.startswith("E") else "carbon_fund",
            commodity_id="USD",
            department=books.departments["OFFICES"],
        )
    with pytest.raises(AccountCodeTaken) as refused:
        accrue(books, calculated)
    assert (refused.value.scheme, refused.value.missing) == ("fee", 2)
    assert not JournalEntry.objects.exists()


def test_what_is_charged_and_what_is_earned_may_come_to_nothing(books: Books) -> None:
    """8 t at $15 and 3 t removed at $40 are $120 each: no liability. OFFICES only removes."""
    books.emit("CLOUD", FEBRUARY, "8000")
    books.emit("CLOUD", FEBRUARY, "3000", durability_class="medium", removal_state="verified")
    books.emit("OFFICES", FEBRUARY, "1000", durability_class="medium", removal_state="verified")
    accrue(books, books.calculate("2023Q1"))
    assert held(LAST_DAY) == {
        "Expenses:Accrued-Carbon-Fee:FEE:CLOUD": Decimal("120.00"),
        "Income:Accrued-Carbon-Incentive:FEE:CLOUD": Decimal("-120.00"),
        "Income:Accrued-Carbon-Incentive:FEE:OFFICES": Decimal("-40.00"),
        "Liabilities:Accrued-Carbon-Fee:FEE:OFFICES": Decimal("40.00"),
    }


def test_it_is_accrued_once_and_posts_later_as_ever(books: Books, calculated: Settlement) -> None:
    done = accrue(books, calculated)
    assert accrue(books, calculated, "approver") == done
    settlement_run.approve(settlement_id=calculated.pk, by=books.people["approver"], at=NOON)
    assert accrue(books, calculated) == done
    settlement_run.post(settlement_id=calculated.pk, by=books.people["finance"], at=NOON)
    assert JournalEntry.objects.filter(source_type="accrual").count() == 1
    said = r"fee 2023Q1 \(1\) is posted; this step needs it calculated"
    with pytest.raises(WrongState, match=said):
        accrue(books, calculated)
    assert held(DAY_AFTER)["Expenses:Carbon-Fee:FEE:CLOUD"] == Decimal("15000.00")
    assert held(DAY_AFTER)["Equity:Carbon-Fund:FEE"] == Decimal("-15100.00")
    assert not [account for account in held(DAY_AFTER) if "Accrued" in account]
    assert all(
        not check.refuses for check in checklist(period_code="2023Q1", at=NOON)
    )  # control totals are of the settlement, not of its accrual
    assert verification.verify().holds


def test_a_cancelled_settlement_leaves_nothing_to_do(books: Books, calculated: Settlement) -> None:
    accrue(books, calculated)
    settlement_run.cancel(settlement_id=calculated.pk, by=books.people["analyst"], at=NOON)
    assert held(DAY_AFTER) == {}
    assert verification.verify().holds
    again = books.calculate("2023Q1")
    accrue(books, again)  # another settlement, with an accrual of its own
    assert JournalEntry.objects.count() == 4
    assert verification.verify().holds


def test_who_may_not_and_what_can_not_be_accrued(books: Books, calculated: Settlement) -> None:
    for who in ("analyst", "auditor", "admin", "contributor"):
        with pytest.raises(NotAllowed, match=f"^{who} may not accrue a settlement: .* finance"):
            accrue(books, calculated, who)
    settlement_run.cancel(settlement_id=calculated.pk, by=books.people["analyst"], at=NOON)
    with pytest.raises(WrongState, match="is cancelled"):
        accrue(books, calculated)
    waiting = settlement_run.prepare(
        scheme_code="fee", period_code="2023Q1", by=books.people["analyst"]
    )
    with pytest.raises(WrongState, match="is calculating"):
        accrue(books, waiting)
    assert not JournalEntry.objects.exists()


def test_a_settlement_that_moves_no_money_has_nothing_to_accrue(books: Books) -> None:
    books.emit("CLOUD", FEBRUARY, "1000", scope=3, category=1)
    recorded = books.calculate("2023Q1")
    with pytest.raises(NothingToAccrue, match=r"fee 2023Q1 \(1\) would move no money"):
        accrue(books, recorded)
    settlement_run.cancel(settlement_id=recorded.pk, by=books.people["analyst"], at=NOON)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        Scheme.objects.update(mechanism="showback")
        cursor.execute("SET LOCAL session_replication_role = origin")
    books.emit("CLOUD", FEBRUARY, "1000")
    shown = books.calculate("2023Q1")
    with pytest.raises(NothingToAccrue):
        accrue(books, shown)
    assert not JournalEntry.objects.exists()


def test_both_periods_have_to_be_there_and_open_or_nothing_is_posted(books: Books) -> None:
    books.emit("CLOUD", AUGUST, "1000")
    last = books.calculate("2023Q3")
    with pytest.raises(PeriodNotFound, match="2023-10-01"):
        accrue(books, last)
    assert not JournalEntry.objects.exists()
    settlement_run.cancel(settlement_id=last.pk, by=books.people["analyst"], at=NOON)

    books.settle("2023Q2")
    for code in ("2023Q1", "2023Q2"):
        period_close.close(period_code=code, by=books.people["finance"], at=NOON)
    count = JournalEntry.objects.count()
    open_one = books.calculate("2023Q3")
    with connection.cursor() as cursor:  # a period that was closed under a settlement, by force
        cursor.execute("SET LOCAL session_replication_role = replica")
        Settlement.objects.filter(pk=open_one.pk).update(period=books.periods["2023Q2"])
        cursor.execute("SET LOCAL session_replication_role = origin")
    with pytest.raises(PeriodClosed, match="Period 2023Q2 is closed"):
        accrue(books, open_one)
    assert JournalEntry.objects.count() == count


def test_a_restatement_downwards_is_accrued_on_the_other_side(books: Books) -> None:
    first = books.emit("CLOUD", FEBRUARY, "1000")
    books.settle("2023Q1")
    books.emit("CLOUD", FEBRUARY, "400", supersedes=first)
    accrue(books, books.calculate("2023Q2"))
    shown = held(date(2023, 6, 30))
    assert shown["Expenses:Accrued-Carbon-Fee:FEE:CLOUD"] == Decimal("-9.00")
    assert shown["Liabilities:Accrued-Carbon-Fee:FEE:CLOUD"] == Decimal("9.00")
    assert verification.verify().holds


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (
            "UPDATE ledger_journalline SET debit = debit + 100 WHERE debit = 1500000",
            "department CLOUD, accrued_expense: provisional 1500000 minor units, booked 1500100",
        ),
        ("DELETE FROM ledger_journalentry WHERE reverses_id IS NOT NULL", "is not taken back"),
        (
            "UPDATE ledger_journalentry SET entry_date = entry_date + 1 "
            "WHERE reverses_id IS NOT NULL",
            "is taken back on 2023-04-02, not on 2023-04-01",
        ),
        (
            "UPDATE ledger_journalentry SET entry_date = entry_date - 1 WHERE reverses_id IS NULL",
            "is not of the last day of settlement",
        ),
        (
            "UPDATE ledger_journalentry SET source_id = '77' WHERE source_type = 'accrual'",
            "there is no settlement 77",
        ),
    ],
)
def test_verify_names_an_accrual_that_is_not_taken_back_as_it_was(
    books: Books, calculated: Settlement, change: str, finding: str
) -> None:
    accrual = accrue(books, calculated)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(change)
        cursor.execute("SET LOCAL session_replication_role = origin")
    found = [
        (one.place, one.detail)
        for one in verification.verify().findings
        if one.check == "accruals are taken back"
    ]
    assert [place for place, _ in found] == [f"entry {accrual.entry_id}"]
    assert finding in found[0][1]


def test_by_the_command(books: Books, calculated: Settlement) -> None:
    said = StringIO()
    asked = ["--scheme", "fee", "--period", "2023Q1", "--by"]
    call_command("accrue_settlement", *asked, "finance", stdout=said)
    assert said.getvalue().startswith("fee 2023Q1 (1) is accrued by entry ")
    with pytest.raises(CommandError, match="analyst may not accrue") as refused:
        call_command("accrue_settlement", *asked, "analyst")
    assert refused.value.returncode == 1
    assert JournalEntry.objects.count() == 2


def test_by_the_desk(books: Books, calculated: Settlement) -> None:
    finance, analyst = Client(), Client()
    finance.force_login(books.people["finance"])
    analyst.force_login(books.people["analyst"])
    page = reverse("admin:ledger_settlement_change", args=[calculated.pk])
    address = reverse("admin:ledger_settlement_step", args=[calculated.pk, "accrue"])
    shown = analyst.get(page).content.decode()
    assert address not in shown
    assert "Accrue takes the role" not in shown  # not a step that the settlement waits for
    assert address in finance.get(page).content.decode()
    assert "takes them back on the first day" in finance.get(address).content.decode()
    done = finance.post(address, follow=True).content.decode()
    assert "is accrued, and taken back in the next period" in done
    assert address not in done
    accrual = accruals.accrual_of(calculated.pk)
    assert accrual is not None
    assert f"entry {accrual.entry_id}</a>" in done
    calculated.refresh_from_db()
    assert calculated.state == SettlementState.CALCULATED
