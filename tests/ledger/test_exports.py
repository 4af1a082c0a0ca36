"""Exports: judged by beancount and hledger, equal to the trial balance, the same bytes again."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import threading
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from beancount import loader
from beancount.core.data import Balance, Transaction
from django.core.management import CommandError, call_command
from django.db import connections
from hypothesis import example, given
from hypothesis import strategies as st

from departments.organisation.models import CostCentre
from ledger import balances, period_close, posting
from ledger.errors.calendar import PeriodNotFound
from ledger.errors.exports import ExportChanged, ExportFormatUnknown, ExportNotFound
from ledger.errors.journal import CommodityNotFound
from ledger.errors.settlements import NotAllowed
from ledger.exports import beancount, hledger
from ledger.exports.columns import NAMES
from ledger.exports.registered import manifest_of
from ledger.exports.registry import FORMATS
from ledger.exports.run import export_journal, reissue
from ledger.journal_lines import JournalRow
from ledger.models.accounts import Account
from ledger.models.exports import JournalExport
from pricing.errors import SchemeNotFound
from tests.ledger.books import NOON, Books, open_books

NASTY = 'He said "50 % off"; \\n, =1+1\n  ; date:2020-01-01 [2021-01-01] | é 전'


def settle_two_quarters(books: Books) -> None:
    """Charges on all scopes, a removal, a true-up, an odd milligram, a reversed manual entry."""
    first = books.emit("CLOUD", date(2023, 2, 1), "1000000.000001")
    books.emit("OFFICES", date(2023, 2, 2), "20000.5", scope=2, location_kgco2e="60000")
    books.emit("OFFICES", date(2023, 2, 2), "777", scope=3, category=1)
    books.emit(
        "CLOUD", date(2023, 3, 1), "5000", durability_class="medium", removal_state="verified"
    )
    books.settle("2023Q1")
    period_close.close(period_code="2023Q1", by=books.people["finance"], at=NOON)
    books.emit("CLOUD", date(2023, 2, 1), "1000250", supersedes=first)
    books.emit("CLOUD", date(2023, 5, 1), "31.4", scope=3, category=6)
    books.settle("2023Q2")
    # dated before the settlement's entries, written after them
    correct_by_hand(books, date(2023, 4, 20))


def correct_by_hand(books: Books, day: date) -> int:
    """An entry and its reversal, with a description that tries every program's syntax."""
    fee = Account.objects.get(code="Expenses:Carbon-Fee:FEE:CLOUD")
    fund = Account.objects.get(code="Equity:Carbon-Fund:FEE")
    entry = posting.post(
        entry_date=day,
        description=NASTY,
        lines=[
            posting.Line(fee.pk, "USD", debit=125),
            posting.Line(fund.pk, "USD", credit=125),
        ],
        source=posting.Source("note", '=HYPERLINK("x"), a;b', "correction"),
        by=books.people["finance"],
    )
    return posting.reverse(
        entry_id=entry, entry_date=day, reason="typed twice", by=books.people["finance"]
    )


@pytest.fixture
def settled(books: Books) -> Books:
    settle_two_quarters(books)
    return books


TEXTS = [name for name, known in FORMATS.items() if not known.book and not known.is_erp]


def exported(books: Books, format_name: str, **selection: Any) -> tuple[str, JournalExport]:
    """The text of an export made by finance, and its registration."""
    file = io.BytesIO()
    export = export_journal(
        format_name=format_name, into=file, by=books.people["finance"], **selection
    )
    assert sha256(file.getvalue()).hexdigest() == export.sha256
    return file.getvalue().decode(), export


def csv_rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def books_balances() -> dict[str, Decimal]:
    """What each account holds, as the trial balance has it."""
    return {row.account: row.balance for row in balances.trial_balance()}


# --- every format says what the books say -----------------------------------------------------


def test_csv_sums_to_the_trial_balance(settled: Books) -> None:
    text, export = exported(settled, "generic-csv")
    assert text.startswith(",".join(NAMES) + "\r\n")
    assert "\r\n" in text
    rows = csv_rows(text)
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        sums[row["account"]] += Decimal(row["debit"]) - Decimal(row["credit"])
    assert dict(sums) == books_balances()
    assert len(rows) == export.line_count
    assert {row["recorded_at"][-1] for row in rows} == {"Z"}
    assert {(row["legal_entity"], row["commodity"]) for row in rows if row["department"]} == {
        ("ONE", "USD"),
        ("ONE", "KGCO2E"),
    }


def test_json_lines_sum_to_the_trial_balance_and_keep_words_as_they_are(settled: Books) -> None:
    text, _ = exported(settled, "jsonl")
    rows = [json.loads(line) for line in text.splitlines()]
    assert list(rows[0]) == NAMES
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        sums[row["account"]] += Decimal(row["debit"]) - Decimal(row["credit"])
    assert dict(sums) == books_balances()
    assert NASTY in {row["description"] for row in rows}
    assert {row["settlement"] for row in rows if row["source_type"] == "note"} == {None}
    reversal = next(row for row in rows if row["purpose"] == "reversal")
    assert reversal["reverses"] == next(
        row["entry_id"] for row in rows if row["source_type"] == "note"
    )


def test_rows_come_by_date_with_entries_whole(settled: Books) -> None:
    rows = csv_rows(exported(settled, "generic-csv")[0])
    order = [(row["entry_date"], int(row["entry_id"]), int(row["line_id"])) for row in rows]
    assert order == sorted(order)
    assert [line for *_, line in order] != sorted(line for *_, line in order)


def test_beancount_reads_it_and_its_balances_are_ours(settled: Books) -> None:
    text, export = exported(settled, "beancount")
    entries, errors, _ = loader.load_string(text, dedent=False)
    assert errors == []
    sums: dict[str, Decimal] = defaultdict(Decimal)
    transactions = [entry for entry in entries if isinstance(entry, Transaction)]
    for transaction in transactions:
        for leg in transaction.postings:
            assert leg.units is not None
            sums[leg.account] += Decimal(str(leg.units.number))
    assert dict(sums) == books_balances()
    asserted = {entry.account: entry for entry in entries if isinstance(entry, Balance)}
    assert {code: entry.amount.number for code, entry in asserted.items()} == books_balances()
    assert {entry.date for entry in asserted.values()} == {date(2023, 7, 1)}
    assert len(transactions) == export.manifest["entry_count"]
    assert NASTY in {transaction.narration for transaction in transactions}
    assert transactions[0].meta["period"] == "2023Q1"
    assert "1000000.000001 KGCO2E" in text


@pytest.mark.parametrize("selection", [{}, {"period": "2023Q2"}, {"commodity": "USD"}])
def test_bean_check_accepts_it(
    settled: Books, tmp_path: Path, require_program: Callable[..., str], selection: dict[str, str]
) -> None:
    file = tmp_path / "books.beancount"
    file.write_text(exported(settled, "beancount", **selection)[0])
    done = subprocess.run(
        [require_program("bean-check"), file], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("both_sides", [False, True])
@pytest.mark.parametrize(
    ("amount", "changed"),
    [("15000.00 USD", "15000.01 USD"), ("1000000.000001 KGCO2E", "1000000.000002 KGCO2E")],
)
def test_beancount_finds_one_changed_cent_or_milligram(
    settled: Books, amount: str, changed: str, both_sides: bool
) -> None:
    text, _ = exported(settled, "beancount")
    pattern = re.escape(amount)
    assert len(re.findall(f"(?<=  -){pattern}|(?<=  ){pattern}", text)) >= 2
    # the first is the debit of an entry, the second its credit
    tampered = re.sub(pattern, changed, text, count=2 if both_sides else 1)
    _, errors, _ = loader.load_string(tampered, dedent=False)
    assert errors


@pytest.mark.parametrize("selection", [{}, {"period": "2023Q2"}, {"commodity": "KGCO2E"}])
def test_hledger_accepts_it(
    settled: Books, tmp_path: Path, require_program: Callable[..., str], selection: dict[str, str]
) -> None:
    program = require_program("hledger")
    file = tmp_path / "books.journal"
    file.write_text(exported(settled, "hledger", **selection)[0])
    for checks in ([], ["accounts", "commodities", "ordereddates", "balanced"]):
        done = subprocess.run(
            [program, "-f", file, "check", *checks], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")


def test_hledger_balances_are_ours_and_one_cent_is_found(
    settled: Books, tmp_path: Path, require_program: Callable[..., str]
) -> None:
    program = require_program("hledger")
    text, _ = exported(settled, "hledger")
    file = tmp_path / "books.journal"
    file.write_text(text)
    printed = subprocess.run(
        [program, "-f", file, "balance", "--flat", "-E", "--no-total", "-O", "csv"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = {row["account"]: Decimal(row["balance"].split()[0]) for row in csv_rows(printed)}
    assert found == books_balances()

    file.write_text(text.replace("15000.00 USD", "15000.01 USD", 1))
    done = subprocess.run([program, "-f", file, "check"], capture_output=True, check=False)
    assert done.returncode != 0


@pytest.mark.parametrize("format_name", FORMATS)
def test_empty_books_export(books: Books, format_name: str) -> None:
    file = io.BytesIO()
    export = export_journal(format_name=format_name, into=file, by=None)
    assert (export.line_count, export.manifest["totals"]) == (0, {})
    if format_name == "beancount":
        assert loader.load_string(file.getvalue().decode(), dedent=False)[1] == []


def test_a_currency_without_decimals() -> None:
    rows = [yen_row(1, 1500, 0, "Expenses:Fee"), yen_row(2, 0, 1500, "Equity:Fund")]
    hledger_text = "".join(hledger.pieces(rows))
    assert "commodity 1000. JPY\n" in hledger_text
    assert "Expenses:Fee  1500 JPY\n" in hledger_text
    text = "".join(beancount.pieces(rows))
    assert loader.load_string(text, dedent=False)[1] == []


def yen_row(
    line_id: int, debit: int, credit: int, account: str, description: str = "Fee"
) -> JournalRow:
    return JournalRow(
        line_id=line_id,
        entry_id=1,
        entry_date=date(2023, 3, 31),
        recorded_at=datetime(2023, 4, 1, tzinfo=UTC),
        period="2023Q1",
        activity_period="2023Q1",
        scheme="fee",
        settlement_id=None,
        legal_entity="ONE",
        department="CLOUD",
        cost_centre="",
        account=account,
        commodity="JPY",
        debit=Decimal(debit),
        credit=Decimal(credit),
        description=description,
        source_type="manual",
        source_id=description,
        purpose="charge",
        reverses=None,
    )


# --- words that try to be something else --------------------------------------------------------


FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
]
FORMULAS += ['=1,"2"', "@a\r\nb"]
ORDINARY = [
    "",
    "Carbon fee 2023Q1, CLOUD",
    "a=b",
    "'quoted",
    "수수료",
    'a "b" c',
    "a\nb",
    "a\\nb",
    "%s {x}",
]


def post_words(books: Books, words: list[str]) -> None:
    """An entry for each text, which is its description and source."""
    books.emit("CLOUD", date(2023, 2, 1), "1000")
    books.settle("2023Q1")
    fee = Account.objects.get(code="Expenses:Carbon-Fee:FEE:CLOUD")
    fund = Account.objects.get(code="Equity:Carbon-Fund:FEE")
    for number, text in enumerate(words):
        posting.post(
            entry_date=date(2023, 4, 20),
            description=text,
            lines=[
                posting.Line(fee.pk, "USD", debit=5),
                posting.Line(fund.pk, "USD", credit=5),
            ],
            source=posting.Source("note", text, f"{text[:20]} {number}"),
            by=books.people["finance"],
        )


def test_a_spreadsheet_runs_nothing(books: Books) -> None:
    post_words(books, FORMULAS)
    rows = csv_rows(exported(books, "generic-csv", period="2023Q2")[0])
    twice = [text for text in FORMULAS for _ in range(2)]
    assert [row["description"] for row in rows] == [f"'{text}" for text in twice]
    assert [row["source_id"] for row in rows] == [f"'{text}" for text in twice]
    assert {row["purpose"][0] for row in rows} == {"'"}
    assert {(row["debit"], row["credit"]) for row in rows} == {("0.05", "0.00"), ("0.00", "0.05")}


def test_ordinary_words_stay_as_they_are(books: Books) -> None:
    post_words(books, ORDINARY)
    twice = [text for text in ORDINARY for _ in range(2)]
    rows = csv_rows(exported(books, "generic-csv", period="2023Q2")[0])
    assert [row["description"] for row in rows] == twice
    objects = [
        json.loads(line) for line in exported(books, "jsonl", period="2023Q2")[0].split("\n")[:-1]
    ]
    assert [row["description"] for row in objects] == twice


def test_csv_is_what_a_csv_writer_writes(settled: Books) -> None:
    text, _ = exported(settled, "generic-csv")
    again = io.StringIO(newline="")
    csv.writer(again, lineterminator="\r\n").writerows(csv.reader(io.StringIO(text, newline="")))
    assert again.getvalue() == text


def test_json_is_what_a_json_writer_writes(settled: Books) -> None:
    text, _ = exported(settled, "jsonl")
    again = [
        json.dumps(json.loads(line), ensure_ascii=False, separators=(",", ":")) + "\n"
        for line in text.split("\n")[:-1]
    ]
    assert "".join(again) == text


def test_a_department_without_a_place_keeps_its_code(settled: Books) -> None:
    placement = settled.departments["CLOUD"].placements.get()
    placement.in_force = (date(2023, 4, 1), None)
    placement.save()
    rows = csv_rows(exported(settled, "generic-csv")[0])
    assert {
        (row["department"], row["legal_entity"], row["period"]) for row in rows if row["settlement"]
    } == {
        ("CLOUD", "", "2023Q1"),
        ("OFFICES", "ONE", "2023Q1"),
        ("CLOUD", "ONE", "2023Q2"),
    }


GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("format_name", ["generic-csv", "jsonl"])
def test_the_layout_is_the_golden_file(settled: Books, format_name: str) -> None:
    """Numbers that the database draws and moments are written as `#`; all else is as exported."""
    text, _ = exported(settled, format_name)
    golden = GOLDEN / f"journal.{FORMATS[format_name].extension}"
    assert masked(text, format_name).encode() == golden.read_bytes()


def masked(text: str, format_name: str) -> str:
    """A file without what differs from run to run."""
    drawn = ("entry_id", "recorded_at", "settlement", "source_id", "reverses", "line_id")
    if format_name == "jsonl":
        objects = [json.loads(line) for line in text.split("\n")[:-1]]
        shown = [mask(row, drawn) for row in objects]
        return "".join(
            json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in shown
        )
    masked_rows = io.StringIO(newline="")
    writer = csv.DictWriter(masked_rows, NAMES, lineterminator="\r\n")
    writer.writeheader()
    for row in csv_rows(text):
        writer.writerow(mask(row, drawn))
    return masked_rows.getvalue()


def mask(row: dict[str, Any], drawn: tuple[str, ...]) -> dict[str, Any]:
    description = re.sub(r"entry \d+", "entry #", row["description"])
    hidden = {key: "#" for key in drawn if row[key]}
    return row | hidden | {"description": description}


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40))
@example('"\n* "x" 1 USD\n')
@example("\\")
def test_beancount_reads_any_words_back(words: str) -> None:
    rows = [yen_row(1, 5, 0, "Expenses:Fee", words), yen_row(2, 0, 5, "Equity:Fund", words)]
    entries, errors, _ = loader.load_string("".join(beancount.pieces(rows)), dedent=False)
    assert errors == []
    (transaction,) = [entry for entry in entries if isinstance(entry, Transaction)]
    assert transaction.narration == words


# --- numbers, hashes, repetition ----------------------------------------------------------------


def test_a_manifest_proves_the_file(settled: Books) -> None:
    text, export = exported(settled, "generic-csv", period="2023Q1")
    manifest = manifest_of(export)
    totals = {row.commodity: Decimal(0) for row in balances.trial_balance()}
    for row in csv_rows(text):
        totals[row["commodity"]] += Decimal(row["debit"])
    assert {name: Decimal(side["debit"]) for name, side in manifest["totals"].items()} == totals
    assert all(side["debit"] == side["credit"] for side in manifest["totals"].values())
    assert manifest["byte_count"] == len(text.encode())
    assert manifest["line_count"] == manifest["seal"]["line_count"] == len(csv_rows(text))
    assert (manifest["sequence"], manifest["schema_version"]) == (1, 4)
    assert (manifest["period"], manifest["exported_by"]) == ("2023Q1", "finance")
    assert json.dumps(manifest)


@pytest.mark.parametrize("format_name", TEXTS)
def test_a_closed_period_gives_the_same_bytes_each_time(settled: Books, format_name: str) -> None:
    first, one = exported(settled, format_name, period="2023Q1")
    settled.emit("OFFICES", date(2023, 8, 1), "1000")
    settled.settle("2023Q3")
    file = io.BytesIO()
    two = export_journal(format_name=format_name, into=file, by=None, period="2023Q1")
    assert file.getvalue().decode() == first
    assert (one.sha256, one.sequence, two.sequence) == (two.sha256, 1, 2)
    assert two.exported_by is None


def test_an_export_is_issued_again_though_the_books_went_on(settled: Books) -> None:
    text, export = exported(settled, "hledger")
    settled.emit("OFFICES", date(2023, 8, 1), "1000")
    settled.settle("2023Q3")
    file = io.BytesIO()
    assert reissue(sequence=export.sequence, into=file) == export
    assert file.getvalue().decode() == text
    assert JournalExport.objects.count() == 1


def test_an_export_that_would_differ_is_not_passed_off_as_the_same(settled: Books) -> None:
    _, export = exported(settled, "generic-csv")
    CostCentre.objects.create(
        department=settled.departments["CLOUD"],
        legal_entity=settled.departments["CLOUD"].placements.get().legal_entity,
        code="4711",
        name="Cloud",
    )
    with pytest.raises(ExportChanged):
        reissue(sequence=export.sequence, into=io.BytesIO())


def test_refusals_register_nothing(settled: Books) -> None:
    asked: list[tuple[type[Exception], dict[str, Any]]] = [
        (NotAllowed, {"by": settled.people["analyst"]}),
        (NotAllowed, {"by": settled.people["contributor"]}),
        (ExportFormatUnknown, {"format_name": "quickbooks"}),
        (PeriodNotFound, {"period": "1999"}),
        (SchemeNotFound, {"scheme": "none"}),
        (CommodityNotFound, {"commodity": "EUR"}),
    ]
    for refusal, facts in asked:
        facts = {"format_name": "jsonl", "by": None, **facts}
        with pytest.raises(refusal):
            export_journal(into=io.BytesIO(), **facts)
    with pytest.raises(ExportNotFound):
        reissue(sequence=1, into=io.BytesIO())
    assert not JournalExport.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gap_though_several_export_at_once() -> None:
    settle_two_quarters(open_books())
    barrier = threading.Barrier(4)
    failures: list[BaseException] = []

    def export_twice() -> None:
        try:
            barrier.wait(timeout=30)
            for _ in range(2):
                export_journal(format_name="jsonl", into=io.BytesIO(), by=None)
        except BaseException as failure:
            failures.append(failure)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=export_twice) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failures == []
    numbers = JournalExport.objects.order_by("sequence").values_list("sequence", flat=True)
    assert list(numbers) == list(range(1, 9))
    assert JournalExport.objects.values("sha256").distinct().count() == 1


# --- the command --------------------------------------------------------------------------------


def run_command(*arguments: Any) -> str:
    out = io.StringIO()
    call_command("export_journal", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_the_command_writes_a_file_and_its_manifest(settled: Books, tmp_path: Path) -> None:
    path = tmp_path / "q1.csv"
    said = run_command("--format", "generic-csv", "--out", path, "--period", "2023Q1")
    manifest = json.loads((tmp_path / "q1.csv.manifest.json").read_text())
    assert manifest["sha256"] == sha256(path.read_bytes()).hexdigest()
    assert manifest["exported_by"] is None
    assert said.startswith(f"Export 1: {manifest['line_count']} lines")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["q1.csv", "q1.csv.manifest.json"]


def test_standard_output_holds_the_file_alone(
    settled: Books, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    run_command("--format", "jsonl", "--out", "-", "--by", "finance")
    written = capfdbinary.readouterr().out
    export = JournalExport.objects.get()
    assert sha256(written).hexdigest() == export.sha256
    assert export.exported_by == settled.people["finance"]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--out", "{here}/none/x.csv"], 2, "Can't write .*: No such file"),
        (["--out", "{here}"], 2, "not a file that could be replaced"),
        (["--out", "/dev/null"], 2, "not a file that could be replaced"),
        (["--out", "{here}/x", "--by", "nobody-here"], 2, "no active user"),
        (["--out", "{here}/x", "--by", "analyst"], 1, "role"),
        (["--out", "{here}/x", "--period", "FY99"], 1, "no accounting period 'FY99'"),
    ],
)
def test_the_command_refuses_clearly_and_leaves_nothing(
    settled: Books, tmp_path: Path, arguments: list[str], code: int, says: str
) -> None:
    filled = [argument.format(here=tmp_path) for argument in arguments]
    with pytest.raises(CommandError, match=says) as refusal:
        run_command("--format", "generic-csv", *filled)
    assert refusal.value.returncode == code
    assert list(tmp_path.iterdir()) == []
    assert not JournalExport.objects.exists()


def test_a_refused_export_keeps_the_file_that_was_there(settled: Books, tmp_path: Path) -> None:
    path = tmp_path / "kept.csv"
    path.write_text("earlier")
    with pytest.raises(CommandError):
        run_command("--format", "generic-csv", "--out", path, "--period", "FY99")
    assert path.read_text() == "earlier"
