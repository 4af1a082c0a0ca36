"""Why a bill changed: worked by hand, true of any two bills, and three clicks to the reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from django.test import Client
from django.utils.html import strip_tags
from hypothesis import given
from hypothesis import strategies as st

from departments.portal.waterfall import CHARGED_STEPS, Waterfall, waterfall
from departments.portal.waterfall_chart import LEFT, RIGHT, waterfall_chart
from ledger.bill_change import ChargedActivities, ChargedActivity
from ledger.statements import StatementLine
from tests.ledger.books import Books

BILL = "/departments/CLOUD/fee/2023Q2/"


def did(
    activity: str, quantity: str, kgco2e: str, price: str, *, place: str = "GB", scope: int = 2
) -> ChargedActivity:
    unit = "kWh" if scope == 2 else "pkm"
    category = None if scope == 2 else 6
    figures = (Decimal(quantity), Decimal(kgco2e), Decimal(price))
    return ChargedActivity(scope, category, activity, place, unit, *figures)


def line(amount: Decimal, kind: str = "charge", *, is_true_up: bool = False) -> StatementLine:
    return StatementLine(
        line_id=1,
        department_id=1,
        department="CLOUD",
        kind=kind,
        is_true_up=is_true_up,
        activity_period="2023Q1",
        scope=None,
        category=None,
        durability_class="",
        location_kgco2e=Decimal(0),
        market_kgco2e=Decimal(0),
        settled_kgco2e=Decimal(0),
        price_per_tonne=None,
        amount=amount,
        currency="USD",
        record_count=1,
    )


def lines_of(activities: Sequence[ChargedActivity]) -> list[StatementLine]:
    """One line for each, rounded as the ledger rounds."""
    cent = Decimal("0.01")
    return [
        line((one.kgco2e * one.price_per_tonne / 1000).quantize(cent, ROUND_HALF_UP))
        for one in activities
    ]


def steps_between(
    before: Sequence[ChargedActivity],
    after: Sequence[ChargedActivity],
    *,
    is_reorganised: bool = False,
) -> Waterfall:
    activities = ChargedActivities(tuple(before), tuple(after), is_reorganised)
    return waterfall(lines_of(before), lines_of(after), activities, exponent=2)


def moved(found: Waterfall) -> dict[str, Decimal]:
    return {step.name: step.amount for step in found.moving}


def test_volume_factor_and_price_worked_by_hand():
    before = [did("electricity/grid", "1000000", "200000", "10")]  # 0.20 kg a kWh: USD 2,000
    after = [did("electricity/grid", "1200000", "300000", "12")]  # 0.25 kg a kWh: USD 3,600
    assert moved(steps_between(before, after)) == {
        "volume": Decimal("400.00"),  # 200,000 kWh × 0.20 kg = 40 t × 10
        "factor": Decimal("600.00"),  # 1,200,000 kWh × 0.05 kg = 60 t × 10
        "price": Decimal("600.00"),  # 300 t × 2
    }


def test_mix_is_what_shifts_within_a_category():
    before = [
        did("flight/short", "100000", "20000", "10", scope=3),
        did("flight/long", "100000", "10000", "10", scope=3),
    ]
    after = [
        did("flight/short", "50000", "10000", "10", scope=3),
        did("flight/long", "150000", "15000", "10", scope=3),
    ]
    assert moved(steps_between(before, after)) == {"mix": Decimal("-50.00")}


def test_something_new_is_mix_at_the_usual_price_of_its_category():
    before = [did("flight/short", "100000", "20000", "10", scope=3)]
    after = [
        did("flight/short", "50000", "10000", "20", scope=3),
        did("rail/national", "50000", "2000", "20", scope=3),
    ]
    assert moved(steps_between(before, after)) == {
        "mix": Decimal("-80.00"),  # 50,000 pkm went from 0.20 to 0.04 kg: 8 t × 10
        "price": Decimal("120.00"),  # 12 t × 10
    }


def test_a_first_price_is_a_change_in_price():
    before = [did("electricity/grid", "1000000", "200000", "0")]
    after = [did("electricity/grid", "1000000", "200000", "15")]
    assert moved(steps_between(before, after)) == {"price": Decimal("3000.00")}


def test_what_is_reported_ready_made_is_volume():
    before = [did("reported/scope-3/6", "100", "100", "1000", scope=3)]
    after = [did("reported/scope-3/6", "100", "250", "1000", scope=3)]
    assert moved(steps_between(before, after)) == {"volume": Decimal("150.00")}


def test_a_department_that_came_is_organisation():
    after = [did("electricity/grid", "1000000", "200000", "10")]
    found = steps_between([], after, is_reorganised=True)
    assert moved(found) == {"organisation": Decimal("2000.00")}


def test_true_ups_shares_and_incentives_have_steps_of_their_own():
    before = [line(Decimal("5.00"), is_true_up=True), line(Decimal("-1.00"), "incentive")]
    after = [
        line(Decimal("7.50"), is_true_up=True),
        line(Decimal("2.00"), "levy"),
        line(Decimal("-9.00"), "allocation"),
        line(Decimal("-4.00"), "incentive"),
    ]
    found = waterfall(before, after, ChargedActivities(), exponent=2)
    assert moved(found) == {
        "corrections": Decimal("2.50"),
        "allocations": Decimal("-7.00"),
        "incentives": Decimal("-3.00"),
    }
    assert (found.before, found.after) == (Decimal("4.00"), Decimal("-3.50"))


amounts = st.decimals(0, 10_000_000, places=3)
activities = st.builds(
    ChargedActivity,
    scope=st.sampled_from([1, 2]),
    category=st.none(),
    activity=st.sampled_from(["electricity/grid", "diesel", "reported/scope-1", "spend/food"]),
    place=st.sampled_from(["", "GB", "KR"]),
    unit=st.sampled_from(["kWh", "kg"]),
    quantity=amounts,
    kgco2e=amounts,
    price_per_tonne=st.decimals(0, 900, places=2),
)
bills = st.lists(activities, max_size=6)


@given(before=bills, after=bills, is_reorganised=st.booleans())
def test_the_steps_foot_to_the_cent(
    before: list[ChargedActivity], after: list[ChargedActivity], is_reorganised: bool
):
    found = steps_between(before, after, is_reorganised=is_reorganised)
    assert found.before + sum(step.amount for step in found.steps) == found.after
    assert found.after == sum(each.amount for each in lines_of(after))
    assert all(step.amount == round(step.amount, 2) for step in found.steps)


@given(bill=bills)
def test_without_a_change_nothing_moves(bill: list[ChargedActivity]):
    assert steps_between(bill, bill).moving == ()


@given(bill=bills, price=st.decimals(0, 900, places=2))
def test_where_only_the_price_changed_only_price_moves(bill: list[ChargedActivity], price: Decimal):
    def at(wanted: Decimal) -> list[ChargedActivity]:
        return [replace(one, price_per_tonne=wanted) for one in bill]

    found = steps_between(at(Decimal("37.50")), at(price))
    assert moved(found).keys() <= {"price"}


@given(before=bills, after=bills)
def test_every_bar_lies_on_the_scale(before: list[ChargedActivity], after: list[ChargedActivity]):
    found = steps_between(before, after)
    chart = waterfall_chart(found)
    assert len(chart.bars) == len(found.moving) + 2
    assert all(bar.x >= LEFT and bar.x + bar.width <= RIGHT + 2 for bar in chart.bars)
    assert [bar.kind for bar in chart.bars if bar.kind == "total"] == ["total", "total"]
    assert chart.bars[-2].join_x in (chart.bars[-1].x, chart.bars[-1].join_x)


def test_small_steps_are_seen_and_the_scale_says_where_it_begins():
    before = [did("electricity/grid", "1000000", "1000000", "1000")]  # USD 1,000,000
    after = [did("electricity/grid", "1010000", "1010000", "1000")]
    chart = waterfall_chart(steps_between(before, after))
    assert chart.begins_at == "995.0k"  # half a step of 10,000 below the lowest
    assert [bar.width for bar in chart.bars] == [76, 152, RIGHT - LEFT]
    from_nothing = waterfall_chart(steps_between([], after))
    assert (from_nothing.begins_at, from_nothing.base_x) == ("", LEFT)


def test_the_bill_says_why_it_changed(books: Books, browse: Callable[[str], Client]):
    response = browse("contributor").get(BILL)
    found = response.context["waterfall"]
    assert moved(found) == {
        "volume": Decimal("-3407910.00"),  # Scope 1 +1,000 t, Scope 2 −228,194 t, × $15
        "corrections": Decimal("3418875.00"),
        "incentives": Decimal("-280000.00"),
    }
    assert (found.before, found.after) == (Decimal("3437910.00"), Decimal("3168875.00"))
    page = " ".join(strip_tags(response.content.decode()).split())
    assert "Why it is not what it was in 2023Q1" in page
    assert "−USD 3,407,910.00" in page
    assert {step.name for step in found.steps[:5]} == set(CHARGED_STEPS)
    assert "waterfall" not in browse("contributor").get("/departments/CLOUD/fee/2023Q1/").context


def test_three_clicks_lead_to_the_reason(books: Books, browse: Callable[[str], Client]):
    client = browse("contributor")
    bill = client.get(BILL).content.decode()
    step = re.search(r'href="([^"]+)">Corrections</a>', bill)
    assert step
    lines = client.get(step[1].replace("&amp;", "&"))  # the first click
    assert [line.is_true_up for line in lines.context["lines"]] == [True]
    line_url = re.search(r'href="(/lines/\d+/)"', lines.content.decode())
    assert line_url
    line = client.get(line_url[1]).content.decode()  # the second
    record = re.search(r'href="(/activity/\d+/)"', line)
    assert record
    assert client.get(record[1]).status_code == 200  # the third


def test_korean_says_why_as_well(books: Books, browse: Callable[[str], Client]):
    client = browse("contributor")
    client.cookies["django_language"] = "ko"
    page = client.get(BILL).content.decode()
    assert "2023Q1 청구와 다른 이유" in page
    assert "Corrections" not in page
