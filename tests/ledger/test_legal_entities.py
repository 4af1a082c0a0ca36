"""Two legal entities, worked by hand: each keeps books of its own, and they owe each other.

The carbon fund is in the books of ONE, where CLOUD is too; OFFICES is in those of TWO. A tonne
costs $15, a medium removal earns $40.
"""

from __future__ import annotations

import io
import json
import subprocess
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from beancount import loader
from beancount.core.data import Transaction
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from departments.organisation.constraints import constraint_of
from departments.organisation.models import CostCentre, LegalEntity
from departments.organisation.placement import place_department
from ledger import (
    accruals,
    balances,
    manual_entries,
    period_close,
    posting,
    settlement_run,
    statements,
    verification,
)
from ledger.chart_of_accounts import entity_part
from ledger.close_checklist import Check, checklist
from ledger.errors.journal import AccountCodeTaken, EntryUnbalancedByEntity, LegalEntityNotFound
from ledger.errors.proposals import ManualEntryInvalid
from ledger.exports.registry import FORMATS
from ledger.gl_coverage import gaps
from ledger.gl_mapping import load_gl_mapping
from ledger.journal_lines import journal_rows
from ledger.manual_lines import WrittenLine
from ledger.models.accounts import Account
from ledger.models.journal import JournalEntry
from ledger.models.settlements import Settlement, SettlementLine
from pricing import price_setting
from pricing.models import CarbonPrice, Scheme
from tests.ledger.books import ALWAYS, NOON, Books, found_scheme, open_books
from tests.ledger.test_auditor_pack import check as check_pack
from tests.ledger.test_auditor_pack import pack
from tests.ledger.test_exports import GOLDEN, csv_rows, exported, masked, settle_two_quarters

FEBRUARY, MAY, AUGUST = date(2023, 2, 1), date(2023, 5, 1), date(2023, 8, 1)

FEE, FEE_TWO = "Expenses:Carbon-Fee:FEE:CLOUD", "Expenses:Carbon-Fee:FEE:OFFICES:TWO"
INCOME_TWO = "Income:Carbon-Incentive:FEE:OFFICES:TWO"
FUND = "Equity:Carbon-Fund:FEE"
DUE_TO, DUE_FROM = "Liabilities:Due-To:TWO:ONE:FEE", "Assets:Due-From:ONE:TWO:FEE"
BY_ENTITY = "books of legal entities balance"
IN_THEIR_BOOKS = "departments are in their books"


@pytest.fixture
def group(db: None) -> Books:
    """The fund in the books of ONE; OFFICES in those of TWO."""
    return open_books(fund_in="ONE", offices_in="TWO")


@pytest.fixture
def settled(group: Books) -> Books:
    """Q1: CLOUD 200 t; OFFICES 100 t and 10 t removed. Q2: 20 t late. Q3: the 100 t were 90 t."""
    group.emit("CLOUD", FEBRUARY, "200000")
    first = group.emit("OFFICES", FEBRUARY, "100000")
    group.emit("OFFICES", FEBRUARY, "10000", durability_class="medium", removal_state="verified")
    group.settle("2023Q1")
    group.emit("OFFICES", FEBRUARY, "20000")
    group.settle("2023Q2")
    group.emit("OFFICES", FEBRUARY, "90000", supersedes=first)
    group.settle("2023Q3")
    return group


def entry(period: str, department: str, purpose: str = "charge") -> list[tuple[str, str, str]]:
    """The money lines of an entry: whose books, the account, debit less credit."""
    return [
        (row.legal_entity, row.account, f"{row.debit - row.credit:f}")
        for row in journal_rows(period=period, commodity="USD")
        if (row.department, row.purpose) == (department, purpose)
    ]


def held(**asked: Any) -> dict[str, str]:
    """What accounts hold in money: debit less credit."""
    found = balances.trial_balance(**asked)
    return {row.account: f"{row.balance:f}" for row in found if row.commodity == "USD"}


def total(name: str, period: str) -> Check:
    """A line of the close checklist."""
    found = checklist(period_code=period, at=NOON)
    return next(check for check in found if check.name == name)


# --- the worked example -------------------------------------------------------------------------


def test_a_fee_is_four_lines_two_in_the_books_of_each(settled: Books) -> None:
    assert entry("2023Q1", "OFFICES") == [  # 100 t × $15
        ("ONE", DUE_FROM, "1500.00"),
        ("TWO", FEE_TWO, "1500.00"),
        ("ONE", FUND, "-1500.00"),
        ("TWO", DUE_TO, "-1500.00"),
    ]
    assert entry("2023Q1", "CLOUD") == [("ONE", FEE, "3000.00"), ("ONE", FUND, "-3000.00")]


def test_an_incentive_is_the_mirror(settled: Books) -> None:
    assert entry("2023Q1", "OFFICES", "incentive") == [  # 10 t × $40
        ("ONE", FUND, "400.00"),
        ("TWO", DUE_TO, "400.00"),
        ("ONE", DUE_FROM, "-400.00"),
        ("TWO", INCOME_TWO, "-400.00"),
    ]


def test_a_late_true_up_and_what_is_taken_back_go_the_same_way(settled: Books) -> None:
    assert entry("2023Q2", "OFFICES") == [  # 20 t × $15
        ("ONE", DUE_FROM, "300.00"),
        ("TWO", FEE_TWO, "300.00"),
        ("ONE", FUND, "-300.00"),
        ("TWO", DUE_TO, "-300.00"),
    ]
    assert entry("2023Q3", "OFFICES") == [  # 10 t × $15 back
        ("ONE", FUND, "150.00"),
        ("TWO", DUE_TO, "150.00"),
        ("ONE", DUE_FROM, "-150.00"),
        ("TWO", FEE_TWO, "-150.00"),
    ]


def test_the_books_of_each_are_what_was_worked_by_hand(settled: Books) -> None:
    # 1,500 + 300 − 150 = 1,650 of fees, less 400 earned: TWO owes ONE 1,250.
    assert held(legal_entity="TWO") == {
        FEE_TWO: "1650.00",
        INCOME_TWO: "-400.00",
        DUE_TO: "-1250.00",
    }
    assert held(legal_entity="ONE") == {FEE: "3000.00", DUE_FROM: "1250.00", FUND: "-4250.00"}
    assert balances.fund_balance(scheme_id=settled.scheme.pk) == Decimal("4250.00")
    assert verification.verify().findings == ()


def test_kilograms_never_go_between_legal_entities(settled: Books) -> None:
    kilograms = {
        row.account: f"{row.balance:f}"
        for row in balances.trial_balance()
        if row.commodity == "KGCO2E"
    }
    assert kilograms == {  # 200 t, 100 + 20 − 10 t, 10 t removed; no account names a legal entity
        "Expenses:Emissions:CLOUD:Scope-1": "200000.000000",
        "Expenses:Emissions:OFFICES:Scope-1": "110000.000000",
        "Income:Removals:OFFICES:Medium": "-10000.000000",
        "Equity:Atmosphere": "-300000.000000",
    }
    assert not Account.objects.filter(commodity="KGCO2E", legal_entity__isnull=False).exists()


def test_a_statement_says_whose_books_its_lines_are_in(settled: Books) -> None:
    found = {
        department: statements.statement_of(
            department_code=department, scheme_code="fee", period_code="2023Q1"
        )
        for department in ("CLOUD", "OFFICES")
    }
    assert {line.legal_entity for line in found["OFFICES"].lines} == {"TWO"}
    assert {line.legal_entity for line in found["CLOUD"].lines} == {"ONE"}
    content = statements.statement_content(found["OFFICES"])
    assert [line["legal_entity"] for line in content["lines"]] == ["TWO", "TWO"]
    assert (found["OFFICES"].charged, found["OFFICES"].earned) == (Decimal("1500"), Decimal("400"))


def test_periods_close_and_show_that_dues_eliminate(settled: Books) -> None:
    for period, owed in (("2023Q1", "1,100.00"), ("2023Q2", "300.00"), ("2023Q3", "-150.00")):
        dues = total("dues_between_legal_entities_eliminate", period)
        assert dues.holds
        assert [(figure.label, figure.value) for figure in dues.figures] == [
            ("fee, TWO owes ONE in USD, its own books", owed),
            ("fee, TWO owes ONE in USD, the other's books", owed),
        ]
        assert not any(found.refuses for found in checklist(period_code=period, at=NOON))
        period_close.close(period_code=period, by=settled.people["finance"], at=NOON)
    assert verification.verify().findings == ()


# --- departments that move ----------------------------------------------------------------------


def move(books: Books, department: str, entity: str, day: date) -> None:
    place_department(
        department=books.departments[department],
        parent=None,
        legal_entity=LegalEntity.objects.get(code=entity),
        from_on=day,
        by=books.people["admin"],
    )


def test_a_move_in_mid_quarter_splits_the_entry_by_the_day_of_each_activity(group: Books) -> None:
    move(group, "CLOUD", "TWO", date(2023, 2, 15))
    group.emit("CLOUD", date(2023, 2, 14), "1000")
    group.emit("CLOUD", date(2023, 2, 15), "3000")
    group.settle("2023Q1")
    cloud_two = "Expenses:Carbon-Fee:FEE:CLOUD:TWO"
    assert entry("2023Q1", "CLOUD") == [
        ("ONE", DUE_FROM, "45.00"),
        ("ONE", FEE, "15.00"),
        ("TWO", cloud_two, "45.00"),
        ("ONE", FUND, "-60.00"),
        ("TWO", DUE_TO, "-45.00"),
    ]
    group.emit("CLOUD", date(2023, 2, 1), "2000")  # late: in the books it was in on that day
    group.settle("2023Q2")
    assert entry("2023Q2", "CLOUD") == [("ONE", FEE, "30.00"), ("ONE", FUND, "-30.00")]
    found = statements.statement_lines(scheme_code="fee", period_code="2023Q1")
    assert sorted((line.legal_entity, line.amount) for line in found) == [
        ("ONE", Decimal("15.00")),
        ("TWO", Decimal("45.00")),
    ]
    assert verification.verify().findings == ()
    for period in ("2023Q1", "2023Q2"):
        period_close.close(period_code=period, by=group.people["finance"], at=NOON)


def test_each_books_rounds_for_itself(group: Books) -> None:
    """0.1 t + 0.1 t at $15.03: $1.50 + $1.50 in two books, $3.01 if they were one."""
    CarbonPrice.objects.create(
        scheme=group.scheme,
        department=group.departments["CLOUD"],
        price_per_tonne=Decimal("15.03"),
        in_force=ALWAYS,
        proposed_by=group.people["analyst"],
        approved_by=group.people["approver"],
    )
    move(group, "CLOUD", "TWO", date(2023, 2, 15))
    for day in (date(2023, 2, 14), date(2023, 2, 15)):
        group.emit("CLOUD", day, "100")
    group.settle("2023Q1")
    assert held()[FUND] == "-3.00"
    assert total("inventory_times_price_is_the_ledger", "2023Q1").holds
    assert verification.verify().findings == ()


def test_a_move_that_is_made_known_later_changes_no_settlement_that_began(group: Books) -> None:
    first = group.emit("CLOUD", FEBRUARY, "1000")
    settlement = group.calculate("2023Q1")
    move(group, "CLOUD", "TWO", date(2023, 1, 1))
    settlement_run.approve(settlement_id=settlement.pk, by=group.people["approver"], at=NOON)
    settlement_run.post(settlement_id=settlement.pk, by=group.people["finance"], at=NOON)
    assert entry("2023Q1", "CLOUD") == [("ONE", FEE, "15.00"), ("ONE", FUND, "-15.00")]
    group.emit("CLOUD", FEBRUARY, "3000", supersedes=first)  # back from ONE, anew in TWO
    group.settle("2023Q2")
    assert held(legal_entity="ONE") == {FEE: "0.00", DUE_FROM: "45.00", FUND: "-45.00"}
    assert held(legal_entity="TWO")["Expenses:Carbon-Fee:FEE:CLOUD:TWO"] == "45.00"
    assert verification.verify().findings == ()
    for period in ("2023Q1", "2023Q2"):
        period_close.close(period_code=period, by=group.people["finance"], at=NOON)


def test_a_department_in_nobodys_books_pays_in_those_of_the_fund(group: Books) -> None:
    group.departments["OFFICES"].placements.all().delete()
    group.emit("OFFICES", FEBRUARY, "1000")
    group.settle("2023Q1")
    assert held() == {"Expenses:Carbon-Fee:FEE:OFFICES": "15.00", FUND: "-15.00"}


# --- accruals and entries by hand ---------------------------------------------------------------


def test_an_accrual_stays_in_the_books_of_its_department(group: Books) -> None:
    group.emit("OFFICES", FEBRUARY, "1000")
    settlement = group.calculate("2023Q1")
    accruals.accrue(settlement_id=settlement.pk, by=group.people["finance"])
    assert held(legal_entity="TWO", as_of=date(2023, 3, 31)) == {
        "Expenses:Accrued-Carbon-Fee:FEE:OFFICES:TWO": "15.00",
        "Liabilities:Accrued-Carbon-Fee:FEE:OFFICES:TWO": "-15.00",
    }
    assert set(held(legal_entity="TWO").values()) == {"0.00"}
    assert verification.verify().findings == ()


def by_hand(books: Books, *lines: WrittenLine) -> Any:
    return manual_entries.propose(
        entry_date=MAY,
        description="Fee of a site that was sold",
        reason="The buyer takes it over",
        lines=lines,
        by=books.people["analyst"],
        at=NOON,
    )


def test_an_entry_by_hand_balances_in_the_books_of_each_and_is_reversed_so(settled: Books) -> None:
    with pytest.raises(ManualEntryInvalid) as refusal:
        by_hand(settled, WrittenLine(FEE_TWO, credit="12.50"), WrittenLine(FUND, debit="12.50"))
    assert "In the books of ONE debits are 12.50 USD and credits 0.00." in str(refusal.value)
    assert "In the books of TWO debits are 0.00 USD and credits 12.50." in str(refusal.value)
    before = held()
    proposed = by_hand(
        settled,
        WrittenLine(FEE_TWO, credit="12.50"),
        WrittenLine(DUE_TO, debit="12.50"),
        WrittenLine(DUE_FROM, credit="12.50"),
        WrittenLine(FUND, debit="12.50"),
    )
    approver, finance = settled.people["approver"], settled.people["finance"]
    manual_entries.approve(manual_entry_id=proposed.pk, by=approver, at=NOON)
    assert held()[DUE_TO] == "-1237.50"
    reversal = manual_entries.propose_reversal(
        manual_entry_id=proposed.pk, entry_date=AUGUST, reason="typed twice", by=finance, at=NOON
    )
    manual_entries.approve(manual_entry_id=reversal.pk, by=approver, at=NOON)
    assert held() == before
    assert verification.verify().findings == ()


def test_the_posting_door_refuses_with_the_numbers_of_each_books(settled: Books) -> None:
    accounts = dict(Account.objects.values_list("code", "pk"))
    with pytest.raises(EntryUnbalancedByEntity) as refusal:
        posting.post(
            entry_date=MAY,
            description="across",
            lines=[
                posting.Line(accounts[FEE_TWO], "USD", debit=100),
                posting.Line(accounts[FUND], "USD", credit=100),
            ],
            source=posting.Source("note", "1", "charge"),
            by=settled.people["finance"],
        )
    assert refusal.value.differing == [("ONE", "USD", 0, 100), ("TWO", "USD", 100, 0)]
    assert not JournalEntry.objects.filter(source_type="note").exists()


def test_accounts_of_a_scheme_that_tells_no_books_apart_stand_alone(settled: Books) -> None:
    found_scheme(settled, "old", keeps_atmosphere=False)
    settled.scheme = Scheme.objects.get(code="old")
    settled.emit("CLOUD", AUGUST, "1000")
    settled.settle("2023Q3")
    assert held()["Expenses:Carbon-Fee:OLD:OFFICES"] == "1650.00"
    assert Account.objects.get(code="Equity:Carbon-Fund:OLD").legal_entity is None
    with pytest.raises(ManualEntryInvalid, match="On accounts of no legal entity debits are 1"):
        by_hand(
            settled,
            WrittenLine("Equity:Carbon-Fund:OLD", debit="1"),
            WrittenLine(FUND, credit="1"),
        )
    assert verification.verify().findings == ()


# --- one legal entity ---------------------------------------------------------------------------


def json_rows(text: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("format_name", ["generic-csv", "jsonl"])
def test_one_legal_entity_makes_the_golden_files(db: None, format_name: str) -> None:
    """They are of a scheme that tells no books apart; nothing else differs than that an entry by
    hand, which has no department, says whose books it is in."""
    books = open_books(fund_in="ONE")
    settle_two_quarters(books)
    read = csv_rows if format_name == "generic-csv" else json_rows
    now = read(masked(exported(books, format_name)[0], format_name))
    was = read((GOLDEN / f"journal.{FORMATS[format_name].extension}").read_bytes().decode())
    for row in was:
        if row["commodity"] == "USD":
            row["legal_entity"] = "ONE"
    assert now == was
    assert not Account.objects.filter(counterparty__isnull=False).exists()
    assert "entity_rules" in Settlement.objects.earliest("pk").rules
    assert verification.verify().findings == ()


def test_accounts_of_no_legal_entity_are_sealed_as_they_always_were(books: Books) -> None:
    """The text that was hashed before there were legal entities on accounts."""
    books.emit("CLOUD", FEBRUARY, "1000")
    books.settle("2023Q1")
    with connection.cursor() as cursor:
        cursor.execute("SELECT account_id, encode(sha256, 'hex') FROM hashes_of_accounts()")
        hashes = dict(cursor.fetchall())
    assert len(hashes) == 4
    for account in Account.objects.select_related("commodity"):
        dimensions = (account.scheme_id, account.department_id, account.scope, account.category)
        fields = [account.pk, account.code, account.kind, account.commodity_id]
        fields += [account.commodity.exponent, *dimensions, account.durability_class]
        words = "|".join("" if field is None else str(field) for field in fields)
        assert hashes[account.pk] == sha256(words.encode()).hexdigest()


# --- exports ------------------------------------------------------------------------------------


def cost_centres(books: Books) -> None:
    """CLOUD has one in the books of ONE; OFFICES in those of TWO, and one more in those of ONE."""
    for code, entity, department in [
        ("CC-CLOUD", "ONE", "CLOUD"),
        ("CC-OFFICES", "TWO", "OFFICES"),
        ("CC-FUND", "ONE", "OFFICES"),
    ]:
        CostCentre.objects.create(
            code=code,
            name=code,
            legal_entity=LegalEntity.objects.get(code=entity),
            department=books.departments[department],
        )


def test_each_line_of_an_export_is_in_its_own_books(settled: Books) -> None:
    cost_centres(settled)
    rows = csv_rows(exported(settled, "generic-csv")[0])
    found = {
        (row["account"], row["department"]): (row["legal_entity"], row["cost_centre"])
        for row in rows
        if row["commodity"] == "USD"
    }
    assert found == {
        (FEE, "CLOUD"): ("ONE", "CC-CLOUD"),
        (FUND, "CLOUD"): ("ONE", "CC-CLOUD"),
        (FEE_TWO, "OFFICES"): ("TWO", "CC-OFFICES"),
        (INCOME_TWO, "OFFICES"): ("TWO", "CC-OFFICES"),
        (DUE_TO, "OFFICES"): ("TWO", "CC-OFFICES"),
        (DUE_FROM, "OFFICES"): ("ONE", "CC-FUND"),
        (FUND, "OFFICES"): ("ONE", "CC-FUND"),
    }
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        if row["commodity"] == "USD":
            side = Decimal(row["debit"]) - Decimal(row["credit"])
            sums[row["entry_id"], row["legal_entity"]] += side
    assert set(sums.values()) == {Decimal(0)}


def test_the_text_that_postgresql_writes_says_what_the_rows_say(settled: Books) -> None:
    """Both ways read legal entity and cost centre: with cost centres here and there, and after a
    move that makes the entries' department be in other books than their lines."""
    cost_centres(settled)
    move(settled, "OFFICES", "ONE", date(2023, 6, 30))
    written = [json.loads(line) for line in exported(settled, "jsonl")[0].splitlines()]
    found = {row["line_id"]: (row["legal_entity"], row["cost_centre"]) for row in written}
    assert found == {row.line_id: (row.legal_entity, row.cost_centre) for row in journal_rows()}
    assert len(set(found.values())) == 3


def test_beancount_and_hledger_accept_the_books_of_a_group(
    settled: Books, tmp_path: Path, require_program: Callable[..., str]
) -> None:
    text, _ = exported(settled, "beancount")
    entries, errors, _ = loader.load_string(text, dedent=False)
    assert errors == []
    (fee,) = [
        found
        for found in entries
        if isinstance(found, Transaction) and found.meta.get("period") == "2023Q2"
    ]
    by_account = {leg.account: (leg.meta or {}).get("legal-entity") for leg in fee.postings}
    assert (by_account[FEE_TWO], by_account[DUE_FROM], by_account[FUND]) == ("TWO", "ONE", "ONE")
    assert "legal-entity" not in fee.meta
    file = tmp_path / "books.beancount"
    file.write_text(text)
    bean = subprocess.run([require_program("bean-check"), file], capture_output=True, check=False)
    assert (bean.returncode, bean.stderr) == (0, b"")
    journal = tmp_path / "books.journal"
    journal.write_text(exported(settled, "hledger")[0])
    for checks in ([], ["accounts", "commodities", "ordereddates", "balanced"]):
        done = subprocess.run(
            [require_program("hledger"), "-f", journal, "check", *checks],
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")


def test_the_general_ledger_covers_the_accounts_between_entities(settled: Books) -> None:
    found = [(gap.legal_entity, gap.account_kind, gap.line_count) for gap in gaps()]
    assert found == [
        ("ONE", "carbon_fund", 5),
        ("ONE", "due_from", 4),
        ("ONE", "fee_expense", 1),
        ("TWO", "due_to", 4),
        ("TWO", "fee_expense", 3),
        ("TWO", "incentive_income", 1),
    ]
    rows = [
        {"legal_entity": entity, "account_kind": kind, "gl_account": f"{entity}-{kind}"}
        for entity, kind, _ in found
    ]
    load_gl_mapping(rows, by=settled.people["finance"], at=NOON)
    assert gaps() == []
    mapped = {
        (row["account"], row["gl_account"])
        for row in csv_rows(exported(settled, "generic-csv", commodity="USD")[0])
    }
    assert mapped == {
        (FEE, "ONE-fee_expense"),
        (FUND, "ONE-carbon_fund"),
        (DUE_FROM, "ONE-due_from"),
        (DUE_TO, "TWO-due_to"),
        (FEE_TWO, "TWO-fee_expense"),
        (INCOME_TWO, "TWO-incentive_income"),
    }


def test_an_auditor_pack_proves_the_books_of_each(settled: Books, tmp_path: Path) -> None:
    for period in ("2023Q1", "2023Q2"):
        period_close.close(period_code=period, by=settled.people["finance"], at=NOON)
    folder = pack(tmp_path)
    status, said = check_pack(folder)
    assert (status, "each legal entity's books" in said) == (0, True)
    accounts = folder / "accounts.jsonl"
    kept = [json.loads(line) for line in accounts.read_text().splitlines()]
    for row in kept:
        if row["code"] == FEE_TWO:
            row["legal_entity"] = kept[0]["legal_entity"] or 1
    accounts.write_text("".join(json.dumps(row) + "\n" for row in kept))
    status, said = check_pack(folder)
    assert status == 1
    assert "is not as it was sealed" in said
    assert "debits and credits in USD of legal entity" in said


# --- doors --------------------------------------------------------------------------------------


def test_the_trial_balance_of_one_legal_entity(settled: Books, client: Client) -> None:
    out = io.StringIO()
    call_command("trial_balance", "--legal-entity", "TWO", "--json", stdout=out)
    found = json.loads(out.getvalue())["accounts"]
    assert {row["account"]: row["balance"] for row in found} == held(legal_entity="TWO")
    with pytest.raises(CommandError, match="no legal entity 'THREE'"):
        call_command("trial_balance", "--legal-entity", "THREE")
    client.force_login(settled.people["finance"])
    answer = client.get("/api/v1/trial-balance/", {"legal_entity": "ONE"}).json()
    assert {row["account"]: row["balance"] for row in answer["accounts"]} == held(
        legal_entity="ONE"
    )
    assert [found["balances"] for found in answer["totals"]] == [True]
    assert client.get("/api/v1/trial-balance/", {"legal_entity": "X"}).status_code == 404
    with pytest.raises(LegalEntityNotFound):
        balances.trial_balance(legal_entity="X")


def test_pages_say_whose_books(settled: Books, client: Client) -> None:
    client.force_login(settled.people["finance"])
    line = SettlementLine.objects.filter(legal_entity__code="TWO").earliest("pk")
    assert b"In the books of TWO." in client.get(reverse("portal:line", args=[line.pk])).content
    posted = JournalEntry.objects.get(department__code="OFFICES", period__code="2023Q2")
    page = client.get(reverse("admin:ledger_journalentry_change", args=[posted.pk])).content
    assert page.count(b"books of TWO") == page.count(b"books of ONE") == 2
    account = Account.objects.get(code=DUE_TO)
    page = client.get(reverse("admin:ledger_account_change", args=[account.pk])).content
    assert b"ONE \xc2\xb7 One" in page
    assert b"TWO \xc2\xb7 Two" in page


def test_departments_see_no_dues(settled: Books, client: Client) -> None:
    client.force_login(settled.people["contributor"])
    rows = client.get("/api/v1/journal-lines/").json()["data"]
    assert {row["account"] for row in rows} == {FEE, "Expenses:Emissions:CLOUD:Scope-1"}


def test_a_scheme_names_its_fund_entity_when_it_is_made_and_for_life(group: Books) -> None:
    scheme = price_setting.create_scheme(
        code="second",
        name="Second",
        currency="EUR",
        starts_on=FEBRUARY,
        coverage=[(1, None)],
        fund_entity=LegalEntity.objects.get(code="TWO"),
    )
    assert scheme.fund_entity is not None
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        Scheme.objects.filter(pk=scheme.pk).update(fund_entity=None)
    assert constraint_of(refusal.value) == "pricing_scheme_never_changes"
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        LegalEntity.objects.filter(code="TWO").update(code="ZWEI")
    assert constraint_of(refusal.value) == "organisation_legal_entity_code_never_changes"


@pytest.mark.parametrize(
    ("code", "part"), [("DE20", "DE20"), ("de_20 Süd", "DE-20-S-D"), ("_", "ENTITY-7")]
)
def test_codes_of_legal_entities_become_parts_of_account_codes(code: str, part: str) -> None:
    assert entity_part(LegalEntity(pk=7, code=code)) == part


def test_two_legal_entities_with_the_same_part_are_refused(group: Books) -> None:
    other = LegalEntity.objects.create(code="two", name="other", country="DE", currency="EUR")
    group.departments["CLOUD"].placements.update(legal_entity=other)
    group.emit("CLOUD", FEBRUARY, "1000")
    with pytest.raises(AccountCodeTaken, match="legal entity already uses their account code"):
        group.calculate("2023Q1")
    assert not Settlement.objects.exists()


# --- promises -----------------------------------------------------------------------------------


def tamper(sql: str, **facts: Any) -> None:
    """Change rows behind every guard, as the owner of the database can."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, facts)
        cursor.execute("SET LOCAL session_replication_role = origin")


def found(check: str) -> list[tuple[str, str]]:
    """What a check of verify names: the place, and what is wrong there."""
    findings = verification.verify().findings
    return [(finding.place, finding.detail) for finding in findings if finding.check == check]


def line_of(account: str, period: str) -> int:
    return next(row.line_id for row in journal_rows(period=period, account=account))


def account_id(code: str) -> int:
    return Account.objects.get(code=code).pk


def test_verify_names_an_entry_whose_line_went_to_other_books(settled: Books) -> None:
    """Both sides still balance: only whose books they are in has changed."""
    tamper(
        "UPDATE ledger_journalline SET account_id = %(to)s WHERE id = %(line)s",
        line=line_of(DUE_TO, "2023Q2"),
        to=account_id(FUND),
    )
    number = JournalEntry.objects.get(department__code="OFFICES", period__code="2023Q2").pk
    assert found(BY_ENTITY) == [
        (f"entry {number}", "in the books of ONE: debit 30000, credit 60000 (minor units of USD)"),
        (f"entry {number}", "in the books of TWO: debit 30000, credit 0 (minor units of USD)"),
        ("what TWO owes ONE in 2023Q2", "due to 0, due from 30000 (minor units of USD)"),
    ]
    assert not total("dues_between_legal_entities_eliminate", "2023Q2").holds


def test_verify_names_an_account_in_other_books_than_its_schemes(settled: Books) -> None:
    tamper(
        "UPDATE ledger_account SET legal_entity_id = NULL WHERE id = %(id)s", id=account_id(FUND)
    )
    wrong = (f"account {FUND}", "is not in the books that its scheme says")
    assert wrong in found(BY_ENTITY)


def test_verify_names_a_statement_line_in_the_books_of_another(settled: Books) -> None:
    """CLOUD's whole charge moved to TWO, with its accounts: each of the books still balances."""
    line = SettlementLine.objects.get(department__code="CLOUD")
    two = LegalEntity.objects.get(code="TWO")
    tamper(
        "UPDATE ledger_settlementline SET legal_entity_id = %(two)s WHERE id = %(id)s",
        id=line.pk,
        two=two.pk,
    )
    record = line.settled_records.get().emission_record_id
    detail = f"is in the books of TWO; record {record} belongs in those of ONE"
    assert found(IN_THEIR_BOOKS) == [(f"statement line {line.pk}", detail)]


ACROSS = """
    WITH entry AS (
        INSERT INTO ledger_journalentry (entry_date, period_id, description, source_type, source_id,
                                         purpose, posted_by_id)
        SELECT '2023-05-01', p.id, 'across', 'note', 'x', 'charge', %(by)s
          FROM ledger_accountingperiod p WHERE code = '2023Q2' RETURNING id, period_id
    ), source AS (
        INSERT INTO ledger_postedsource (source_type, source_id, purpose, entry_id, period_id)
        SELECT 'note', 'x', 'charge', id, period_id FROM entry
    )
    INSERT INTO ledger_journalline (entry_id, period_id, account_id, commodity_id, debit, credit)
    SELECT entry.id, period_id, side.account_id, 'USD', side.debit, side.credit
      FROM entry, (VALUES (%(debit)s, 100, 0), (%(credit)s, 0, 100)) side(account_id, debit, credit)
"""


def test_raw_sql_can_not_post_across_the_books(settled: Books) -> None:
    by = settled.people["finance"].pk
    count = JournalEntry.objects.count()
    facts = {"by": by, "debit": account_id(FEE_TWO), "credit": account_id(FUND)}
    with (
        pytest.raises(IntegrityError) as refusal,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(ACROSS, facts)
    assert constraint_of(refusal.value) == "ledger_entry_balances_by_entity"
    assert JournalEntry.objects.count() == count
    with connection.cursor() as cursor:
        cursor.execute(ACROSS, facts | {"debit": account_id(FEE)})
    assert JournalEntry.objects.count() == count + 1


@pytest.mark.parametrize(
    ("facts", "promise"),
    [
        ({"kind": "fee_expense"}, "ledger_account_is_in_its_books"),
        ({"kind": "carbon_fund", "legal_entity": "TWO"}, "ledger_account_is_in_its_books"),
        ({"kind": "due_to", "legal_entity": "TWO"}, "ledger_due_account_names_both_entities"),
        (
            {"kind": "due_to", "legal_entity": "ONE", "counterparty": "ONE"},
            "ledger_due_account_names_both_entities",
        ),
        (
            {"kind": "due_to", "legal_entity": "ONE", "counterparty": "TWO"},
            "ledger_account_is_in_its_books",
        ),
        (
            {"kind": "fee_expense", "legal_entity": "ONE", "counterparty": "TWO"},
            "ledger_due_account_names_both_entities",
        ),
    ],
)
def test_no_account_stands_in_the_wrong_books(
    settled: Books, facts: dict[str, str], promise: str
) -> None:
    entities = {entity.code: entity for entity in LegalEntity.objects.all()}
    of = {name: entities[code] for name, code in facts.items() if name != "kind"}
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        Account.objects.create(
            code="Equity:Wrong", kind=facts["kind"], commodity_id="USD", scheme=settled.scheme, **of
        )
    assert constraint_of(refusal.value) == promise
