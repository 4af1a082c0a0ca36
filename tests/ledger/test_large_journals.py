"""bean-check and hledger judge a large journal: 200 entries, and 100,000 with CFL_THOROUGH=1."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ledger.exports import beancount, hledger
from ledger.journal_lines import JournalRow
from tests.promises.thorough import THOROUGH

ENTRIES = 100_000 if THOROUGH else 200
DEPARTMENTS = 1_000 if THOROUGH else 10
FIRST = date(2023, 1, 1)
FUND, AIR = "Equity:Carbon-Fund:FEE", "Equity:Atmosphere"
JUDGES = {
    "beancount": (beancount.pieces, "bean-check", lambda program, file: [program, file]),
    "hledger": (
        hledger.pieces,
        "hledger",
        lambda program, file: [program, "-f", file, "check", "accounts", "commodities", "balanced"],
    ),
}


def rows() -> Iterator[JournalRow]:
    """A fee and its kilograms an entry, in every department, through two years."""
    line = 0
    for entry in range(1, ENTRIES + 1):
        department = f"D{entry % DEPARTMENTS:04}"
        day = FIRST + timedelta(days=entry * 700 // ENTRIES)
        dollars = Decimal(entry * 37 % 1_000_003).scaleb(-2)
        kilograms = Decimal(entry * 1_000_003 + 1).scaleb(-6)
        nothing, no_kilograms = Decimal("0.00"), Decimal("0.000000")
        for account, commodity, debit, credit in (
            (f"Expenses:Carbon-Fee:FEE:{department}", "USD", dollars, nothing),
            (FUND, "USD", nothing, dollars),
            (f"Expenses:Emissions:{department}:Scope-1", "KGCO2E", kilograms, no_kilograms),
            (AIR, "KGCO2E", no_kilograms, kilograms),
        ):
            line += 1
            yield JournalRow(
                line_id=line,
                entry_id=entry,
                entry_date=day,
                recorded_at=datetime(2024, 1, 1, tzinfo=UTC),
                period=f"{day:%Y-%m}",
                activity_period=f"{day:%Y-%m}",
                scheme="fee",
                settlement_id=1,
                legal_entity="ONE",
                department=department,
                cost_centre=f"{entry % DEPARTMENTS}",
                account=account,
                commodity=commodity,
                debit=debit,
                credit=credit,
                description=f"Carbon fee {department}",
                source_type="settlement",
                source_id="1",
                purpose="charge",
                reverses=None,
            )


@pytest.mark.parametrize("format_name", JUDGES)
def test_a_large_journal_is_accepted_and_one_cent_off_is_not(
    tmp_path: Path, require_program: Callable[..., str], format_name: str
) -> None:
    pieces, program, command = JUDGES[format_name]
    judge = require_program(program)
    file = tmp_path / f"books.{format_name}"
    last_fee = f"{Decimal(ENTRIES * 37 % 1_000_003).scaleb(-2)}"
    with file.open("w", encoding="utf-8") as written:
        for piece in pieces(rows()):
            written.write(piece)
    assert judged(command(judge, file)) == 0
    text = file.read_text(encoding="utf-8")
    at = text.rindex(f"-{last_fee} USD")  # the credit of the last entry that has this fee
    cent_more = f"{Decimal(last_fee) + Decimal('0.01')}"
    file.write_text(text[:at] + f"-{cent_more} USD" + text[at + len(f"-{last_fee} USD") :])
    assert judged(command(judge, file)) != 0
    debit = text.rindex(f"  {last_fee} USD", 0, at)  # both sides: the balance is a cent off
    both = (
        text[:debit]
        + f"  {cent_more} USD"
        + text[debit + len(f"  {last_fee} USD") : at]
        + f"-{cent_more} USD"
        + text[at + len(f"-{last_fee} USD") :]
    )
    file.write_text(both)
    assert judged(command(judge, file)) != 0


def judged(command: list[object]) -> int:
    return subprocess.run(
        [str(part) for part in command], capture_output=True, check=False
    ).returncode
