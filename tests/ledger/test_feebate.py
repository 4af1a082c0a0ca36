"""A feebate through real settlements: it sums to nothing to the cent, whatever comes late."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from departments.organisation.constraints import constraint_of
from departments.organisation.models import LegalEntity
from ledger import (
    close_checklist,
    period_close,
    settlement_run,
    statements,
    verification,
)
from ledger.errors.settlements import AllocationImpossible
from ledger.models.settlements import Settlement, SettlementLine, SettlementState
from pricing.models import Baseline, Mechanism, Scheme
from tests.ledger.books import NOON, Books, open_books
from tests.ledger.sharing import (
    QUARTERS,
    account,
    add_department,
    found_sharing,
    measure,
    net,
    settle,
    signed,
)

FEBRUARY, MAY, AUGUST = date(2023, 2, 10), date(2023, 5, 10), date(2023, 8, 10)
SHARES = "allocations are what mechanisms share out"
ZERO = "feebates sum to zero"


@pytest.fixture
def feebate(books: Books) -> Scheme:
    """The worked example: at $40, baselines of 100, 200 and 300 t a quarter."""
    add_department(books, "YARD")
    scheme = found_sharing(books, Mechanism.FEEBATE)
    for period in QUARTERS:
        measure(books, scheme, period, CLOUD="100", OFFICES="200", YARD="300")
    return scheme


def emit(books: Books, day: date, **tonnes: str) -> None:
    for code, quantity in tonnes.items():
        books.emit(code, day, f"{Decimal(quantity) * 1000}")


def worked_example(books: Books) -> None:
    emit(books, FEBRUARY, CLOUD="90", OFFICES="210", YARD="270")


def test_the_worked_example_is_settled_to_the_cent(books: Books, feebate: Scheme) -> None:
    worked_example(books)
    settle(books, feebate, "2023Q1")
    assert net(feebate) == {"CLOUD": -200, "OFFICES": 800, "YARD": -600}
    assert account("Expenses:Carbon-Fee:SHARED:CLOUD") == 3600
    assert account("Income:Carbon-Fee-Return:SHARED:CLOUD") == -3800
    assert account("Equity:Carbon-Fund:SHARED") == 0
    assert verification.verify().holds


def test_the_statement_shows_the_return_with_its_arithmetic(books: Books, feebate: Scheme) -> None:
    worked_example(books)
    settle(books, feebate, "2023Q1")
    statement = statements.statement_of(
        department_code="CLOUD", scheme_code="shared", period_code="2023Q1"
    )
    assert (statement.charged, statement.earned) == (Decimal("3600.00"), Decimal("3800.00"))
    (returned,) = [line for line in statement.lines if line.kind == "allocation"]
    assert (returned.amount, returned.record_count) == (Decimal("-3800.00"), 0)
    detail = statements.line_detail(line_id=returned.line_id, department_ids=None)
    assert (
        detail.line.explanation[1] == "Baseline 100 t of 600 t × pot 22,800.00 USD = 3,800.00 USD"
    )
    assert len(detail.journal_entry_ids) == 1


def test_late_and_restated_tonnes_never_drift(books: Books, feebate: Scheme) -> None:
    """The same tonnes, some late and some put right: the first quarter comes to the same."""
    first = books.emit("CLOUD", FEBRUARY, "12345.678901")
    emit(books, FEBRUARY, OFFICES="210")
    settle(books, feebate, "2023Q1")
    assert sum(net(feebate).values()) == 0
    books.emit("CLOUD", FEBRUARY, "90000", supersedes=first)
    emit(books, FEBRUARY, YARD="0.000001")
    settle(books, feebate, "2023Q2")
    assert sum(net(feebate).values()) == 0
    books.emit("YARD", FEBRUARY, "269999.999")
    settle(books, feebate, "2023Q3")
    assert net(feebate, "2023Q1") == {"CLOUD": -200, "OFFICES": 800, "YARD": -600}
    assert net(feebate) == {"CLOUD": -200, "OFFICES": 800, "YARD": -600}
    assert verification.verify().holds


def test_closed_periods_stay_and_the_difference_is_marked(books: Books, feebate: Scheme) -> None:
    worked_example(books)
    books.settle("2023Q1")
    settle(books, feebate, "2023Q1")
    period_close.close(period_code="2023Q1", by=books.people["finance"], at=NOON)
    emit(books, FEBRUARY, YARD="60")
    settle(books, feebate, "2023Q2")
    late = SettlementLine.objects.filter(settlement__period__code="2023Q2", kind="allocation")
    assert {
        (line.department.code, line.is_true_up): line.amount_minor
        for line in late.select_related("department")
    } == {("CLOUD", True): 40_000, ("OFFICES", True): 80_000, ("YARD", True): 120_000}
    assert verification.verify().holds


def test_settling_again_posts_only_what_is_new(books: Books, feebate: Scheme) -> None:
    worked_example(books)
    settle(books, feebate, "2023Q1")
    emit(books, FEBRUARY, CLOUD="3")
    again = settle(books, feebate, "2023Q1")
    assert [line.amount_minor for line in again.lines.filter(kind="allocation").order_by("pk")] == [
        2000,
        4000,
        6000,
    ]
    assert sum(net(feebate).values()) == 0
    quiet = settle(books, feebate, "2023Q2")
    assert quiet.lines.count() == 0


def test_cents_that_are_left_go_to_the_largest_remainders(books: Books, feebate: Scheme) -> None:
    """Two cents by 1 : 2 : 3 are 0.33, 0.67 and 1: the second cent goes to OFFICES."""
    books.emit("CLOUD", FEBRUARY, "0.5")
    settle(books, feebate, "2023Q1")
    assert net(feebate) == {"CLOUD": Decimal("0.02"), "OFFICES": Decimal("-0.01")} | {
        "YARD": Decimal("-0.01")
    }


def test_emissions_without_a_baseline_pay_and_a_baseline_alone_earns(books: Books) -> None:
    scheme = found_sharing(books, Mechanism.FEEBATE)
    measure(books, scheme, "2023Q1", CLOUD="10")
    emit(books, FEBRUARY, OFFICES="5")
    settle(books, scheme, "2023Q1")
    assert net(scheme) == {"OFFICES": 200, "CLOUD": -200}
    assert verification.verify().holds


def test_without_a_baseline_nothing_is_prepared(books: Books) -> None:
    scheme = found_sharing(books, Mechanism.FEEBATE)
    measure(books, scheme, "2023Q2", CLOUD="10")
    Baseline.objects.create(
        scheme=scheme,
        department=books.departments["OFFICES"],
        quantity=5,
        in_force=QUARTERS["2023Q1"],
        proposed_by=books.people["analyst"],
    )  # nobody has approved it
    with pytest.raises(AllocationImpossible) as refused:
        settle(books, scheme, "2023Q2")
    assert refused.value.problems == ["no department has an approved baseline in 2023Q1"]
    assert not Settlement.objects.filter(scheme=scheme)


def test_a_correction_may_not_bring_a_baseline_below_zero(books: Books) -> None:
    scheme = found_sharing(books, Mechanism.FEEBATE)
    measure(books, scheme, "2023Q1", CLOUD="10", OFFICES="1")
    Baseline.objects.create(
        scheme=scheme,
        department=books.departments["OFFICES"],
        quantity=-1001,
        scope=1,
        in_force=QUARTERS["2023Q1"],
        **signed(books),
    )
    with pytest.raises(AllocationImpossible, match="OFFICES has a baseline below zero in 2023Q1"):
        settle(books, scheme, "2023Q1")


def test_a_baseline_that_comes_later_changes_what_was_shared_out(
    books: Books, feebate: Scheme
) -> None:
    """A correction of the first quarter's baselines posts the difference in the next settlement."""
    worked_example(books)
    settle(books, feebate, "2023Q1")
    Baseline.objects.create(
        scheme=feebate,
        department=books.departments["CLOUD"],
        quantity=300_000,
        scope=1,
        in_force=QUARTERS["2023Q1"],
        **signed(books),
    )
    settle(books, feebate, "2023Q2")
    assert net(feebate) == {
        "CLOUD": Decimal(3600) - Decimal("10133.33"),
        "OFFICES": Decimal(8400) - Decimal("5066.67"),
        "YARD": Decimal(10800) - Decimal("7600.00"),
    }
    assert verification.verify().holds


def test_other_legal_entities_get_their_return_through_dues(db: None) -> None:
    """OFFICES is in the books of TWO, the fund in those of ONE: TWO owes what OFFICES pays net."""
    books = open_books(fund_in="ONE", offices_in="TWO")
    scheme = found_sharing(
        books, Mechanism.FEEBATE, fund_entity=LegalEntity.objects.get(code="ONE")
    )
    measure(books, scheme, "2023Q1", CLOUD="100", OFFICES="100")
    emit(books, FEBRUARY, OFFICES="10")
    settle(books, scheme, "2023Q1")
    assert account("Income:Carbon-Fee-Return:SHARED:OFFICES:TWO") == -200
    assert account("Income:Carbon-Fee-Return:SHARED:CLOUD") == -200
    assert account("Liabilities:Due-To:TWO:ONE:SHARED") == -200
    assert account("Assets:Due-From:ONE:TWO:SHARED") == 200
    assert verification.verify().holds


def test_killed_while_it_shares_out_it_begins_anew(
    books: Books, feebate: Scheme, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked_example(books)
    settlement = settlement_run.prepare(
        scheme_code="shared", period_code="2023Q1", by=books.people["analyst"]
    )

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Settlement, "save", die)
        with pytest.raises(KeyboardInterrupt):
            settlement_run.calculate(settlement_id=settlement.pk, at=NOON)
    settlement.refresh_from_db()
    assert settlement.state == SettlementState.CALCULATING
    assert not settlement.lines.filter(kind="allocation")
    for _ in range(2):
        settlement = settlement_run.calculate(settlement_id=settlement.pk, at=NOON)
    assert settlement.lines.filter(kind="allocation").count() == 3
    settlement_run.cancel(settlement_id=settlement.pk, by=books.people["analyst"], at=NOON)
    assert not settlement.lines.all()
    settle(books, feebate, "2023Q1")
    assert net(feebate) == {"CLOUD": -200, "OFFICES": 800, "YARD": -600}


@pytest.mark.parametrize("kind", ["allocation", "levy", "charge"])
def test_nothing_is_shared_out_before_all_shards_are_done(
    books: Books, feebate: Scheme, kind: str
) -> None:
    """Nor is a line of tonnes ever written without its shard."""
    settlement = settlement_run.prepare(
        scheme_code="shared", period_code="2023Q1", by=books.people["analyst"]
    )
    nothing = ("location_mgco2e", "market_mgco2e", "settled_mgco2e", "settled_before_mgco2e")
    line = SettlementLine(
        settlement=settlement,
        scheme=feebate,
        department=books.departments["CLOUD"],
        activity_period=settlement.period,
        is_true_up=False,
        kind=kind,
        amount_minor=1,
        amount_before_minor=0,
        record_count=0,
        **dict.fromkeys(nothing, 0),
    )
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        line.save()
    assert constraint_of(refused.value) == "ledger_statement_line_while_calculating"


def test_the_close_shows_what_is_shared_out(books: Books, feebate: Scheme) -> None:
    worked_example(books)
    settle(books, feebate, "2023Q1")
    checks = {
        check.name: check for check in close_checklist.checklist(period_code="2023Q1", at=NOON)
    }
    found = checks["mechanisms_share_out_what_is_booked"]
    assert [figure.value for figure in found.figures] == ["22,800.00", "22,800.00", "22,800.00"]
    assert all(
        checks[name].holds
        for name in (
            found.name,
            "departments_make_the_company",
            "inventory_times_price_is_the_ledger",
            "debits_equal_credits",
        )
    )


@pytest.mark.parametrize(
    ("tampered", "names"),
    [
        ("UPDATE ledger_settlementline SET amount_minor = amount_minor + 1", {SHARES, ZERO}),
        ("UPDATE ledger_settlementline SET explanation = 'as I like it'", {SHARES}),
        ("DELETE FROM ledger_settlementline", {SHARES, ZERO}),
        ("UPDATE ledger_settlementline SET kind = 'levy'", {SHARES, ZERO}),
    ],
)
def test_a_tampered_allocation_is_found(
    books: Books, feebate: Scheme, tampered: str, names: set[str]
) -> None:
    worked_example(books)
    settle(books, feebate, "2023Q1")
    line = SettlementLine.objects.get(kind="allocation", department__code="CLOUD")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"{tampered} WHERE id = {line.pk}")
        cursor.execute("SET LOCAL session_replication_role = origin")
    found = {finding.check for finding in verification.verify().findings}
    assert names <= found


def test_a_tampered_baseline_is_found(books: Books, feebate: Scheme) -> None:
    """The settlement keeps its own rules: changing those changes what its mechanism shares out."""
    worked_example(books)
    settle(books, feebate, "2023Q1")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE ledger_settlement SET rules = jsonb_set(rules, '{baselines,0,quantity}', "
            "'\"101000\"') WHERE scheme_id = %s",
            [feebate.pk],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert SHARES in {finding.check for finding in verification.verify().findings}
