"""A settlement turns tonnes into entries: once, whole, and to the cent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError

from ledger import balances, period_close, posting, settlement_run, statements, verification
from ledger.chart_of_accounts import ensure_commodities
from ledger.errors.calendar import PeriodClosed, PeriodNotReady
from ledger.errors.journal import AccountCodeTaken, AlreadyReversed, EntryOfSettlement
from ledger.errors.settlements import (
    ActivityOutsidePeriods,
    AlreadySettled,
    ApprovedByPreparer,
    NotAllowed,
    SettledLater,
    SettlementUnderWay,
    WrongState,
)
from ledger.models.accounts import Account
from ledger.models.journal import JournalEntry, JournalLine
from ledger.models.settlements import SettledRecord, SettlementLine, SettlementState, ShardState
from pricing.models import CarbonPrice
from tests.ledger.books import ALWAYS, NOON, Books, found_scheme

FEBRUARY, MAY = date(2023, 2, 10), date(2023, 5, 10)


def charged(books: Books, period: str, department: str = "CLOUD") -> Decimal:
    return statements.statement_of(
        department_code=department, scheme_code="fee", period_code=period
    ).charged


def account(code: str) -> Decimal:
    found = [row.balance for row in balances.trial_balance() if row.account == code]
    return found[0] if found else Decimal(0)


def test_a_tonne_costs_fifteen_dollars(books: Books) -> None:
    books.emit("CLOUD", FEBRUARY, "1000")
    books.settle("2023Q1")
    assert charged(books, "2023Q1") == Decimal("15.00")
    assert account("Expenses:Carbon-Fee:FEE:CLOUD") == Decimal("15.00")
    assert account("Equity:Carbon-Fund:FEE") == Decimal("-15.00")
    assert account("Expenses:Emissions:CLOUD:Scope-1") == Decimal("1000.000000")
    assert account("Equity:Atmosphere") == Decimal("-1000.000000")
    assert verification.verify().holds


def test_scope_2_is_charged_market_based_and_shown_on_both_bases(books: Books) -> None:
    books.emit("CLOUD", FEBRUARY, "2000", scope=2, location_kgco2e="9000")
    books.settle("2023Q1")
    (line,) = statements.statement_lines(scheme_code="fee", period_code="2023Q1")
    assert (line.location_kgco2e, line.market_kgco2e) == (Decimal(9000), Decimal(2000))
    assert line.amount == Decimal("30.00")


def test_uncovered_scope_3_is_recorded_and_not_charged(books: Books) -> None:
    books.emit("CLOUD", FEBRUARY, "5000", scope=3, category=1)
    books.settle("2023Q1")
    (line,) = statements.statement_lines(scheme_code="fee")
    assert (line.kind, line.amount, line.price_per_tonne) == ("recorded", Decimal("0.00"), None)
    assert account("Expenses:Emissions:CLOUD:Scope-3:Category-1") == Decimal(5000)
    assert account("Expenses:Carbon-Fee:FEE:CLOUD") == 0


def test_a_verified_removal_earns_and_a_contracted_one_does_not(books: Books) -> None:
    for kgco2e, state in [("3000", "verified"), ("7000", "contracted")]:
        books.emit("CLOUD", FEBRUARY, kgco2e, durability_class="medium", removal_state=state)
    books.settle("2023Q1")
    statement = statements.statement_of(
        department_code="CLOUD", scheme_code="fee", period_code="2023Q1"
    )
    assert (statement.charged, statement.earned) == (Decimal(0), Decimal("120.00"))
    assert account("Income:Removals:CLOUD:Medium") == Decimal(-3000)
    assert account("Income:Carbon-Incentive:FEE:CLOUD") == Decimal("-120.00")
    assert account("Equity:Atmosphere") == Decimal(3000)


def test_amounts_are_rounded_once_a_line_half_away_from_zero(books: Books) -> None:
    for _ in range(3):
        books.emit("CLOUD", FEBRUARY, "0.111")  # 3 × 0.001665 USD; together 0.004995, not 3 × 0.00
    books.emit("OFFICES", FEBRUARY, "0.333333")
    books.emit("OFFICES", FEBRUARY, "0.000001")  # 0.333334 kg × 15 = 0.00500001 → 0.01
    books.settle("2023Q1")
    assert charged(books, "2023Q1") == Decimal("0.00")
    assert charged(books, "2023Q1", "OFFICES") == Decimal("0.01")


def test_late_tonnes_round_on_all_tonnes_so_far(books: Books) -> None:
    books.emit("CLOUD", FEBRUARY, "0.3")  # 0.0045 → 0.00
    books.settle("2023Q1")
    books.emit("CLOUD", FEBRUARY, "0.3")  # together 0.009 → 0.01, so 0.01 now
    books.settle("2023Q2")
    (line,) = statements.statement_lines(scheme_code="fee", period_code="2023Q2")
    assert (line.amount, line.is_true_up, line.activity_period) == (Decimal("0.01"), True, "2023Q1")


def test_a_restatement_posts_only_the_difference_in_the_open_period(books: Books) -> None:
    first = books.emit("CLOUD", FEBRUARY, "1000000")
    books.settle("2023Q1")
    period_close.close(period_code="2023Q1", by=books.people["finance"], at=NOON)
    sent = statements.statement_of(department_code="CLOUD", scheme_code="fee", period_code="2023Q1")
    books.emit("CLOUD", FEBRUARY, "1400000", supersedes=first)
    books.emit("CLOUD", MAY, "10000")
    books.settle("2023Q2")

    assert charged(books, "2023Q2") == Decimal("6150.00")
    true_ups = [
        line.amount
        for line in statements.statement_lines(scheme_code="fee", period_code="2023Q2")
        if line.is_true_up
    ]
    assert true_ups == [Decimal("6000.00")]
    assert sent == statements.statement_of(
        department_code="CLOUD", scheme_code="fee", period_code="2023Q1"
    )
    assert verification.verify().holds


def test_a_restatement_downwards_pays_back(books: Books) -> None:
    first = books.emit("CLOUD", FEBRUARY, "1000")
    books.settle("2023Q1")
    books.emit("CLOUD", FEBRUARY, "400", supersedes=first)
    books.settle("2023Q2")
    assert charged(books, "2023Q2") == Decimal("-9.00")
    assert account("Equity:Atmosphere") == Decimal(-400)


def test_a_record_moved_to_another_department_moves_its_charge(books: Books) -> None:
    first = books.emit("CLOUD", FEBRUARY, "1000")
    books.settle("2023Q1")
    books.emit("OFFICES", FEBRUARY, "1000", supersedes=first)
    books.settle("2023Q2")
    assert charged(books, "2023Q2") == Decimal("-15.00")
    assert charged(books, "2023Q2", "OFFICES") == Decimal("15.00")


def test_a_chain_of_corrections_before_settling_counts_the_last_only(books: Books) -> None:
    first = books.emit("CLOUD", FEBRUARY, "1000")
    second = books.emit("CLOUD", FEBRUARY, "2000", supersedes=first)
    books.emit("CLOUD", FEBRUARY, "3000", supersedes=second)
    books.settle("2023Q1")
    assert charged(books, "2023Q1") == Decimal("45.00")


def test_settling_again_posts_nothing(books: Books) -> None:
    books.emit("CLOUD", FEBRUARY, "1000")
    books.settle("2023Q1")
    before = list(JournalLine.objects.order_by("pk").values())
    with pytest.raises(AlreadySettled):
        books.settle("2023Q1")
    assert list(JournalLine.objects.order_by("pk").values()) == before


def test_every_step_may_be_repeated(books: Books) -> None:
    books.emit("CLOUD", FEBRUARY, "1000")
    first, second = books.calculate("2023Q1"), books.calculate("2023Q1")
    assert first.pk == second.pk
    for _ in range(3):
        settlement_run.approve(settlement_id=first.pk, by=books.people["approver"], at=NOON)
    for _ in range(3):
        settlement_run.post(settlement_id=first.pk, by=books.people["finance"], at=NOON)
    assert JournalEntry.objects.count() == 1


def test_records_approved_after_preparing_wait_for_the_next_settlement(books: Books) -> None:
    books.emit("CLOUD", FEBRUARY, "1000")
    settlement = settlement_run.prepare(
        scheme_code="fee", period_code="2023Q1", by=books.people["analyst"]
    )
    books.emit("CLOUD", FEBRUARY, "9000")
    settlement = settlement_run.calculate(settlement_id=settlement.pk, at=NOON)
    assert settlement.state == SettlementState.CALCULATED
    assert sum(line.settled_mgco2e for line in settlement.lines.all()) == 1_000_000_000
    settlement_run.approve(settlement_id=settlement.pk, by=books.people["approver"], at=NOON)
    settlement_run.post(settlement_id=settlement.pk, by=books.people["finance"], at=NOON)
    books.settle("2023Q1")  # a second revision of the open period takes them in
    assert charged(books, "2023Q1") == Decimal("150.00")


def test_records_of_a_coming_period_wait_for_it(books: Books) -> None:
    books.emit("CLOUD", MAY, "4000")
    books.emit("CLOUD", FEBRUARY, "1000")
    books.settle("2023Q1")
    books.settle("2023Q2")
    assert charged(books, "2023Q1") == Decimal("15.00")
    assert charged(books, "2023Q2") == Decimal("60.00")


def test_two_schemes_charge_the_same_record_and_count_its_tonnes_once(books: Books) -> None:
    found_scheme(books, "second", keeps_atmosphere=False)
    books.emit("CLOUD", FEBRUARY, "1000")
    books.settle("2023Q1")
    settlement = settlement_run.prepare(
        scheme_code="second", period_code="2023Q1", by=books.people["analyst"]
    )
    settlement_run.calculate(settlement_id=settlement.pk, at=NOON)
    settlement_run.approve(settlement_id=settlement.pk, by=books.people["approver"], at=NOON)
    settlement_run.post(settlement_id=settlement.pk, by=books.people["finance"], at=NOON)
    assert account("Equity:Carbon-Fund:SECOND") == Decimal("-15.00")
    assert account("Equity:Atmosphere") == Decimal(-1000)


def test_cancelling_frees_the_records(books: Books) -> None:
    books.emit("CLOUD", FEBRUARY, "1000")
    settlement = books.calculate("2023Q1")
    settlement_run.cancel(settlement_id=settlement.pk, by=books.people["analyst"], at=NOON)
    assert not SettlementLine.objects.exists()
    assert not SettledRecord.objects.exists()
    again = books.settle("2023Q1")
    assert again.revision == 2
    assert charged(books, "2023Q1") == Decimal("15.00")


def test_the_preparer_cannot_approve(books: Books) -> None:
    books.emit("CLOUD", FEBRUARY, "1000")
    settlement = settlement_run.prepare(
        scheme_code="fee", period_code="2023Q1", by=books.people["analyst"]
    )
    settlement_run.calculate(settlement_id=settlement.pk, at=NOON)
    books.people["analyst"].memberships.create(role="sustainability_approver")
    with pytest.raises(ApprovedByPreparer):
        settlement_run.approve(settlement_id=settlement.pk, by=books.people["analyst"], at=NOON)
    settlement.refresh_from_db()
    assert settlement.state == SettlementState.CALCULATED


@pytest.mark.parametrize("who", ["finance", "auditor", "contributor"])
def test_only_the_sustainability_team_prepares(books: Books, who: str) -> None:
    with pytest.raises(NotAllowed):
        settlement_run.prepare(scheme_code="fee", period_code="2023Q1", by=books.people[who])


def test_posting_needs_an_approval(books: Books) -> None:
    books.emit("CLOUD", FEBRUARY, "1000")
    settlement = books.calculate("2023Q1")
    with pytest.raises(WrongState):
        settlement_run.post(settlement_id=settlement.pk, by=books.people["finance"], at=NOON)
    assert not JournalEntry.objects.exists()


def test_one_settlement_of_a_scheme_at_a_time(books: Books) -> None:
    books.emit("CLOUD", FEBRUARY, "1000")
    books.calculate("2023Q1")
    with pytest.raises(SettlementUnderWay):
        books.calculate("2023Q2")


def test_an_earlier_period_is_not_settled_after_a_later_one(books: Books) -> None:
    books.emit("CLOUD", MAY, "1000")
    books.settle("2023Q2")
    with pytest.raises(SettledLater):
        books.calculate("2023Q1")


def test_a_closed_period_takes_no_settlement(books: Books) -> None:
    books.emit("CLOUD", FEBRUARY, "1000")
    books.settle("2023Q1")
    period_close.close(period_code="2023Q1", by=books.people["finance"], at=NOON)
    found_scheme(books, "second", keeps_atmosphere=False)
    with pytest.raises(PeriodClosed):
        settlement_run.prepare(
            scheme_code="second", period_code="2023Q1", by=books.people["analyst"]
        )


def test_days_without_a_period_are_named(books: Books) -> None:
    books.periods["2023Q1"].delete()
    books.emit("CLOUD", FEBRUARY, "1000")
    with pytest.raises(ActivityOutsidePeriods, match="1 approved records between 2023-02-10"):
        books.calculate("2023Q2")


def test_a_missing_price_quarantines_with_its_reason_and_is_mended_anew(books: Books) -> None:
    scheme = found_scheme(books, "second", keeps_atmosphere=False, is_approved=False)
    books.emit("CLOUD", FEBRUARY, "1000", scope=3, category=6)
    settlement = settlement_run.prepare(
        scheme_code="second", period_code="2023Q1", by=books.people["analyst"]
    )
    settlement = settlement_run.calculate(settlement_id=settlement.pk, at=NOON)
    assert settlement.state == SettlementState.CALCULATING
    stuck = settlement.shards.get(state=ShardState.QUARANTINED)
    assert "CLOUD, Scope 3 category 6 from 2023-02-10" in stuck.error

    scheme.prices.update(approved_by=books.people["approver"])
    settlement_run.cancel(settlement_id=settlement.pk, by=books.people["analyst"], at=NOON)
    settlement = settlement_run.prepare(
        scheme_code="second", period_code="2023Q1", by=books.people["analyst"]
    )
    settlement = settlement_run.calculate(settlement_id=settlement.pk, at=NOON)
    assert settlement.state == SettlementState.CALCULATED
    assert [line.amount_minor for line in settlement.lines.all()] == [1500]


def test_all_shards_charge_the_prices_of_the_moment_it_was_prepared(books: Books) -> None:
    for code in ("CLOUD", "OFFICES"):
        books.emit(code, FEBRUARY, "1000")
    settlement = settlement_run.prepare(
        scheme_code="fee", period_code="2023Q1", by=books.people["analyst"]
    )
    settlement_run.calculate_next_shard(settlement_id=settlement.pk, at=NOON)
    settlement_run.calculate_next_shard(settlement_id=settlement.pk, at=NOON)
    CarbonPrice.objects.create(
        scheme=books.scheme,
        scope=1,
        price_per_tonne=Decimal(100),
        in_force=(date(2023, 1, 1), None),
        proposed_by=books.people["analyst"],
        approved_by=books.people["approver"],
    )
    settlement = settlement_run.calculate(settlement_id=settlement.pk, at=NOON)
    assert [line.amount_minor for line in settlement.lines.all()] == [1500, 1500]


def test_a_shard_that_another_worker_finished_is_not_put_into_quarantine(books: Books) -> None:
    books.emit("CLOUD", FEBRUARY, "1000")
    settlement = books.calculate("2023Q1")
    shard = settlement.shards.first()
    assert shard is not None
    settlement_run._note_failure(shard.pk, PeriodClosed("2023Q1"))
    shard.refresh_from_db()
    assert (shard.state, shard.error) == (ShardState.DONE, "")


def test_a_skipped_period_closes_once_a_later_one_is_settled(books: Books) -> None:
    books.emit("CLOUD", FEBRUARY, "1000")
    books.settle("2023Q2")
    finance = books.people["finance"]
    for code in ("2023Q1", "2023Q2"):
        period_close.close(period_code=code, by=finance, at=NOON)
    with pytest.raises(PeriodNotReady, match="settled up to 2023Q2, not up to 2023Q3"):
        period_close.close(period_code="2023Q3", by=finance, at=NOON)


def test_two_schemes_never_share_an_account_code(books: Books) -> None:
    with pytest.raises(IntegrityError, match="pricing_scheme_code_makes_accounts_of_its_own"):
        found_scheme(books, "FEE", keeps_atmosphere=False)


def test_an_account_code_that_is_taken_is_named_and_nothing_is_calculated(books: Books) -> None:
    books.emit("CLOUD", FEBRUARY, "1000")
    ensure_commodities("USD")
    Account.objects.create(
        code="Expenses:Carbon-Fee:FEE:CLOUD",
        kind="fee_expense",
        commodity_id="USD",
        department=books.departments["OFFICES"],
    )
    settlement = books.calculate("2023Q1")
    assert settlement.state == SettlementState.CALCULATING
    stuck = settlement.shards.get(state=ShardState.QUARANTINED)
    assert AccountCodeTaken("fee", 1).args[0] == stuck.error
    assert not SettlementLine.objects.exists()


def test_a_settlements_entry_is_not_reversed_by_hand(books: Books) -> None:
    books.emit("CLOUD", FEBRUARY, "1000")
    books.settle("2023Q1")
    entry = JournalEntry.objects.get()
    for who, refusal in [("finance", EntryOfSettlement), ("auditor", NotAllowed)]:
        with pytest.raises(refusal):
            posting.reverse(
                entry_id=entry.pk,
                entry_date=date(2023, 3, 31),
                reason="a test",
                by=books.people[who],
            )
    assert JournalEntry.objects.count() == 1


def test_an_entry_by_hand_is_reversed_once(books: Books) -> None:
    books.emit("CLOUD", FEBRUARY, "1000")
    books.settle("2023Q1")
    expense = Account.objects.get(kind="fee_expense")
    fund = Account.objects.get(kind="carbon_fund")
    before = account("Equity:Carbon-Fund:FEE")
    entry_id = posting.post(
        entry_date=date(2023, 3, 31),
        description="a grant",
        lines=[
            posting.Line(fund.pk, "USD", debit=700),
            posting.Line(expense.pk, "USD", credit=700),
        ],
        source=posting.Source("grant", "1", "payment"),
        by=books.people["finance"],
    )
    reversal: dict[str, Any] = {
        "entry_id": entry_id,
        "entry_date": date(2023, 4, 1),
        "reason": "paid twice",
        "by": books.people["finance"],
    }
    posting.reverse(**reversal)
    assert account("Equity:Carbon-Fund:FEE") == before
    with pytest.raises(AlreadyReversed):
        posting.reverse(**reversal)


def test_more_tonnes_than_a_line_counts_are_told_in_words(books: Books) -> None:
    for _ in range(10):  # 10^13 kg are 10^19 mg, and a bigint ends at 9.2 × 10^18
        books.emit("CLOUD", FEBRUARY, "1000000000000")
    books.emit("OFFICES", FEBRUARY, "1000")
    settlement = books.calculate("2023Q1")

    (shard,) = settlement.shards.filter(state=ShardState.QUARANTINED)
    assert "9,223,372,036,854.775807 kgCO2e at most" in shard.error
    assert "CLOUD 10,000,000,000,000 kg." in shard.error
    assert "OFFICES" not in shard.error
    assert "correct them, cancel this settlement" in shard.error
    assert shard.attempts == 1
    assert not SettlementLine.objects.filter(
        settlement=settlement, department__code="CLOUD"
    ).exists()


def test_more_money_than_a_line_counts_is_told_in_words(books: Books) -> None:
    CarbonPrice.objects.create(
        scheme=books.scheme,
        scope=1,
        price_per_tonne=Decimal(10) ** 11,
        in_force=ALWAYS,
        proposed_by=books.people["analyst"],
        approved_by=books.people["approver"],
    )
    books.emit("CLOUD", FEBRUARY, "1000000000000")  # 10^9 t × 10^11 USD are 10^22 cents
    settlement = books.calculate("2023Q1")

    (shard,) = settlement.shards.filter(state=ShardState.QUARANTINED)
    assert "9,223,372,036,854,775,807 minor units of money" in shard.error
    assert "CLOUD" not in shard.error
