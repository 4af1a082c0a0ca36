"""What has to hold before a period closes: every check with its figures, all refusals at once."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from ledger import period_close, posting, settlement_run
from ledger.close_checklist import Check, checklist
from ledger.errors.calendar import PeriodClosed, PeriodNotFound, PeriodNotReady
from ledger.exports.acknowledgement import acknowledge
from ledger.exports.run import export_journal
from ledger.models.accounts import Account
from ledger.models.exports import JournalExport
from ledger.models.journal import JournalEntry
from ledger.models.periods import PeriodSeal
from ledger.models.settlements import Settlement
from pricing.models import CarbonPrice
from tests.ledger.books import NOON, Books, found_scheme
from tests.ledger.by_hand import approve, propose

FEBRUARY, MAY, AUGUST = date(2023, 2, 10), date(2023, 5, 10), date(2023, 8, 10)
STEPS = [
    "earlier_periods_closed",
    "schemes_caught_up",
    "settlements_posted",
    "no_shard_in_quarantine",
    "review_over",
    "disputes_answered",
    "manual_entries_decided",
    "pools_shared_out",
    "exports_acknowledged",
]
TOTALS = [
    "debits_equal_credits",
    "departments_make_the_company",
    "dues_between_legal_entities_eliminate",
    "inventory_times_price_is_the_ledger",
    "mechanisms_share_out_what_is_booked",
]


def checks(period: str, *, at: datetime = NOON) -> dict[str, Check]:
    return {check.name: check for check in checklist(period_code=period, at=at)}


def figures(check: Check) -> dict[str, str]:
    return {figure.label: figure.value for figure in check.figures}


def failing(period: str, *, at: datetime = NOON) -> list[str]:
    return [name for name, check in checks(period, at=at).items() if check.refuses]


def close(books: Books, period: str, *, at: datetime = NOON) -> None:
    period_close.close(period_code=period, by=books.people["finance"], at=at)


def take(books: Books, **selection: Any) -> JournalExport:
    """Finance exports the journal."""
    return export_journal(
        format_name="jsonl", into=BytesIO(), by=books.people["finance"], **selection
    )


def tamper(sql: str, *facts: Any) -> None:
    """Change posted rows past every trigger."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, facts)
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.fixture
def settled(books: Books) -> Books:
    """1,000 t of CLOUD at $15, 20 t of OFFICES market-based, 5 t removed at $40."""
    books.emit("CLOUD", FEBRUARY, "1000000.000001")
    books.emit("OFFICES", FEBRUARY, "20000", scope=2, location_kgco2e="60000")
    books.emit("OFFICES", FEBRUARY, "777", scope=3, category=1)
    books.emit("CLOUD", FEBRUARY, "5000", durability_class="medium", removal_state="verified")
    books.settle("2023Q1")
    return books


def test_every_check_of_a_settled_quarter_with_its_figures(settled: Books) -> None:
    found = checks("2023Q1")
    assert list(found) == STEPS + TOTALS
    assert failing("2023Q1") == []
    assert figures(found["debits_equal_credits"]) == {
        "USD, debit": "15,500.00",
        "USD, credit": "15,500.00",
        "KGCO2E, debit": "1,025,777.000001",
        "KGCO2E, credit": "1,025,777.000001",
    }
    assert figures(found["departments_make_the_company"]) == {
        "USD, department statements (2)": "15,100.00",
        "USD, the company's accounts": "15,100.00",
        "KGCO2E, department statements (2)": "1,015,777.000001",
        "KGCO2E, the company's accounts": "1,015,777.000001",
    }
    assert figures(found["inventory_times_price_is_the_ledger"]) == {
        f"fee, {what}, {side}": value
        for what, value in [
            ("emitted in KGCO2E", "1,020,777.000001"),
            ("removed in KGCO2E", "5,000.000000"),
            ("charged in USD", "15,300.00"),
            ("earned in USD", "200.00"),
        ]
        for side in ("from records", "in the journal")
    }
    assert figures(found["settlements_posted"]) == {"posted": "1"}


def test_a_period_that_was_never_exported_warns_and_closes(settled: Books) -> None:
    found = checks("2023Q1")["exports_acknowledged"]
    assert (found.holds, found.is_warning, found.refuses) == (False, True, False)
    assert "Not exported" in found.what_next
    close(settled, "2023Q1")


def test_late_and_corrected_records_are_recomputed_over_all_settlements(books: Books) -> None:
    """Rounding is on all tonnes so far: 0.3 kg twice is 0.00 and then 0.01."""
    books.emit("CLOUD", FEBRUARY, "0.3")
    wrong = books.emit("CLOUD", FEBRUARY, "4000", scope=2)
    books.emit("OFFICES", FEBRUARY, "1000")
    books.settle("2023Q1")
    close(books, "2023Q1")
    books.emit("CLOUD", FEBRUARY, "0.3")
    moved = books.emit("OFFICES", FEBRUARY, "3000", scope=2, supersedes=wrong)
    never = books.emit("OFFICES", MAY, "9")
    books.emit("OFFICES", MAY, "2000", supersedes=never)
    books.settle("2023Q2")
    books.emit("OFFICES", MAY, "500")
    books.settle("2023Q2")  # a second revision of the open quarter
    found = figures(checks("2023Q2")["inventory_times_price_is_the_ledger"])
    # 0.01 − 60.00 + 45.00 + 30.00 + 7.50
    assert found["fee, charged in USD, from records"] == "22.51"
    assert found["fee, charged in USD, in the journal"] == "22.51"
    assert found["fee, emitted in KGCO2E, from records"] == "1,500.300000"
    assert failing("2023Q2") == []
    close(books, "2023Q2")
    books.emit("CLOUD", FEBRUARY, "2500", scope=2, supersedes=moved)
    books.settle("2023Q3")
    found = figures(checks("2023Q3")["inventory_times_price_is_the_ledger"])
    assert found["fee, charged in USD, from records"] == "-7.50"
    assert failing("2023Q3") == []


def test_two_schemes_are_recomputed_by_their_own_rules(books: Books) -> None:
    found_scheme(books, "second", keeps_atmosphere=False)
    CarbonPrice.objects.create(
        scheme=books.scheme,
        scope=3,
        category=6,
        department=books.departments["CLOUD"],
        price_per_tonne=100,
        in_force=(date(2023, 2, 1), None),
        proposed_by=books.people["analyst"],
        approved_by=books.people["approver"],
    )
    for code in ("CLOUD", "OFFICES"):
        books.emit(code, FEBRUARY, "1000", scope=3, category=6)
        books.emit(code, date(2023, 1, 10), "1000", scope=3, category=6)
    for scheme in ("fee", "second"):
        settlement = settlement_run.prepare(
            scheme_code=scheme, period_code="2023Q1", by=books.people["analyst"]
        )
        settlement_run.calculate(settlement_id=settlement.pk, at=NOON)
        settlement_run.approve(settlement_id=settlement.pk, by=books.people["approver"], at=NOON)
        settlement_run.post(settlement_id=settlement.pk, by=books.people["finance"], at=NOON)
    found = figures(checks("2023Q1")["inventory_times_price_is_the_ledger"])
    assert found["fee, charged in USD, from records"] == "145.00"  # 100 + 3 × 15
    assert found["second, charged in USD, from records"] == "60.00"
    assert found["second, emitted in KGCO2E, from records"] == "0.000000"  # it keeps no tonnes
    assert failing("2023Q1") == []


@pytest.mark.parametrize(
    ("change", "broken", "words"),
    [
        (
            "UPDATE ledger_journalline SET debit = debit + 1 WHERE debit = 1500000",
            ["debits_equal_credits", "inventory_times_price_is_the_ledger"],
            "fee: CLOUD",
        ),
        (
            "UPDATE ledger_journalline SET credit = credit + 1 WHERE credit = 1500000",
            ["debits_equal_credits", "departments_make_the_company"],
            "USD",
        ),
        (
            "UPDATE ledger_settlementline SET amount_minor = amount_minor - 100 "
            "WHERE amount_minor = 1500000",
            ["departments_make_the_company"],
            "USD",
        ),
        (
            "UPDATE inventory_emissionrecord SET market_kgco2e = market_kgco2e + 0.000001 "
            "WHERE market_kgco2e = 777",
            ["inventory_times_price_is_the_ledger"],
            "fee: OFFICES",
        ),
    ],
)
def test_a_cent_or_a_milligram_too_much_keeps_the_period_open(
    settled: Books, change: str, broken: list[str], words: str
) -> None:
    tamper(change)
    assert failing("2023Q1") == broken
    with pytest.raises(PeriodNotReady) as refused:
        close(settled, "2023Q1")
    assert any(words in problem for problem in refused.value.problems)
    assert len(refused.value.problems) == len(broken)
    assert not PeriodSeal.objects.exists()


def test_all_reasons_are_refused_at_once(books: Books) -> None:
    books.emit("CLOUD", FEBRUARY, "1000")
    books.settle("2023Q1")
    books.emit("CLOUD", MAY, "1000")
    books.calculate("2023Q2")
    with pytest.raises(PeriodNotReady) as refused:
        close(books, "2023Q2")
    assert refused.value.problems == [
        "Earlier periods are still open: 2023Q1. Close them first.",
        "Scheme fee is settled up to 2023Q1, not up to 2023Q2. Settle it.",
        "1 settlement is calculated, not posted. Post or cancel it.",
    ]
    assert not PeriodSeal.objects.exists()
    with pytest.raises(PeriodNotFound):
        checklist(period_code="1999", at=NOON)


def test_a_shard_in_quarantine_is_counted(books: Books) -> None:
    found_scheme(books, "second", keeps_atmosphere=False, is_approved=False)
    books.emit("CLOUD", FEBRUARY, "1000")
    settlement = settlement_run.prepare(
        scheme_code="second", period_code="2023Q1", by=books.people["analyst"]
    )
    settlement_run.calculate(settlement_id=settlement.pk, at=NOON)
    found = checks("2023Q1")["no_shard_in_quarantine"]
    assert figures(found)["in quarantine"] == "1"
    assert "1 shard could not be calculated" in found.what_next
    settlement_run.cancel(settlement_id=settlement.pk, by=books.people["analyst"], at=NOON)
    assert checks("2023Q1")["no_shard_in_quarantine"].holds


def test_a_period_closes_only_after_the_last_day_of_review(books: Books) -> None:
    books.emit("CLOUD", FEBRUARY, "1000")
    settlement = books.calculate("2023Q1")
    last_day = date(2023, 5, 1)
    settlement_run.approve(
        settlement_id=settlement.pk,
        by=books.people["approver"],
        at=NOON,
        review_ends_on=last_day,
    )
    settlement_run.post(settlement_id=settlement.pk, by=books.people["finance"], at=NOON)
    on_it = datetime(2023, 5, 1, 23, 59, tzinfo=UTC)
    assert failing("2023Q1", at=on_it) == ["review_over"]
    with pytest.raises(PeriodNotReady, match="dispute their bills until 2023-05-01"):
        close(books, "2023Q1", at=on_it)
    assert not PeriodSeal.objects.exists()
    close(books, "2023Q1", at=on_it + timedelta(minutes=1))


def test_an_export_has_to_be_acknowledged_and_hold_every_line(settled: Books) -> None:
    finance = settled.people["finance"]
    take(settled, period="2023Q1")
    with pytest.raises(PeriodNotReady, match="Acknowledge export 1, once finance"):
        close(settled, "2023Q1")
    acknowledge(sequence=1, by=finance, at=NOON)
    assert failing("2023Q1") == []

    settled.emit("CLOUD", FEBRUARY, "1000")
    settled.settle("2023Q1")
    found = checks("2023Q1")["exports_acknowledged"]
    assert "Lines were posted after export 1" in found.what_next
    take(settled)  # everything there is
    assert "Acknowledge export 2" in checks("2023Q1")["exports_acknowledged"].what_next
    with pytest.raises(PeriodNotReady):
        close(settled, "2023Q1")
    acknowledge(sequence=2, by=finance, at=NOON)
    take(settled)  # an auditor's copy of lines that finance has
    close(settled, "2023Q1")


def test_exports_of_other_lines_say_nothing_about_a_period(settled: Books) -> None:
    take(settled, period="2023Q1", commodity="USD")
    take(settled, period="2023Q2")
    settled.emit("CLOUD", MAY, "1000")
    take(settled)  # before the second quarter had lines
    close_first = checks("2023Q1")["exports_acknowledged"]
    assert "Acknowledge export 3" in close_first.what_next
    acknowledge(sequence=3, by=settled.people["finance"], at=NOON)
    close(settled, "2023Q1")
    settled.settle("2023Q2")
    found = checks("2023Q2")["exports_acknowledged"]
    assert (found.is_warning, figures(found)["exports"]) == (True, "0")


def test_a_closed_period_is_corrected_in_the_open_one(settled: Books) -> None:
    """Reopening is nothing that there is; the mirror of an entry is dated later."""
    expense = Account.objects.get(kind="fee_expense", department__code="CLOUD")
    fund = Account.objects.get(kind="carbon_fund")
    finance = settled.people["finance"]
    entry = posting.post(
        entry_date=date(2023, 3, 31),
        description="a grant",
        lines=[
            posting.Line(fund.pk, "USD", debit=700),
            posting.Line(expense.pk, "USD", credit=700),
        ],
        source=posting.Source("grant", "1", "payment"),
        by=finance,
    )
    close(settled, "2023Q1")
    count = JournalEntry.objects.count()
    correction: dict[str, Any] = {"entry_id": entry, "reason": "paid twice", "by": finance}
    with pytest.raises(PeriodClosed, match="charged by the next settlement, in the open period"):
        posting.reverse(entry_date=date(2023, 3, 31), **correction)
    assert JournalEntry.objects.count() == count
    mirror = posting.reverse(entry_date=date(2023, 4, 1), **correction)
    posted = JournalEntry.objects.select_related("period").get(pk=mirror)
    assert (posted.period.code, posted.period.state, posted.reverses_id) == (
        "2023Q2",
        "open",
        entry,
    )


def test_the_command_exits_1_while_something_fails(settled: Books) -> None:
    said = StringIO()
    call_command("close_checklist", "--period", "2023Q1", stdout=said)
    assert "WARNING  Finance has acknowledged the journal" in said.getvalue()
    assert "ok       Debits equal credits" in said.getvalue()
    told = StringIO()
    with pytest.raises(CommandError, match="2 of 14 checks fail") as refused:
        call_command("close_checklist", "--period", "2023Q2", "--json", stdout=told)
    assert refused.value.returncode == 1
    answer = json.loads(told.getvalue())
    assert (answer["period"], answer["ready"]) == ("2023Q2", False)
    assert [check["name"] for check in answer["checks"]] == STEPS + TOTALS
    assert [check["name"] for check in answer["checks"] if check["what_next"]] == STEPS[:2]
    with pytest.raises(CommandError, match="no accounting period"):
        call_command("close_checklist", "--period", "1999")


def test_the_desk_shows_every_check_with_its_figures(settled: Books) -> None:
    client = Client()
    client.force_login(settled.people["finance"])
    page = reverse("admin:ledger_accountingperiod_change", args=[settled.periods["2023Q1"].pk])
    shown = client.get(page, {"totals": "now"}).content.decode()
    assert "this period is ready to close" in shown
    assert "1,025,777.000001" in shown
    for word in ("holds</span>", "warning</span>"):
        assert word in shown
    later = reverse("admin:ledger_accountingperiod_change", args=[settled.periods["2023Q2"].pk])
    shown = client.get(later).content.decode()
    assert "2 of 9 checks fail. The control totals come on top." in shown
    shown = client.get(later, {"totals": "now"}).content.decode()
    assert "2 of 14 checks fail." in shown
    assert "fails</span>" in shown


def test_a_period_without_records_is_checked_too(books: Books) -> None:
    books.settle("2023Q1")
    assert Settlement.objects.get().record_count == 0
    assert failing("2023Q1") == []
    assert checks("2023Q1")["exports_acknowledged"].holds  # no line, nothing to export
    close(books, "2023Q1")


def test_a_proposal_by_hand_is_decided_before_its_period_closes(settled: Books) -> None:
    proposed = propose(settled, entry_date=FEBRUARY)
    check = checks("2023Q1")["manual_entries_decided"]
    assert figures(check) == {"proposed by hand": "1", "undecided": "1"}
    assert check.what_next == "1 proposed entry waits for a decision. Approve or reject it."
    with pytest.raises(PeriodNotReady):
        close(settled, "2023Q1")
    assert approve(settled, proposed).posted_entry_id is not None
    assert failing("2023Q1") == []
    assert figures(checks("2023Q1")["manual_entries_decided"])["undecided"] == "0"
