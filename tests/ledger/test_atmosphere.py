"""What is in the air: by year, in all, from before anything was recorded, and in years to come."""

from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from rest_framework.test import APIClient

from ledger import balances, manual_entries, verification
from ledger.atmosphere import Atmosphere, atmosphere
from ledger.budget_forecast import forecast
from ledger.errors.calendar import PeriodNotFound
from ledger.errors.proposals import DecidedByProposer, ManualEntryInvalid, ScenarioInvalid
from ledger.historical_emissions import propose_historical
from ledger.models.periods import AccountingPeriod
from ledger.scenario_settings import read_price
from ledger.statements import statement_lines
from pricing.projection import Year
from tests.ledger.books import NOON, Books

pytestmark = pytest.mark.django_db


@pytest.fixture
def settled(books: Books) -> Books:
    """Two years: 1,000 t and a late 50 t in 2023, 1,210 t and 300 t removed in 2024."""
    AccountingPeriod.objects.create(code="2024", days=(date(2024, 1, 1), date(2025, 1, 1)))
    AccountingPeriod.objects.create(code="2025", days=(date(2025, 1, 1), date(2026, 1, 1)))
    books.emit("CLOUD", date(2023, 1, 15), "400000")
    books.settle("2023Q1")
    books.emit("OFFICES", date(2023, 4, 15), "600000", scope=3, category=6)
    books.settle("2023Q2")
    books.emit("CLOUD", date(2023, 2, 1), "50000")  # late: booked in 2024, of 2023
    books.emit("CLOUD", date(2024, 2, 1), "1100000.000001")
    books.emit("OFFICES", date(2024, 2, 1), "55000", scope=3, category=6)
    books.emit(
        "CLOUD", date(2024, 6, 1), "300000", durability_class="medium", removal_state="verified"
    )
    books.settle("2024")
    return books


def historical(books: Books, kgco2e: str = "5000000", by: str = "finance") -> Any:
    return propose_historical(
        kgco2e=Decimal(kgco2e),
        from_year=1975,
        until_year=2022,
        source="Estimate of the sustainability team, 2024",
        by=books.people[by],
        at=NOON,
    )


def told(command: str, **options: Any) -> Any:
    out = io.StringIO()
    call_command(command, json=True, stdout=out, **options)
    return json.loads(out.getvalue())


def test_years_are_those_of_the_activity_and_add_up_to_the_balance(settled: Books):
    found = atmosphere()
    assert list(found.years) == [
        Year(2023, Decimal(1_050_000), Decimal(0)),
        Year(2024, Decimal("1155000.000001"), Decimal(300_000)),
    ]
    assert found.balance_kgco2e == balances.atmosphere_balance() == Decimal("1905000.000001")
    assert not found.historical_kgco2e
    assert not found.by_hand_kgco2e


def test_historical_emissions_take_two_people_and_change_no_bill(settled: Books):
    bills = statement_lines(scheme_code="fee")
    entry = historical(settled)
    assert atmosphere().historical_kgco2e == 0  # nothing is posted yet
    with pytest.raises(DecidedByProposer):
        manual_entries.approve(manual_entry_id=entry.pk, by=settled.people["finance"], at=NOON)
    manual_entries.approve(manual_entry_id=entry.pk, by=settled.people["approver"], at=NOON)

    found = atmosphere()
    assert entry.entry_date == date(2023, 1, 1)  # the first day of the first open period
    assert found.historical_kgco2e == 5_000_000
    assert found.balance_kgco2e == Decimal("6905000.000001")
    assert found.by_hand_kgco2e == 0
    assert [each.year for each in found.years] == [2023, 2024]
    assert statement_lines(scheme_code="fee") == bills
    assert verification.verify().holds


@pytest.mark.parametrize("kgco2e", ["0", "-5", "1.0000001"])
def test_historical_emissions_that_are_none_are_refused(settled: Books, kgco2e: str):
    with pytest.raises(ManualEntryInvalid):
        historical(settled, kgco2e)


def test_the_command_proposes_and_another_person_approves(settled: Books):
    out = io.StringIO()
    asked: dict[str, Any] = {"kgco2e": "5000000", "from_year": 1975, "until_year": 2022}
    call_command("historical_emissions", **asked, source="Estimate, 2024", by="analyst", stdout=out)
    number = int(out.getvalue().split()[2])
    call_command("historical_emissions", approve=number, by="approver", stdout=out)
    assert told("atmosphere", until=2030)["historical_kgco2e"] == "5000000.000000"
    with pytest.raises(CommandError, match="--source"):
        call_command("historical_emissions", **asked, by="analyst")


def test_the_years_to_come_and_the_way_to_the_aims(settled: Books, settings: Any):
    settings.CARBON_NEGATIVE_FROM, settings.LIFETIME_ZERO_BY = 2026, 2028
    found = told("atmosphere")
    as_now, growth = found["scenarios"]
    assert [year["year"] for year in as_now["years"]] == [2025, 2026, 2027, 2028]
    assert as_now["years"][0]["lifetime_kgco2e"] == "2760000.000002"
    assert growth["years"][0]["emitted_kgco2e"] == "1270500.000002"  # × 1.1
    assert (as_now["first_negative_year"], as_now["lifetime_zero_year"]) == (None, None)
    # n = 855 t, L = 1,905 t, N = 2, M = 2: R = (1,905 + 427.5) ÷ 3.5 = 666.428571… t
    path = found["aims"]["path"]
    assert [year["net_kgco2e"].split(".")[0] for year in path] == ["94285", *["-666428"] * 3]
    assert path[-1]["lifetime_kgco2e"] == "0"

    shown = io.StringIO()
    call_command("atmosphere", stdout=shown)
    assert "The aims (2026, 2028) take 666 removed a year on balance" in shown.getvalue()


def test_programs_of_the_whole_company_read_it_and_others_do_not(settled: Books):
    client = APIClient()
    client.force_authenticate(settled.people["auditor"])
    answer = client.get("/api/v1/atmosphere/")
    assert answer.status_code == 200
    assert answer.json()["balance_kgco2e"] == "1905000.000001"
    assert len(answer.json()["scenarios"]) == 2
    client.force_authenticate(settled.people["contributor"])
    assert client.get("/api/v1/atmosphere/").status_code == 403


def test_a_page_shows_it_to_those_who_see_the_company(settled: Books):
    client = Client()
    client.force_login(settled.people["auditor"])
    page = client.get("/atmosphere/").content.decode()
    assert "1,905.000" in page
    assert "<polyline" in page
    client.force_login(settled.people["contributor"])
    assert client.get("/atmosphere/").status_code == 302
    assert "/atmosphere/" not in client.get("/company/").content.decode()


def test_a_company_without_books_has_nothing_in_the_air(db: None):
    found = atmosphere()
    assert found == Atmosphere("", Decimal(0), Decimal(0), ())


def test_next_periods_fees_by_department(settled: Books):
    found = forecast(
        scheme_code="fee",
        period_code="2024",
        growth=Decimal("1.05"),
        prices=[read_price("3.6=100")],
    )
    # CLOUD 1,155,000.000001 kg at 15; OFFICES 57,750 kg of travel at 100
    assert found.departments == {"CLOUD": (1650000, 1732500), "OFFICES": (82500, 577500)}
    assert found.total_minor == (1732500, 2310000)
    assert found.on == date(2025, 1, 1)
    same = told("budget_forecast", scheme="fee", period="2024")
    assert same["total"] == {
        "charged": "17325.00",
        "forecast": "17325.00",
        "forecast_minor": 1732500,
    }
    assert same["departments"][0]["by_trend"] is None  # 2024 is longer than the quarters of 2023
    assert "no earlier period" in same["departments"][0]["trend"]
    for period, refusal in [("1999", PeriodNotFound), ("2025", ScenarioInvalid)]:
        with pytest.raises(refusal):
            forecast(scheme_code="fee", period_code=period)
    with pytest.raises(CommandError, match="no growth"):
        told("budget_forecast", scheme="fee", period="2024", growth="-1")


def test_a_forecast_beside_the_growth_that_each_department_has_had(books: Books):
    for number, cloud in enumerate(("100000", "105000", "121000"), start=1):
        period, day = f"2023Q{number}", date(2023, number * 3, 1)
        books.emit("CLOUD", day, cloud)
        if period == "2023Q3":
            books.emit("OFFICES", day, "7000")
        books.settle(period)
    told_of = told("budget_forecast", scheme="fee", period="2023Q3", growth="2")
    cloud, offices = told_of["departments"]
    # (121 ÷ 100)^(1 ÷ 2) = 1.1: 133.1 t at 15; OFFICES has one period alone
    assert (cloud["forecast"], cloud["by_trend"]) == ("3630.00", "1996.50")
    assert cloud["trend"] == "CLOUD: × 1.1 a period, the mean growth from 2023Q1 to 2023Q3."
    assert (offices["forecast"], offices["by_trend"]) == ("210.00", None)
    out = io.StringIO()
    call_command("budget_forecast", scheme="fee", period="2023Q2", stdout=out)
    assert out.getvalue().splitlines()[-3:] == [
        "CLOUD                           1,575.00            1,575.00            1,653.75",
        "total                           1,575.00            1,575.00                    ",
        "CLOUD: × 1.05 a period, the mean growth from 2023Q1 to 2023Q2.",
    ]
