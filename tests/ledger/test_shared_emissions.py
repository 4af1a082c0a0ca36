"""A pool's emissions are charged to the departments that get them, to the cent."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from departments.inventory import allocation_keys, shared_emissions
from departments.organisation.models import Department, DepartmentPlacement, LegalEntity
from ledger import statements, verification
from ledger.close_checklist import Check, checklist
from pricing.models import CarbonPrice
from tests.ledger.books import ALWAYS, NOON, Books

AT = datetime(2023, 5, 2, 12, tzinfo=UTC)
FEBRUARY = date(2023, 2, 28)


def found_pool(books: Books) -> Department:
    pool = Department.objects.create(code="POOL", name="Shared cloud")
    DepartmentPlacement.objects.create(
        department=pool, legal_entity=LegalEntity.objects.get(code="ONE"), in_force=ALWAYS
    )
    books.departments["POOL"] = pool
    return pool


def put_in_force(books: Books, pool: Department, cloud: str, offices: str) -> None:
    key = allocation_keys.propose_key(
        by=books.people["analyst"],
        at=AT,
        pool=pool,
        driver="compute_hours",
        unit="GPU hours",
        valid_from=date(2023, 1, 1),
        valid_before=None,
        source="scheduler",
        quantities={"CLOUD": cloud, "OFFICES": offices},
    )
    allocation_keys.approve_key(key_id=key.pk, by=books.people["approver"], at=AT)
    shared_emissions.share_out(by=books.people["analyst"], at=AT)


def charged(books: Books, period: str) -> dict[str, Decimal]:
    return {
        code: statements.statement_of(
            department_code=code, scheme_code="fee", period_code=period
        ).charged
        for code in ("CLOUD", "OFFICES", "POOL")
    }


def test_a_pool_is_charged_to_those_who_use_it_and_a_new_key_trues_up(books: Books) -> None:
    # 100 t by 3 : 7 GPU hours is 30 t × $15 = $450.00 and 70 t × $15 = $1,050.00; the pool pays
    # nothing. The key is corrected to 1 : 2 in May: 33.333333 t and 66.666667 t, which is $500.00
    # and $1,000.00, so that $50.00 move over in the second quarter. In all it stays $1,500.00.
    pool = found_pool(books)
    books.emit("POOL", FEBRUARY, "100000")
    put_in_force(books, pool, "3", "7")
    books.settle("2023Q1")
    first = charged(books, "2023Q1")
    assert first == {"CLOUD": Decimal("450.00"), "OFFICES": Decimal("1050.00"), "POOL": 0}

    put_in_force(books, pool, "1", "2")
    books.settle("2023Q2")
    second = charged(books, "2023Q2")
    assert second == {"CLOUD": Decimal("50.00"), "OFFICES": Decimal("-50.00"), "POOL": 0}
    assert charged(books, "2023Q1") == first
    assert sum(first.values()) + sum(second.values()) == Decimal("1500.00")
    assert verification.verify().holds


def test_a_pool_that_is_shared_out_late_gets_its_fee_back(books: Books) -> None:
    # Nothing covers the first quarter when it is settled, so the fee of 100 t stands with the pool,
    # $1,500.00. Shared out in May, it goes over to the two departments.
    pool = found_pool(books)
    books.emit("POOL", FEBRUARY, "100000")
    books.settle("2023Q1")
    assert charged(books, "2023Q1")["POOL"] == Decimal("1500.00")

    put_in_force(books, pool, "1", "2")
    books.settle("2023Q2")
    assert charged(books, "2023Q2") == {
        "CLOUD": Decimal("500.00"),
        "OFFICES": Decimal("1000.00"),
        "POOL": Decimal("-1500.00"),
    }
    assert verification.verify().holds


def test_what_is_unallocated_is_charged_to_nobody_where_the_pool_has_a_price_of_zero(
    books: Books,
) -> None:
    # Before any key: 100 t are recorded at $0; shared out in May they cost $500.00 and $1,000.00.
    pool = found_pool(books)
    CarbonPrice.objects.create(
        scheme=books.scheme,
        department=pool,
        price_per_tonne=Decimal(0),
        in_force=ALWAYS,
        proposed_by=books.people["analyst"],
        approved_by=books.people["approver"],
    )
    books.emit("POOL", FEBRUARY, "100000")
    books.settle("2023Q1")
    assert charged(books, "2023Q1") == {"CLOUD": 0, "OFFICES": 0, "POOL": 0}
    (line,) = statements.statement_of(
        department_code="POOL", scheme_code="fee", period_code="2023Q1"
    ).lines
    assert line.amount == 0

    put_in_force(books, pool, "1", "2")
    books.settle("2023Q2")
    assert charged(books, "2023Q2") == {
        "CLOUD": Decimal("500.00"),
        "OFFICES": Decimal("1000.00"),
        "POOL": 0,
    }
    assert verification.verify().holds


def test_a_period_does_not_close_while_a_pool_is_not_shared_out(books: Books) -> None:
    pool = found_pool(books)
    put_in_force(books, pool, "1", "2")
    books.emit("CLOUD", FEBRUARY, "1000")
    books.emit("POOL", date(2023, 5, 10), "1000")  # of the next quarter
    books.settle("2023Q1")

    def check(period: str) -> Check:
        found = {each.name: each for each in checklist(period_code=period, at=NOON)}
        return found["pools_shared_out"]

    assert check("2023Q1").holds
    assert "up to 2023-06-30 are not shared out" in check("2023Q2").what_next
    assert check("2023Q2").refuses
