"""The demo company's years come to the published figures, and a restatement leaves the past alone.

Source: Microsoft Environmental Sustainability Reports 2021 and 2024 (fixtures/demo/SOURCE.md);
every fee is tonnes × $15, business travel from 2022-07-01 tonnes × $100.
"""

from __future__ import annotations

import io
import json
from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command

from config.demo import company as demo_company
from config.demo import figures, history, report
from ledger import balances, statements, verification
from ledger.atmosphere import atmosphere
from ledger.models.journal import JournalLine
from pricing import price_lookup
from tests.counting import rows_by_table

pytestmark = pytest.mark.django_db

FEES = {
    "FY20": Decimal("13553625.00"),
    "FY21": Decimal("8625150.00"),
    "FY22": Decimal("8496630.00"),
    "FY23": Decimal("21371410.00"),
}
TRUE_UPS = {"FY20": Decimal("3418875.00"), "FY21": Decimal("3982050.00")}
FIRST_BILLS = {"FY20": Decimal("10134750.00"), "FY21": Decimal("4643100.00")}


def run(command: str, **options: Any) -> str:
    out = io.StringIO()
    call_command(command, stdout=out, **options)
    return out.getvalue()


def said(*arguments: str) -> str:
    """What a command with steps of its own says."""
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def demo() -> None:
    run("load_factors")
    run("load_demo")


def test_fees_are_the_published_tonnes_times_the_price(demo: None) -> None:
    fees: dict[str, Decimal] = defaultdict(Decimal)
    true_ups: dict[str, Decimal] = defaultdict(Decimal)
    for line in statements.statement_lines(scheme_code="carbon-fee"):
        if line.kind == "charge":
            fees[line.activity_period] += line.amount
            if line.is_true_up:
                true_ups[line.activity_period] += line.amount
    assert dict(fees) == FEES
    assert dict(true_ups) == TRUE_UPS
    assert sum(fees.values()) == Decimal("52046815.00")
    assert verification.verify().holds


@pytest.mark.parametrize("way", [{}, {"as_billed": True}])
def test_a_replay_of_fy23_with_its_own_scheme_is_the_bill(demo: None, way: dict[str, Any]) -> None:
    before = rows_by_table()
    told = json.loads(run("replay", scheme="carbon-fee", period="FY23", json=True, **way))
    assert told["total"]["billed"]["charged"] == told["total"]["replayed"]["charged"]
    assert told["total"]["replayed"]["charged"] == "21371410.00"
    assert {row["difference_minor"] for row in told["departments"]} == {0}
    shared = json.loads(run("replay", scheme="sites-feebate", period="FY23", json=True, **way))
    assert shared["total"]["billed"] == shared["total"]["replayed"]
    assert shared["total"]["replayed"]["net"] == "0.00"
    assert shared["total"]["replayed"]["returned"] == shared["total"]["replayed"]["charged"]
    assert all(each["difference_minor"] == 0 for each in shared["departments"])
    assert any(each["replayed"]["net_minor"] for each in shared["departments"])
    # Travel at 100 is 133,000 t of it; at 15 for all, 671,094 t in all.
    cheap = json.loads(run("replay", scheme="carbon-fee", period="FY23", json=True, price=["15"]))
    assert cheap["total"]["replayed"]["charged"] == "10066410.00"
    assert [row["department"] for row in cheap["departments"] if row["difference_minor"]] == [
        "TRAVEL"
    ]
    # On the location basis Scope 2 is 8,077,403 t in place of 393,134 t.
    other = json.loads(
        run("replay", scheme="carbon-fee", period="FY23", json=True, scope2_basis="location")
    )
    assert other["total"]["replayed"]["charged"] == "136635445.00"
    assert rows_by_table() == before


def test_loading_again_changes_nothing(demo: None) -> None:
    before = list(JournalLine.objects.order_by("pk").values())
    run("load_demo")
    assert list(JournalLine.objects.order_by("pk").values()) == before


def test_the_trial_balance_balances_in_each_commodity(demo: None) -> None:
    found = json.loads(run("trial_balance", json=True))
    assert found["as_of"] is None
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for account in found["accounts"]:
        assert set(account) == {"account", "commodity", "debit", "credit", "balance"}
        assert Decimal(account["balance"]) == Decimal(account["debit"]) - Decimal(account["credit"])
        sums[account["commodity"]] += Decimal(account["balance"])
    assert dict(sums) == {"USD": 0, "KGCO2E": 0}


def test_removals_earn_by_durability_when_verified(demo: None) -> None:
    """1,200 ha × 6.59 t × $40 twice, 850 ha × 9.1 t × $10; the contracted 10,000 t earn nothing."""
    statement = statements.statement_of(
        department_code="REMOVALS", scheme_code="carbon-fee", period_code="FY22"
    )
    assert statement.earned == Decimal("316320.00") + Decimal("77350.00")
    paid = Decimal("100000.00")  # the first milestone of the illustrative grant
    assert (
        balances.fund_balance(scheme_id=demo_scheme_id())
        == Decimal("52046815.00") - Decimal("709990.00") - paid
    )


def test_a_feebate_year_comes_to_nothing(demo: None) -> None:
    """FY23's 8,077,403 t of Scope 2 by location × $15 go back by the tonnes of FY22."""
    lines = statements.statement_lines(scheme_code="sites-feebate")
    charged = sum(line.amount for line in lines if line.kind == "charge")
    returned = sum(line.amount for line in lines if line.kind == "allocation")
    assert (charged, charged + returned) == (Decimal("121161045.00"), 0)
    net: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.kind != "recorded":
            net[line.department] += line.amount
    assert len(net) == 4
    assert min(net.values()) < 0 < max(net.values())
    out = io.StringIO()
    assert report.print_report("carbon-fee", "sites-feebate", lambda text: out.write(text + "\n"))
    (total,) = [row.split() for row in out.getvalue().splitlines() if "121,161,045.00" in row]
    assert total == ["total", "121,161,045.00", "121,161,045.00", "0.00"]
    printed = [row.split() for row in out.getvalue().splitlines()]
    assert ["balance", f"{atmosphere().balance_kgco2e.scaleb(-3):,.3f}"] in printed
    assert [row[-2:] for row in printed if "46.54" in row] == [["38.89", "46.54"]]


def test_a_grant_is_paid_and_measured_by_the_cost_of_its_tonne(demo: None) -> None:
    """(500,000 − 10,000 × 15) ÷ (600 t × 15) = $38.89; 250 t in 182 days, of 299.178 t promised."""
    found = json.loads(said("grants", "list", "--scheme", "carbon-fee", "--json"))
    grant = next(one for one in found if one["state"] == "awarded")
    assert grant["is_illustrative"]
    assert grant["promised"]["cost_per_tonne"] == {
        "middle": "38.89",
        "low": "33.82",
        "high": "45.75",
    }
    assert grant["promised"]["fund_per_tonne"]["middle"] == "33.33"
    assert [(one["state"], one["paid_on"]) for one in grant["milestones"]] == [
        ("paid", "2023-10-31"),
        ("planned", None),
    ]
    assert grant["delivered"]["percent"] == "83.6"
    assert grant["delivered"]["cost_per_tonne"]["middle"] == "46.54"
    fund = json.loads(run("fund", scheme="carbon-fee", on=date(2024, 1, 1), json=True))
    assert fund["balance"] == "51236825.00"
    assert (fund["committed"], fund["available"]) == ("200000.00", "51036825.00")
    assert (fund["paid"], fund["budget"]["left"]) == ("100000.00", "700000.00")
    curve = json.loads(said("grants", "curve", "--scheme", "carbon-fee", "--json"))
    assert [(step["cost_per_tonne"], step["to_tonnes"]) for step in curve["promised"]] == [
        ("-3.33", "4500"),
        ("7.63", "122500"),
        ("38.89", "131500"),
    ]


def test_a_sent_statement_stays_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """FY21 is read when it was sent out, and again after the restatement and two more years."""
    sent: dict[str, Any] = {}
    real = history._restate_year

    def read_first(*args: Any, **facts: Any) -> None:
        if not sent:
            for code in ("SITES-ASIA", "SITES-EMEA", "TRAVEL", "SUPPLY"):
                sent[code] = statement_of(code)
        real(*args, **facts)

    monkeypatch.setattr(history, "_restate_year", read_first)
    run("load_factors")
    run("load_demo")
    assert len(sent) == 4
    for code, before in sent.items():
        assert statement_of(code) == before


def test_first_bills_charge_the_tonnes_published_first(demo: None) -> None:
    for period, fee in FIRST_BILLS.items():
        lines = statements.statement_lines(scheme_code="carbon-fee", period_code=period)
        assert sum(line.amount for line in lines) == fee


@pytest.mark.parametrize("year", ["FY20", "FY21"])
def test_splitting_first_totals_keeps_them_as_published(year: str) -> None:
    first = figures.figures(year, figures.FIRST_PUBLISHED)
    published = {"FY20": (118100, 228194, 4102445), "FY21": (123704, 163935, 4745197)}[year]
    scope_1 = sum(f.tonnes for f in first if f.activity == "reported/scope-1")
    market = sum(f.tonnes for f in first if f.activity == "reported/scope-2")
    location = sum(f.location_tonnes or 0 for f in first)
    assert (scope_1, market, location) == published


def statement_of(department: str) -> dict[str, Any]:
    text = run("statement", department=department, scheme="carbon-fee", period="FY21", json=True)
    found: dict[str, Any] = json.loads(text)
    found.pop("state")  # posted, then closed: the only word that changes
    return found


def demo_scheme_id() -> int:
    code = demo_company.read_company().scheme_code
    return price_lookup.scheme_terms(code=code).id
