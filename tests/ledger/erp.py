"""A group with everything an ERP export needs, and readers of its files that know the rules.

The readers share nothing with the code that writes: Python's csv and zipfile alone.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from departments.organisation.models import CostCentre, LegalEntity
from ledger import accruals, balances, posting
from ledger.exports.profile_file import load_export_profile
from ledger.gl_mapping import load_gl_mapping
from ledger.models.accounts import Account
from tests.ledger.books import NOON, Books, open_books

GL = {
    "fee_expense": "684000",
    "incentive_income": "784000",
    "carbon_fund": "284000",
    "accrued_expense": "684900",
    "accrued_income": "784900",
    "accrued_liability": "284900",
    "due_to": "164000",
    "due_from": "134000",
}
OWN = {
    "sap": ("company_code", {"ONE": "1000", "TWO": "2000"}),
    "oracle-fbdi": ("company_segment", {"ONE": "01", "TWO": "02"}),
    "netsuite": ("subsidiary", {"ONE": "One Inc", "TWO": "Two GmbH"}),
    "dynamics-365": ("company", {"ONE": "one1", "TWO": "two2"}),
    "xero": ("organisation", {"ONE": "One", "TWO": "Two"}),
}
CLEARING = "999999"
NASTY = '=HYPERLINK("x"); a,b\r\nof a long text that no field of fifty characters could hold é'


def constants() -> list[dict[str, str]]:
    """Rows for `load_export_profile`."""
    rows = []
    for entity in ("ONE", "TWO"):
        for name, (constant, values) in OWN.items():
            rows.append((entity, name, constant, values[entity]))
            if name != "oracle-fbdi":
                rows.append((entity, name, "clearing_account", CLEARING))
        rows.append((entity, "oracle-fbdi", "ledger_id", "300000001"))
        rows.append((entity, "oracle-fbdi", "conversion_type", "Corporate"))
    return [
        dict(zip(("legal_entity", "format", "name", "value"), row, strict=True)) for row in rows
    ]


def open_group(*, mapped: bool = True) -> Books:
    """Three quarters of ONE and TWO: fees, an incentive, a true-up, an accrual taken back, words
    that try every program, and a cost centre for each department.
    """
    books = open_books(fund_in="ONE", offices_in="TWO")
    LegalEntity.objects.filter(code="TWO").update(currency="USD")
    finance = books.people["finance"]
    if mapped:
        rows = [
            {"legal_entity": entity, "account_kind": kind, "gl_account": number, "tax_code": "V0"}
            for entity in ("ONE", "TWO")
            for kind, number in GL.items()
        ]
        load_gl_mapping(rows, by=finance, at=NOON)
        load_export_profile(constants(), by=finance, at=NOON)
        for department, entity, code in (("CLOUD", "ONE", "4711"), ("OFFICES", "TWO", "4712")):
            CostCentre.objects.create(
                department=books.departments[department],
                legal_entity=LegalEntity.objects.get(code=entity),
                code=code,
                name=code,
            )
    books.emit("CLOUD", date(2023, 2, 1), "200000.5")
    first = books.emit("OFFICES", date(2023, 2, 1), "100000")
    books.emit(
        "OFFICES", date(2023, 2, 1), "10000", durability_class="medium", removal_state="verified"
    )
    books.settle("2023Q1")
    books.emit("OFFICES", date(2023, 2, 1), "90000", supersedes=first)
    provisional = books.calculate("2023Q2")
    accruals.accrue(settlement_id=provisional.pk, by=finance)
    fee = Account.objects.get(code="Expenses:Carbon-Fee:FEE:CLOUD")
    fund = Account.objects.get(code="Equity:Carbon-Fund:FEE")
    posting.post(
        entry_date=date(2023, 5, 20),
        description=NASTY,
        lines=[posting.Line(fee.pk, "USD", debit=125), posting.Line(fund.pk, "USD", credit=125)],
        source=posting.Source("note", "1", "correction"),
        by=finance,
    )
    return books


@dataclass(frozen=True, slots=True)
class Booked:
    """A line as the system would book it; the company as the system calls it."""

    document: str
    company: str
    day: date
    currency: str
    account: str
    cost_centre: str
    partner: str
    amount: Decimal
    text: str = ""
    tonnes: Decimal | None = None


def amount_of(debit: str, credit: str) -> Decimal:
    """Exactly one side is there, and it is above zero."""
    assert bool(debit) != bool(credit), (debit, credit)
    side = debit or credit
    assert re.fullmatch(r"\d+\.\d\d", side), side
    return Decimal(side) if debit else -Decimal(side)


def table(content: bytes) -> list[list[str]]:
    """Rows of a CSV file that ends its lines with CR and LF."""
    text = content.decode("utf-8")
    assert text.count("\n") == text.count("\r\n")
    return list(csv.reader(io.StringIO(text, newline="")))


def unzipped(content: bytes) -> dict[str, bytes]:
    """The files of a zip file, all of the first moment that it knows."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time for entry in archive.infolist()} <= {(1980, 1, 1, 0, 0, 0)}
        return {name: archive.read(name) for name in archive.namelist()}


def read_sap(content: bytes) -> Iterator[Booked]:
    """Blocks: names and values of the header, names of the line items, lines."""
    header: dict[str, str] = {}
    names: list[str] = []
    number = 0
    rows = iter(table(content))
    for row in rows:
        if row[0] == "Header":
            values = next(rows)
            number += 1
            assert values[0] == str(number)
            header = dict(zip(row[1:], values[1:], strict=True))
            assert len(header["BKTXT"]) <= 25
            continue
        if row[0] == "Line Items":
            names = row[1:]
            continue
        line = dict(zip(names, row[1:], strict=True))
        assert len(line["SGTXT"]) <= 50
        yield Booked(
            document=header["BKTXT"],
            company=header["BUKRS"],
            day=date.fromisoformat(header["BUDAT"]),
            currency=header["WAERS"],
            account=line["HKONT"],
            cost_centre=line["KOSTL"],
            partner=line["VBUND"],
            amount=amount_of(line["WRSOL"], line["WRHAB"]),
            text=line["SGTXT"],
        )


def read_oracle(content: bytes) -> Iterator[Booked]:
    """By place, as SQL*Loader reads it: there are no names."""
    (file,) = unzipped(content).items()
    assert file[0] == "GlInterface.csv"
    for row in table(file[1]):
        assert len(row) == 67
        assert (row[0], row[1], row[7]) == ("NEW", "300000001", "A")
        segments = row[8:38]
        yield Booked(
            document=row[45],
            company=segments[0],
            day=datetime.strptime(row[2], "%Y/%m/%d").date(),
            currency=row[5],
            account=segments[2],
            cost_centre="" if segments[1] == "000" else segments[1],
            partner="" if segments[3] == "000" else segments[3],
            amount=amount_of(row[38], row[39]),
            text=row[51],
            tonnes=Decimal(row[62]) if row[62] else None,
        )


def read_netsuite(content: bytes) -> Iterator[Booked]:
    """A row a line under its names."""
    names, *rows = table(content)
    for row in rows:
        line = dict(zip(names, row, strict=True))
        yield Booked(
            document=line["External ID"],
            company=line["Subsidiary"],
            day=datetime.strptime(line["Date"], "%m/%d/%Y").date(),
            currency=line["Currency"],
            account=line["Account"],
            cost_centre=line["Department"],
            partner=line["Due To/From Subsidiary"],
            amount=amount_of(line["Debit"], line["Credit"]),
            text=line["Line Memo"],
        )


def read_dynamics(content: bytes) -> Iterator[Booked]:
    """A file a company, lines counted through it."""
    for file_name, file in unzipped(content).items():
        company = re.fullmatch(r"LedgerJournalEntity-(.+)\.csv", file_name)
        assert company is not None
        names, *rows = table(file)
        for number, row in enumerate(rows, start=1):
            line = dict(zip(names, row, strict=True))
            assert line["LINENUMBER"] == str(number)
            assert len(line["VOUCHER"]) <= 20
            account, _, cost_centre = line["ACCOUNTDISPLAYVALUE"].partition("-")
            yield Booked(
                document=line["VOUCHER"],
                company=company[1],
                day=date.fromisoformat(line["TRANSDATE"]),
                currency=line["CURRENCYCODE"],
                account=account,
                cost_centre=cost_centre,
                partner="",
                amount=amount_of(line["DEBITAMOUNT"], line["CREDITAMOUNT"]),
                text=line["TEXT"],
            )


def read_xero(content: bytes) -> Iterator[Booked]:
    """Files of at most 300 lines; the same narration and day are one journal."""
    for file_name, file in unzipped(content).items():
        company = re.fullmatch(r"manual-journals-(.+)-\d{4}\.csv", file_name)
        assert company is not None
        names, *rows = table(file)
        assert len(rows) <= 300
        for row in rows:
            line = dict(zip(names, row, strict=True))
            assert re.fullmatch(r"-?\d+\.\d\d", line["*Amount"])
            assert line["*TaxRate"]
            assert bool(line["TrackingName1"]) == bool(line["TrackingOption1"])
            yield Booked(
                document=f"{file_name} {line['*Narration']}",
                company=company[1],
                day=datetime.strptime(line["*Date"], "%d/%m/%Y").date(),
                currency="USD",
                account=line["*AccountCode"],
                cost_centre=line["TrackingOption1"],
                partner=line["TrackingOption2"],
                amount=Decimal(line["*Amount"]),
                text=line["Description"],
            )


READERS = {
    "sap": read_sap,
    "oracle-fbdi": read_oracle,
    "netsuite": read_netsuite,
    "dynamics-365": read_dynamics,
    "xero": read_xero,
}
MOST_LINES = {"sap": 999, "netsuite": 1000, "dynamics-365": 1000, "xero": 300}


def documents_of(lines: Iterable[Booked]) -> dict[str, list[Booked]]:
    """Lines by document, each of one company, day and currency and balanced to zero."""
    found: dict[str, list[Booked]] = defaultdict(list)
    for line in lines:
        found[f"{line.company} {line.document}"].append(line)
    for name, document in found.items():
        assert len({(line.company, line.day, line.currency) for line in document}) == 1, name
        assert sum(line.amount for line in document) == 0, name
        assert len(document) >= 2
    return found


def sums(lines: Iterable[Booked]) -> dict[tuple[str, ...], Decimal]:
    """By company, currency, account and cost centre; what comes to nothing is left out."""
    found: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for line in lines:
        found[line.company, line.currency, line.account, line.cost_centre] += line.amount
    return {key: amount for key, amount in found.items() if amount}


def trial_balance(format_name: str) -> dict[tuple[str, ...], Decimal]:
    """The same, of the books themselves, legal entity by legal entity."""
    found: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    centres = {"CLOUD": "4711", "OFFICES": "4712"}
    for entity, company in OWN[format_name][1].items():
        for row in balances.trial_balance(legal_entity=entity):
            parts = row.account.split(":")
            is_result = parts[0] in ("Expenses", "Income")
            centre = centres[parts[3]] if is_result else ""
            key = (company, row.commodity, GL[row.kind], centre)
            found[key] += row.balance
    return {key: amount for key, amount in found.items() if amount}
