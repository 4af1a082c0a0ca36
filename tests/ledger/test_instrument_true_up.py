"""What instruments cover after a settlement is paid back by the next one, to the cent."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from departments.inventory import instrument_matching, instruments, submission
from ledger import statements, verification
from tests.ledger.books import Books

FEBRUARY = date(2023, 2, 28)
AT = datetime(2023, 5, 2, 12, tzinfo=UTC)


def bought(books: Books, quantity: str) -> int:
    """Approved electricity of February in Britain at 0.2 kg per kWh; the record's id."""
    contributor, approver = books.people["contributor"], books.people["approver"]
    record = submission.create_record(
        by=contributor,
        at=AT,
        department_id=books.departments["CLOUD"].pk,
        activity="electricity/grid",
        started_on=date(2023, 2, 1),
        ended_on=FEBRUARY,
        quantity=quantity,
        unit="kWh",
        place="GB",
        inputs={"grid_kgco2e_per_kwh": "0.2"},
    )
    submission.submit_records(record_ids=[record.pk], by=contributor, at=AT)
    submission.approve_records(record_ids=[record.pk], by=approver, at=AT)
    return record.pk


def charged(books: Books, period: str) -> Decimal:
    return statements.statement_of(
        department_code="CLOUD", scheme_code="fee", period_code=period
    ).charged


def test_the_fee_falls_by_covered_kwh_times_grid_times_price(books: Books) -> None:
    # 1,000,000 kWh × 0.2 kg = 200 t × $15 = $3,000.00. A certificate of 400,000 kWh at 0 kg comes
    # in May: 400,000 × 0.2 = 80 t × $15 = $1,200.00 are paid back in the second quarter.
    analyst, approver = books.people["analyst"], books.people["approver"]
    bought(books, "1000000")
    books.settle("2023Q1")
    assert charged(books, "2023Q1") == Decimal("3000.00")

    row = instruments.enter_instrument(
        by=analyst,
        at=AT,
        kind="certificate",
        registry="Ofgem",
        serial="REGO-1",
        market="GB",
        generated_from=date(2023, 1, 1),
        generated_to=date(2023, 12, 31),
        volume_kwh=Decimal(400_000),
        technology="wind",
        kgco2e_per_kwh=Decimal(0),
        factor_source="wind: no direct emissions",
        evidence="register of certificates, page 3",
    )
    instruments.approve_instruments(instrument_ids=[row.pk], by=approver, at=AT)
    matched = instrument_matching.match_instruments(year=2023, market="GB", by=analyst, at=AT)
    assert matched.covered_kwh == 400_000
    instrument_matching.approve_matching(year=2023, market="GB", by=approver, at=AT)

    books.settle("2023Q2")
    assert charged(books, "2023Q1") == Decimal("3000.00")
    assert charged(books, "2023Q2") == Decimal("-1200.00")
    found = statements.statement_of(
        department_code="CLOUD", scheme_code="fee", period_code="2023Q2"
    )
    (line,) = found.lines
    assert line.is_true_up
    assert verification.verify().holds
