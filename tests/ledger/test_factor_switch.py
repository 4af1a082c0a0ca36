"""Activities of 2024 worked again with the factors of 2025: to the kilogram, cent and line."""

import io
import json
from dataclasses import astuple
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from departments.inventory import factor_release, results, submission
from departments.inventory.factor_switch import switched_results
from departments.inventory.models.activity import ActivityRecord
from departments.inventory.models.emissions import EmissionRecord
from ledger.factor_switch_cost import SwitchReport, cost_of_switching
from ledger.models.periods import AccountingPeriod
from tests.inventory.conftest import FLIGHT, excerpt
from tests.ledger.books import Books

NOON = datetime(2025, 7, 1, 12, tzinfo=UTC)
GRID = "electricity/grid"
GAS = "gaseous-fuels/natural-gas"
LOSSES = "electricity/grid-losses"
KEPT = (GRID, GAS, LOSSES, FLIGHT)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def two_years(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    into = tmp_path_factory.mktemp("years")
    return [
        excerpt("desnz_2024", lambda row: row["activity"] in KEPT, into),
        # One of the factors has no counterpart in the later release.
        excerpt("desnz_2025", lambda row: row["activity"] in (GRID, GAS, FLIGHT), into),
    ]


@pytest.fixture
def records(books: Books, two_years: list[Path]) -> dict[str, ActivityRecord]:
    """Approved activity of 2024, in two departments and two quarters."""
    for folder in two_years:
        factor_release.load_factor_set(folder)
    quarters = [date(2024, 1, 1), date(2024, 4, 1), date(2024, 7, 1), date(2025, 1, 1)]
    for number, days in enumerate(pairwise(quarters), start=1):
        AccountingPeriod.objects.create(code=f"2024Q{number}", days=days)
    entered = {
        "flight": ("CLOUD", FLIGHT, "100000.5", "passenger.km", date(2024, 2, 1)),
        "flight again": ("CLOUD", FLIGHT, "33333.333", "passenger.km", date(2024, 3, 31)),
        "grid": ("CLOUD", GRID, "412500.1234567891", "kWh", date(2024, 1, 31)),
        "grid later": ("CLOUD", GRID, "7", "kWh", date(2024, 4, 1)),
        "offices": ("OFFICES", GRID, "999.99", "MWh", date(2024, 5, 5)),
        "gas": ("OFFICES", GAS, "12345.678", "kWh (Gross CV)", date(2024, 6, 30)),
        "losses": ("OFFICES", LOSSES, "412500", "kWh", date(2024, 6, 30)),
    }
    return {name: approved(books, *facts) for name, facts in entered.items()}


def approved(
    books: Books, department: str, activity: str, quantity: str, unit: str, day: date
) -> ActivityRecord:
    analyst, approver = books.people["analyst"], books.people["approver"]
    record = submission.create_record(
        by=analyst, at=NOON, department_id=books.departments[department].pk, activity=activity,
        started_on=day, ended_on=day, quantity=Decimal(quantity), unit=unit, place="GB",
    )  # fmt: skip
    submission.submit_records(record_ids=[record.pk], by=analyst, at=NOON)
    submission.approve_records(record_ids=[record.pk], by=approver, at=NOON)
    return record


def report(**changes: Any) -> SwitchReport:
    asked: dict[str, Any] = {
        "scheme_code": "fee",
        "before": "desnz_2024",
        "after": "desnz_2025",
        "from_on": date(2024, 1, 1),
        "until_on": date(2024, 12, 31),
    }
    return cost_of_switching(**asked | changes)


def test_a_flight_of_2024_with_the_factor_of_2025(records: dict[str, ActivityRecord]):
    """UK Government, long-haul economy with RF: 0.20011 (2024), 0.11704 (2025)."""
    found = {each.record_id: each for each in switched_results(
        before="desnz_2024", after="desnz_2025", from_on=date(2024, 1, 1),
        until_on=date(2024, 12, 31),
    )}  # fmt: skip
    flight = found[records["flight"].pk]

    assert flight.before[1] == Decimal("20011.100055")
    assert flight.after[1] == Decimal("11704.058520")
    assert flight.difference(1) == flight.factor_change(1) == Decimal("-8307.041535")
    assert flight.other_change(1) == 0
    assert len(found) == len(records)


def test_differences_of_lines_add_up_exactly_and_say_what_is_factor_change(
    records: dict[str, ActivityRecord],
):
    found = report()

    each = [switched for line in found.lines for switched in line.records]
    assert len(each) == len(records)
    for total, one in (
        (found.kgco2e.difference, [s.difference(found.basis) for s in each]),
        (found.kgco2e.factor_change, [s.factor_change(found.basis) for s in each]),
        (found.kgco2e.difference, [line.kgco2e.difference for line in found.lines]),
        (found.amount_minor.difference, [line.amount_minor.difference for line in found.lines]),
        (found.amount_minor.difference, [a.difference for _, a in found.departments.values()]),
        (found.kgco2e.difference, [k.difference for k, _ in found.departments.values()]),
    ):
        assert total == sum(one)
        assert total != 0
    for change in (found.kgco2e, found.amount_minor):
        assert change.difference == change.factor_change + change.other_change
        assert change.other_change == 0


def test_money_is_rounded_once_for_a_line_of_a_bill(records: dict[str, ActivityRecord]):
    """CLOUD's flights of the quarter at $15: 26,681.433375 kg are 400.22, 15,605.…: 234.08."""
    found = report()
    flights = next(line for line in found.lines if line.category == 6)

    assert (flights.department, flights.period, flights.price_per_tonne) == (
        "CLOUD",
        "2024Q1",
        Decimal(15),
    )
    before = Decimal("133333.833") * Decimal("0.20011")
    after = Decimal("133333.833") * Decimal("0.11704")
    assert abs(flights.kgco2e.before - before) < Decimal("0.000002")
    assert flights.amount_minor.before == round(before * 15 / 1000, 2) * 100
    assert flights.amount_minor.after == round(after * 15 / 1000, 2) * 100
    assert {line.period for line in found.lines} == {"2024Q1", "2024Q2"}


def test_what_the_scheme_does_not_charge_changes_in_kilograms_alone(
    records: dict[str, ActivityRecord],
):
    """Losses of the grid are Scope 3 category 3; the later release here does not have them."""
    found = report()
    losses = next(line for line in found.lines if line.category == 3)

    assert losses.price_per_tonne is None
    assert set(astuple(losses.amount_minor)) == {0}
    assert losses.kgco2e.difference == 0
    (missing,) = found.missing
    assert missing.record_id == records["losses"].pk
    assert "desnz_2025 has no electricity/grid-losses" in missing.missing


def test_what_changed_since_the_approval_is_not_taken_for_the_factor(
    books: Books, records: dict[str, ActivityRecord]
):
    """A result that was approved 1.5 kg too high, by a rule that has been mended since."""
    result = EmissionRecord.objects.get(activity_record=records["grid later"])
    successor = EmissionRecord.objects.create(
        activity_record=result.activity_record, department=result.department,
        activity_on=result.activity_on, country="GB", scope=2, factor=result.factor,
        location_kgco2e=result.location_kgco2e + Decimal("1.5"),
        market_kgco2e=result.market_kgco2e + Decimal("1.5"), trace={"steps": []},
        supersedes=result, proposed_by=books.people["analyst"],
        approved_by=books.people["approver"],
    )  # fmt: skip
    results.number_results([successor.pk])

    found = report(from_on=date(2024, 4, 1), until_on=date(2024, 4, 1))

    assert found.kgco2e.other_change == Decimal("-1.5")
    assert found.kgco2e.factor_change == 7 * (Decimal("0.177") - Decimal("0.20705"))
    assert found.kgco2e.difference == found.kgco2e.other_change + found.kgco2e.factor_change


def test_nothing_is_stored(records: dict[str, ActivityRecord]):
    before = list(EmissionRecord.objects.order_by("pk").values())
    report()
    assert list(EmissionRecord.objects.order_by("pk").values()) == before


def test_the_command_shows_and_answers_json(records: dict[str, ActivityRecord]):
    out = io.StringIO()
    args = ("factor_switch", "desnz_2024", "desnz_2025")
    call_command(*args, scheme="fee", year=2024, stdout=out)
    assert "Σ CLOUD" in out.getvalue()
    assert f"Record {records['losses'].pk} keeps its factor" in out.getvalue()

    out = io.StringIO()
    call_command(*args, scheme="fee", year=2024, json=True, stdout=out)
    content = json.loads(out.getvalue())
    lines = content["lines"]
    for name in ("difference_kgco2e", "factor_change_kgco2e", "difference", "factor_change"):
        assert sum(Decimal(line[name]) for line in lines) == Decimal(content["total"][name])
    kilograms = sum(Decimal(r["difference_kgco2e"]) for line in lines for r in line["records"])
    assert kilograms == Decimal(content["total"]["difference_kgco2e"])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"scheme": "fee"}, "Name --year"),
        ({"scheme": "none", "year": 2024}, "none"),
    ],
)
def test_the_command_refuses_in_words(
    records: dict[str, ActivityRecord], options: dict[str, Any], said: str
):
    with pytest.raises(CommandError, match=said):
        call_command("factor_switch", "desnz_2024", "desnz_2025", **options)
    with pytest.raises(CommandError, match="Loaded are"):
        call_command("factor_switch", "desnz_2024", "x", scheme="fee", year=2024)
