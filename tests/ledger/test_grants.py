"""A grant is awarded by two people within its budget, and moves money by balanced entries alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from departments.organisation.constraints import constraint_of
from departments.organisation.models import Membership
from ledger import fund, period_close, posting, settlement_run, verification
from ledger.contributions import contribution_shares
from ledger.errors.calendar import PeriodClosed
from ledger.errors.journal import FundOverdrawn
from ledger.errors.settlements import GrantNotPayable, GrantPaidByItsOwn, NotAllowed
from ledger.models.accounts import Account
from ledger.models.journal import JournalEntry, JournalLine
from ledger.models.settlements import SettledRecord, SettlementState
from ledger.posting import Line, Source
from pricing import fund_grants, grant_budgets, grant_lookup, grant_milestones
from pricing.errors import (
    AlreadyMeasured,
    GrantBudgetExceeded,
    GrantBySamePerson,
    GrantInvalid,
    GrantNotFound,
    GrantWrongState,
    NoGrantBudget,
    PriceOverlaps,
)
from pricing.errors import NotAllowed as NotAllowedInPricing
from pricing.grant_reading import AskedMilestone
from pricing.models import GrantApplication, GrantMilestone
from pricing.price_lookup import scheme_terms
from tests.ledger.books import NOON, Books, open_books
from tests.ledger.granting import (
    MAY,
    YEAR,
    accepted,
    apply,
    award,
    awarded,
    budget,
    fail,
    milestone_of,
    pay,
    propose,
    score,
    take_back,
)

pytestmark = pytest.mark.django_db

CHECK = "grants are paid as awarded"
FUND, INCOME = "Equity:Carbon-Fund:FEE", "Income:Carbon-Incentive:FEE:CLOUD"


@pytest.fixture
def books(db: None) -> Books:
    """A fund of $75,000.00 that may not be overdrawn, of which $100,000 may be awarded."""
    books = open_books(fund_may_overdraw=False)
    books.emit("CLOUD", date(2023, 2, 1), "5000000")
    books.settle("2023Q1")
    budget(books)
    return books


def lines_of(entry_id: int) -> list[tuple[str, int, int]]:
    lines = JournalLine.objects.filter(entry_id=entry_id).order_by("account__code")
    return [(line.account.code, line.debit, line.credit) for line in lines]


def held(books: Books) -> Decimal:
    return fund.fund_position(scheme_code=books.scheme.code, on=MAY).balance.decimal


# Applying, scoring, awarding


def test_a_grant_goes_from_application_to_award(books: Books) -> None:
    grant = apply(books)
    assert grant.state == "applied"
    assert score(books, grant).state == "scored"
    assert propose(books, grant).state == "proposed"
    assert award(books, grant).state == "awarded"
    assert award(books, grant).decided_by == books.people["approver"]
    found = grant_lookup.grant_of(grant_id=grant.pk)
    assert found.score.whole.middle == Decimal("10.00")
    assert found.score.fund.middle == Decimal("6.00")
    assert (found.score.fund.low, found.score.fund.high) == (Decimal("5.00"), Decimal("7.50"))
    assert [(step.name, step.by, step.words) for step in found.history] == [
        ("applied", "contributor", ""),
        ("scored", "analyst", "Plausible"),
        ("proposed", "analyst", "Cheapest so far"),
        ("awarded", "approver", ""),
    ]
    [whole] = grant_lookup.budgets(scheme_id=books.scheme.pk)
    assert (whole.awarded.decimal, whole.left.decimal) == (Decimal(60_000), Decimal(40_000))


def test_every_problem_of_an_application_comes_at_once(books: Books) -> None:
    with pytest.raises(GrantInvalid) as caught:
        apply(
            books,
            title=" ",
            effect="magic",
            cost=Decimal("1.001"),
            asked=Decimal(0),
            tonnes_per_year=Decimal(0),
            lifetime_years=0,
            uncertainty_percent=Decimal(101),
            milestones=[AskedMilestone("", MAY, Decimal(0))],
        )
    assert {problem.field for problem in caught.value.field_problems} == {
        "title",
        "effect",
        "cost",
        "asked",
        "tonnes_per_year",
        "lifetime_years",
        "uncertainty_percent",
        "milestones.0.title",
        "milestones.0.amount",
    }
    assert not GrantApplication.objects.exists()


def test_milestones_add_up_to_what_is_asked(books: Books) -> None:
    with pytest.raises(GrantInvalid, match=r"60,000.00 USD"):
        apply(books, asked=Decimal(59_999))
    with pytest.raises(GrantInvalid, match="Name 1 to 20"):
        apply(books, milestones=[])


def test_only_a_departments_people_apply_for_it(books: Books) -> None:
    for person in ("finance", "auditor"):
        with pytest.raises(NotAllowedInPricing):
            apply(books, by=books.people[person])
    with pytest.raises(NotAllowedInPricing):
        apply(books, "OFFICES")
    assert apply(books, by=books.people["analyst"]).state == "applied"


def everything(books: Books, person: str) -> None:
    for role in ("sustainability_analyst", "sustainability_approver", "finance"):
        Membership.objects.get_or_create(user=books.people[person], role=role, department=None)


def test_each_step_takes_its_role_and_another_person(books: Books) -> None:
    grant = apply(books)
    for step, person in [(score, "finance"), (propose, "finance"), (award, "analyst")]:
        with pytest.raises(NotAllowedInPricing):
            step(books, grant, by=person)
    everything(books, "contributor")
    with pytest.raises(GrantBySamePerson, match="contributor applied for this grant"):
        score(books, grant, by="contributor")
    score(books, grant)
    with pytest.raises(GrantBySamePerson):
        propose(books, grant, by="contributor")
    everything(books, "analyst")
    propose(books, grant)
    for person in ("contributor", "analyst"):
        with pytest.raises(GrantBySamePerson):
            award(books, grant, by=person)
    with pytest.raises(GrantBySamePerson):
        fund_grants.decline(
            grant_id=grant.pk, reason="Mine", by=books.people["contributor"], at=NOON
        )


def test_steps_come_in_their_order(books: Books) -> None:
    grant = apply(books)
    for step in (propose, award, fail):
        with pytest.raises(GrantWrongState, match=f"Grant {grant.pk} is applied"):
            step(books, grant)
    with pytest.raises(GrantNotFound):
        fund_grants.score(grant_id=grant.pk + 1, by=books.people["analyst"], at=NOON)
    fund_grants.decline(grant_id=grant.pk, reason="Too dear", by=books.people["approver"], at=NOON)
    with pytest.raises(GrantWrongState):
        score(books, grant)


def test_an_application_is_withdrawn_by_its_department(books: Books) -> None:
    grant = apply(books)
    with pytest.raises(NotAllowedInPricing):
        fund_grants.withdraw(grant_id=grant.pk, by=books.people["finance"], at=NOON)
    withdrawn = fund_grants.withdraw(grant_id=grant.pk, by=books.people["contributor"], at=NOON)
    assert withdrawn.state == "withdrawn"


def test_awards_stay_within_the_budget(books: Books) -> None:
    awarded(books)
    more = apply(books)
    score(books, more)
    with pytest.raises(GrantBudgetExceeded, match=r"60,000.00 USD; .* 40,000.00 USD is left"):
        propose(books, more)


def test_two_proposals_that_fit_alone_do_not_fit_together(books: Books) -> None:
    one, other = apply(books), apply(books)
    for grant in (one, other):
        score(books, grant)
        propose(books, grant)
    award(books, one)
    with pytest.raises(GrantBudgetExceeded):
        award(books, other)
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        GrantApplication.objects.filter(pk=other.pk).update(
            state="awarded", decided_by=books.people["approver"], decided_at=NOON
        )
    assert constraint_of(caught.value) == "pricing_grants_stay_within_budget"


def test_a_failed_grant_frees_its_budget(books: Books) -> None:
    fail(books, awarded(books))
    assert awarded(books).state == "awarded"


def test_a_project_that_starts_on_a_day_without_budget_waits(books: Books) -> None:
    grant = apply(books, starts_on=YEAR[1])
    score(books, grant)
    with pytest.raises(NoGrantBudget, match="2024-01-01"):
        propose(books, grant)
    with pytest.raises(PriceOverlaps):
        budget(books, days=(date(2023, 12, 31), date(2024, 6, 1)))
    proposed = grant_budgets.propose_budget(
        scheme_code="fee",
        starts_on=YEAR[1],
        ends_before=date(2025, 1, 1),
        amount=Decimal(60_000),
        by=books.people["analyst"],
    )
    with pytest.raises(NoGrantBudget):
        propose(books, grant)
    everything(books, "analyst")
    with pytest.raises(GrantBySamePerson):
        grant_budgets.approve_budget(budget_id=proposed.pk, by=books.people["analyst"], at=NOON)
    grant_budgets.approve_budget(budget_id=proposed.pk, by=books.people["approver"], at=NOON)
    assert propose(books, grant).state == "proposed"


# Paying and taking back


def test_an_accepted_milestone_is_paid_once_by_a_balanced_entry(books: Books) -> None:
    grant = awarded(books)
    milestone_id = accepted(books, grant)
    entry_id = pay(books, milestone_id)
    assert lines_of(entry_id) == [(FUND, 2_000_000, 0), (INCOME, 0, 2_000_000)]
    entry = JournalEntry.objects.get(pk=entry_id)
    assert (entry.source_type, entry.source_id, entry.purpose) == (
        "grant-milestone",
        str(milestone_id),
        "payment",
    )
    assert entry.description == f"Grant {grant.pk}, milestone 1: Heat pumps for two boilers"
    assert pay(books, milestone_id, on=date(2023, 6, 30)) == entry_id
    assert JournalEntry.objects.filter(source_type="grant-milestone").count() == 1
    position = fund.fund_position(scheme_code="fee", on=MAY)
    assert position.balance.decimal == 55_000
    assert (position.paid.decimal, position.committed.decimal) == (Decimal(20_000), Decimal(40_000))
    assert position.available.decimal == 15_000
    assert position.budget is not None
    assert position.budget.left.decimal == 40_000
    payment = fund.payments([milestone_id])[milestone_id]
    assert (payment.entry_id, payment.paid_on, payment.paid_by) == (entry_id, MAY, "finance")
    verified = verification.verify()
    assert verified.holds
    assert verified.checked[CHECK] == 1


def test_only_what_is_awarded_and_accepted_is_paid(books: Books) -> None:
    grant = apply(books)
    milestone_id = milestone_of(grant, 1)
    with pytest.raises(GrantNotPayable, match="not accepted yet"):
        pay(books, milestone_id)
    score(books, grant)
    propose(books, grant)
    award(books, grant)
    with pytest.raises(GrantNotPayable):
        pay(books, milestone_id)
    with pytest.raises(GrantWrongState, match="not shown yet"):
        grant_milestones.accept(milestone_id=milestone_id, by=books.people["analyst"], at=NOON)
    accepted(books, grant)
    with pytest.raises(NotAllowed):
        pay(books, milestone_id, by="approver")
    everything(books, "contributor")
    with pytest.raises(GrantPaidByItsOwn):
        pay(books, milestone_id, by="contributor")
    fail(books, grant)
    with pytest.raises(GrantNotPayable, match="failed"):
        pay(books, milestone_id)
    assert not JournalEntry.objects.filter(source_type="grant-milestone").exists()


def test_who_shows_a_milestone_does_not_accept_it(books: Books) -> None:
    everything(books, "contributor")
    grant = awarded(books)
    milestone_id = milestone_of(grant, 1)
    facts: dict[str, Any] = {"milestone_id": milestone_id, "at": NOON}
    with pytest.raises(NotAllowedInPricing):
        grant_milestones.show_evidence(evidence="Mine", by=books.people["finance"], **facts)
    with pytest.raises(GrantInvalid):
        grant_milestones.show_evidence(evidence=" ", by=books.people["contributor"], **facts)
    grant_milestones.show_evidence(evidence="Order", by=books.people["contributor"], **facts)
    with pytest.raises(GrantBySamePerson):
        grant_milestones.accept(by=books.people["contributor"], **facts)
    grant_milestones.accept(by=books.people["analyst"], **facts)
    with pytest.raises(GrantWrongState, match="is accepted"):
        grant_milestones.show_evidence(evidence="New", by=books.people["contributor"], **facts)


def test_nothing_is_paid_into_a_closed_period(books: Books) -> None:
    milestone_id = accepted(books, awarded(books))
    period_close.close(period_code="2023Q1", by=books.people["finance"], at=NOON)
    with pytest.raises(PeriodClosed):
        pay(books, milestone_id, on=date(2023, 3, 31))


def test_a_period_with_a_grant_in_it_closes(books: Books) -> None:
    pay(books, accepted(books, awarded(books)), on=date(2023, 3, 31))
    period_close.close(period_code="2023Q1", by=books.people["finance"], at=NOON)
    assert verification.verify().holds


def test_what_a_failed_project_was_paid_is_taken_back_to_the_cent(books: Books) -> None:
    grant = awarded(books)
    milestone_id = accepted(books, grant)
    entry_id = pay(books, milestone_id)
    with pytest.raises(GrantNotPayable):
        take_back(books, milestone_id)
    fail(books, grant)
    reversal_id = take_back(books, milestone_id)
    assert lines_of(reversal_id) == [(FUND, 0, 2_000_000), (INCOME, 2_000_000, 0)]
    reversal = JournalEntry.objects.get(pk=reversal_id)
    assert reversal.reverses_id == entry_id
    assert f"claw-back of grant {grant.pk}: Sold" in reversal.description
    assert take_back(books, milestone_id) == reversal_id
    position = fund.fund_position(scheme_code="fee", on=MAY)
    assert (position.balance.decimal, position.paid.decimal) == (Decimal(75_000), Decimal(0))
    assert (position.taken_back.decimal, position.committed.decimal) == (
        Decimal(20_000),
        Decimal(0),
    )
    assert verification.verify().holds


def test_between_legal_entities_a_grant_goes_through_what_is_due(db: None) -> None:
    books = open_books(fund_in="ONE", offices_in="TWO", fund_may_overdraw=False)
    books.emit("CLOUD", date(2023, 2, 1), "5000000")
    books.settle("2023Q1")
    budget(books)
    Membership.objects.create(
        user=books.people["contributor"],
        role="contributor",
        department=books.departments["OFFICES"],
    )
    milestone_id = accepted(books, awarded(books, "OFFICES"))
    assert lines_of(pay(books, milestone_id)) == [
        ("Assets:Due-From:ONE:TWO:FEE", 0, 2_000_000),
        (FUND, 2_000_000, 0),
        ("Income:Carbon-Incentive:FEE:OFFICES:TWO", 0, 2_000_000),
        ("Liabilities:Due-To:TWO:ONE:FEE", 2_000_000, 0),
    ]
    assert verification.verify().holds


# The fund holds what it pays


def test_a_grant_beyond_what_the_fund_holds_is_refused_with_the_numbers(books: Books) -> None:
    budget(books, "1000000", days=(YEAR[1], date(2025, 1, 1)))
    parts = [AskedMilestone("All", MAY, Decimal("75000.01"))]
    facts: dict[str, Any] = {
        "cost": Decimal(100_000),
        "asked": Decimal("75000.01"),
        "milestones": parts,
    }
    grant = awarded(books, starts_on=YEAR[1], **facts)
    milestone_id = accepted(books, grant)
    with pytest.raises(FundOverdrawn, match=r"holds 75,000.00 USD, .* take 75,000.01 USD"):
        pay(books, milestone_id)
    assert held(books) == 75_000
    books.emit("CLOUD", date(2023, 5, 1), "1000")
    books.settle("2023Q2")
    pay(books, milestone_id)
    assert held(books) == Decimal("14.99")


def test_a_scheme_that_says_so_overdraws_its_fund(db: None) -> None:
    books = open_books(fund_may_overdraw=True)
    budget(books)
    pay(books, accepted(books, awarded(books)))
    assert held(books) == -20_000


def test_a_settlement_pays_no_more_than_the_fund_holds_with_its_own_fees(books: Books) -> None:
    """75,000 are there, 15 come in; 1,875.375 t at $40 are 75,015, one gram more is a cent."""
    pay_out: dict[str, Any] = {"durability_class": "medium", "removal_state": "verified"}
    books.emit("CLOUD", date(2023, 5, 1), "1000")
    books.emit("CLOUD", date(2023, 5, 1), "1875375.130", **pay_out)
    settlement = books.calculate("2023Q2")
    settlement_run.approve(settlement_id=settlement.pk, by=books.people["approver"], at=NOON)
    with pytest.raises(FundOverdrawn, match=r"holds 75,000.00 USD, .* take 75,000.01 USD"):
        settlement_run.post(settlement_id=settlement.pk, by=books.people["finance"], at=NOON)
    settlement.refresh_from_db()
    assert settlement.state == SettlementState.APPROVED
    assert held(books) == 75_000
    top_up(books, 1)
    settlement_run.post(settlement_id=settlement.pk, by=books.people["finance"], at=NOON)
    assert held(books) == 0


def top_up(books: Books, minor: int) -> None:
    """The company puts money into the fund; who may do so is no matter of this test."""
    fee = Account.objects.get(code="Expenses:Carbon-Fee:FEE:CLOUD")
    fund_account = Account.objects.get(code=FUND)
    posting.post(
        entry_date=MAY,
        description="The company adds to its fund",
        lines=[Line(fee.pk, "USD", debit=minor), Line(fund_account.pk, "USD", credit=minor)],
        source=Source("test", "top-up", "entry"),
        by=books.people["finance"],
    )


def test_fees_charged_too_much_are_taken_back_though_the_fund_is_spent(books: Books) -> None:
    pay(books, accepted(books, awarded(books)))
    [settled] = SettledRecord.objects.select_related("emission_record")
    books.emit("CLOUD", date(2023, 2, 1), "1000000", supersedes=settled.emission_record)
    books.settle("2023Q2")
    assert held(books) == 15_000 - 20_000


# Delivered


def measure(books: Books, grant: GrantApplication, **changes: Any) -> int:
    facts: dict[str, Any] = {
        "starts_on": date(2023, 4, 1),
        "ends_before": date(2023, 6, 13),
        "tonnes": Decimal(150),
        "uncertainty_percent": Decimal(10),
        "evidence": "Gas meters 1 and 2",
        "by": books.people["contributor"],
        "at": NOON,
    }
    return grant_milestones.measure(grant_id=grant.pk, **facts | changes).pk


def test_delivered_tonnes_are_measured_against_promised_ones(books: Books) -> None:
    """150 t in 73 days of 365, where 200 t were promised: 75 %, so $10.00 become $13.33."""
    grant = awarded(books)
    measurement_id = measure(books, grant)
    assert grant_lookup.grant_of(grant_id=grant.pk).delivery is None
    everything(books, "contributor")
    with pytest.raises(GrantBySamePerson):
        grant_milestones.approve_measurement(
            measurement_id=measurement_id, by=books.people["contributor"], at=NOON
        )
    grant_milestones.approve_measurement(
        measurement_id=measurement_id, by=books.people["analyst"], at=NOON
    )
    found = grant_lookup.grant_of(grant_id=grant.pk)
    assert found.delivery is not None
    assert found.delivery.at_this_rate is not None
    assert (found.delivery.promised_tonnes, found.delivery.percent) == (Decimal(200), Decimal(75))
    assert found.delivery.at_this_rate.middle == Decimal("13.33")
    [promised] = grant_lookup.promised_curve([found])
    [delivered] = grant_lookup.delivered_curve([found])
    assert (promised.measure.cost_per_tonne, promised.to_tonnes) == (
        Decimal("10.00"),
        Decimal(10_000),
    )
    assert (delivered.measure.cost_per_tonne, delivered.to_tonnes) == (
        Decimal("13.33"),
        Decimal(150),
    )
    with pytest.raises(AlreadyMeasured):
        measure(books, grant, starts_on=date(2023, 6, 12), ends_before=date(2023, 7, 1))


def test_a_grant_is_closed_once_measured(books: Books) -> None:
    grant = awarded(books)
    close: dict[str, Any] = {"grant_id": grant.pk, "by": books.people["approver"], "at": NOON}
    with pytest.raises(GrantInvalid, match="Measure what it delivered first"):
        fund_grants.close(reason="Done", **close)
    measurement_id = measure(books, grant)
    grant_milestones.approve_measurement(
        measurement_id=measurement_id, by=books.people["analyst"], at=NOON
    )
    assert fund_grants.close(reason="Done", **close).state == "closed"
    position = fund.fund_position(scheme_code="fee", on=MAY)
    assert position.committed.decimal == 0
    with pytest.raises(GrantWrongState):
        accepted(books, grant)


def test_a_measurement_says_what_is_wrong_with_it(books: Books) -> None:
    with pytest.raises(GrantWrongState):
        measure(books, apply(books))
    grant = awarded(books, asked=Decimal(1), milestones=[AskedMilestone("All", MAY, Decimal(1))])
    with pytest.raises(GrantInvalid) as caught:
        measure(
            books, grant, starts_on=date(2023, 3, 31), tonnes=Decimal(-1), evidence="",
            uncertainty_percent=Decimal(101),
        )  # fmt: skip
    fields = {problem.field for problem in caught.value.field_problems}
    assert fields == {"evidence", "starts_on", "tonnes", "uncertainty_percent"}


def test_a_department_invests_what_it_paid_or_loses_it(books: Books) -> None:
    """75,000 of the year to 2023-12-31, of which 20,000 are paid to it; open through 2024."""
    pay(books, accepted(books, awarded(books)))
    terms = scheme_terms(code="fee")
    for as_of, available, lapsed in [
        (date(2024, 12, 31), 5_500_000, 0),
        (date(2025, 1, 1), 0, 5_500_000),
    ]:
        [share] = contribution_shares(terms, as_of=as_of).shares
        assert share.contribution.minor == 7_500_000
        assert share.contribution.lapses_on == date(2025, 1, 1)
        assert (share.invested_minor, share.available_minor, share.lapsed_minor) == (
            2_000_000,
            available,
            lapsed,
        )
    said = StringIO()
    call_command("fund", scheme="fee", on=date(2024, 1, 1), shares=True, json=True, stdout=said)
    shown = json.loads(said.getvalue())
    assert (shown["is_the_rule"], shown["from_common"]) == (False, "0.00")
    assert shown["shares"][0]["available"] == "55000.00"


# What the database promises, against who writes past the functions


def broken(write: Callable[[], object]) -> str:
    """The promise that a write would break."""
    try:
        with transaction.atomic():
            write()
    except IntegrityError as error:
        return constraint_of(error)
    return "nothing"


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ({"asked_minor": 1}, "pricing_grant_takes_its_steps"),
        ({"state": "awarded"}, "pricing_grant_takes_its_steps"),
        ({"state": "scored", "title": "Other"}, "pricing_grant_never_edited"),
        ({"state": "scored", "scored_by": "contributor"}, "pricing_grant_scored_by_another_person"),
        ({"state": "declined"}, "pricing_grant_declined_by_another_person"),
    ],
)
def test_an_application_keeps_what_it_says(
    books: Books, change: dict[str, Any], promise: str
) -> None:
    grant = apply(books)
    if "scored_by" in change:
        change = change | {"scored_by": books.people[change["scored_by"]]}
    rows = GrantApplication.objects.filter(pk=grant.pk)
    assert broken(lambda: rows.update(**change)) == promise


def test_two_people_award(books: Books) -> None:
    grant = apply(books)
    score(books, grant)
    propose(books, grant)
    rows = GrantApplication.objects.filter(pk=grant.pk)
    for person in ("analyst", "contributor"):
        decided = {"state": "awarded", "decided_by": books.people[person], "decided_at": NOON}
        promise = broken(lambda decided=decided: rows.update(**decided))  # type: ignore[misc]
        assert promise == "pricing_grant_awarded_by_another_person"
    assert broken(lambda: rows._raw_delete(rows.db)) == "pricing_grant_stays"


def test_milestones_stay_with_their_application(books: Books) -> None:
    grant = apply(books)
    rows = GrantMilestone.objects.filter(grant=grant)
    assert broken(lambda: rows.update(amount_minor=1)) == "pricing_milestone_never_edited"
    shown = {"evidence": "Mine", "evidenced_by": books.people["contributor"]}
    assert broken(lambda: rows.update(**shown)) == "pricing_milestone_never_edited"
    score(books, grant)
    late = GrantMilestone(grant=grant, number=3, title="More", due_on=MAY, amount_minor=1)
    assert broken(late.save) == "pricing_milestone_comes_with_its_grant"


def post_grant(books: Books, milestone_id: int, minor: int, by: str = "finance") -> int:
    income, _ = Account.objects.get_or_create(
        code=INCOME,
        kind="incentive_income",
        commodity_id="USD",
        scheme=books.scheme,
        department=books.departments["CLOUD"],
    )
    fund_account = Account.objects.get(code=FUND)
    return posting.post(
        entry_date=MAY,
        description="A grant",
        lines=[Line(fund_account.pk, "USD", debit=minor), Line(income.pk, "USD", credit=minor)],
        source=Source("grant-milestone", str(milestone_id), "payment"),
        by=books.people[by],
    )


def test_the_journal_pays_no_other_grant(books: Books) -> None:
    grant = awarded(books)
    waiting = milestone_of(grant, 2)
    milestone_id = accepted(books, grant)
    promise = "ledger_grant_is_paid_as_awarded"
    for given, minor, by in [
        (waiting, 4_000_000, "finance"),
        (milestone_id, 1_999_999, "finance"),
        (milestone_id, 2_000_000, "contributor"),
        (milestone_id + 100, 2_000_000, "finance"),
    ]:
        write = lambda given=given, minor=minor, by=by: post_grant(books, given, minor, by)  # noqa: E731
        assert broken(write) == promise
    entry_id = pay(books, milestone_id)
    reversing = {"entry_date": MAY, "reason": "No", "by": books.people["finance"]}
    promise = broken(lambda: posting.reverse(entry_id=entry_id, **reversing))  # type: ignore[arg-type]
    assert promise == "ledger_grant_is_taken_back_once_failed"


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ("UPDATE pricing_grantmilestone SET amount_minor = 1", "pays 2000000 out of the fund"),
        ("UPDATE pricing_grantmilestone SET accepted_by_id = NULL", "which nobody accepted"),
        ("UPDATE pricing_grantapplication SET state = 'declined'", "which nobody accepted or"),
        ("UPDATE ledger_journalentry SET source_id = '0' WHERE source_type = 'grant-milestone'",
         "there is no milestone 0"),
        ("UPDATE ledger_journalentry e SET posted_by_id = g.applied_by_id "
         "FROM pricing_grantapplication g WHERE source_type = 'grant-milestone'",
         "by too few people"),
    ],
)  # fmt: skip
def test_verify_names_a_grant_that_was_tampered_with(
    books: Books, change: str, detail: str
) -> None:
    pay(books, accepted(books, awarded(books)))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(change)
        cursor.execute("SET LOCAL session_replication_role = origin")
    found = [one.detail for one in verification.verify().findings if one.check == CHECK]
    assert any(detail in each for each in found), found
