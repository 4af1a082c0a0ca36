"""Baselines from a file, all problems at once; each proposed and approved by two people."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from departments.organisation.constraints import constraint_of
from departments.organisation.models import Department, Membership, User
from pricing import allocation_setting, price_setting
from pricing.errors import (
    ApprovedBySamePerson,
    BaselinesRefused,
    NotAllowed,
    PriceInvalid,
    PriceNeverEdited,
    PriceOverlaps,
    SchemeInvalid,
)
from pricing.models import Baseline, CarbonPrice, Contribution, EventRate, Scheme

pytestmark = pytest.mark.django_db

EIGHT = Decimal(8)
NOON = datetime(2024, 1, 15, 12, tzinfo=UTC)
JANUARY, JULY, NEXT_JANUARY = date(2024, 1, 1), date(2024, 7, 1), date(2025, 1, 1)


@pytest.fixture
def people() -> dict[str, User]:
    made = {}
    for username, role in (
        ("analyst", "sustainability_analyst"),
        ("approver", "sustainability_approver"),
        ("auditor", "auditor"),
    ):
        made[username] = User.objects.create(username=username)
        Membership.objects.create(user=made[username], role=role)
    return made


@pytest.fixture
def scheme(people: dict[str, User]) -> Scheme:
    for code in ("CLOUD", "OFFICES"):
        Department.objects.create(code=code, name=code)
    return price_setting.create_scheme(
        code="feebate",
        name="Feebate",
        currency="USD",
        starts_on=JANUARY,
        coverage=[(1, None)],
        mechanism="feebate",
    )


def row(**facts: str) -> dict[str, str]:
    return {
        "department": "CLOUD",
        "quantity": "100",
        "unit": "tCO2e",
        "first_day": "2024-01-01",
        "last_day": "2024-12-31",
    } | facts


def load(people: dict[str, User], *rows: dict[str, str]) -> allocation_setting.Loaded:
    return allocation_setting.load_baselines(rows, scheme_code="feebate", by=people["analyst"])


def test_a_file_is_proposed_and_approved_by_two_people(
    people: dict[str, User], scheme: Scheme
) -> None:
    rows = [
        row(),
        row(department="OFFICES", quantity="2500", unit="kgCO2e", scope="3", category="6"),
    ]
    assert load(people, *rows) == allocation_setting.Loaded(2, 0)
    assert load(people, *rows) == allocation_setting.Loaded(0, 2)
    with pytest.raises(NotAllowed):
        allocation_setting.approve_baselines(scheme_code="feebate", by=people["analyst"], at=NOON)
    approved = allocation_setting.approve_baselines(
        scheme_code="feebate", by=people["approver"], at=NOON
    )
    assert approved == 2
    assert {
        (b.department.code, b.quantity, b.scope, b.category, b.in_force.upper, b.approved_by)
        for b in Baseline.objects.all()
    } == {
        ("CLOUD", Decimal(100_000), None, None, NEXT_JANUARY, people["approver"]),
        ("OFFICES", Decimal(2500), 3, 6, NEXT_JANUARY, people["approver"]),
    }


def test_every_problem_of_a_file_is_named_with_its_line(
    people: dict[str, User], scheme: Scheme
) -> None:
    with pytest.raises(BaselinesRefused) as refused:
        load(
            people,
            row(),
            row(first_day="2024-07-01"),
            row(department="NOBODY", quantity="lots", unit="lbs"),
            row(first_day="2024-05-01", last_day="2024-04-30", scope="4", category="6"),
            row(unit="USD", scope="1", last_day="soon"),
            row(quantity="1.0000001", scope="3", category="16"),
        )
    assert refused.value.problems == [
        "line 4: there is no department 'NOBODY'",
        "line 4: 'lbs' is no unit here; use kgCO2e, tCO2e or USD",
        "line 4: 'lots' is no quantity; write it like 1234.5",
        "line 5: '4' is no scope: 1, 2, 3, or empty for all together",
        "line 5: only Scope 3 has categories: leave it empty",
        "line 5: it ends on 2024-04-30, before its first day 2024-05-01",
        "line 6: last_day 'soon' is no day; write it as YYYY-MM-DD",
        "line 6: a budget has no scope: leave it empty",
        "line 7: 1.0000001 is no quantity: at most six decimal places, below "
        "100,000,000,000,000,000",
        "line 7: '16' is no Scope 3 category, 1 to 15",
        "line 3: has days in common with line 2, for the same",
    ]
    assert not Baseline.objects.exists()


def test_another_quantity_for_the_same_days_is_refused(
    people: dict[str, User], scheme: Scheme
) -> None:
    load(people, row())
    with pytest.raises(BaselinesRefused, match="line 2: CLOUD has a baseline of 100000 kgco2e"):
        load(people, row(quantity="101"))
    assert load(people, row(unit="USD")).proposed == 1  # a budget is something else


def test_what_is_approved_is_never_edited(people: dict[str, User], scheme: Scheme) -> None:
    load(people, row())
    found = Baseline.objects.get()
    allocation_setting.approve_baseline(baseline_id=found.pk, by=people["approver"], at=NOON)
    for change in ({"quantity": 1}, {"in_force": (JANUARY, JULY)}):
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            Baseline.objects.filter(pk=found.pk).update(**change)
        assert constraint_of(refused.value) == "pricing_approved_baseline_never_edited"
    with pytest.raises(PriceNeverEdited):
        allocation_setting.withdraw_baseline(baseline_id=found.pk, by=people["analyst"])


def test_whoever_proposed_it_does_not_approve_it(people: dict[str, User], scheme: Scheme) -> None:
    Membership.objects.create(user=people["approver"], role="sustainability_analyst")
    facts: dict[str, Any] = {"scheme_id": scheme.pk, "starts_on": JANUARY, "by": people["approver"]}
    department_id = Department.objects.get(code="CLOUD").pk
    baseline = allocation_setting.propose_baseline(
        **facts, department_id=department_id, quantity=Decimal(1), ends_before=JULY
    )
    rate = allocation_setting.propose_event_rate(
        **facts, activity="travel/flight/", rate=Decimal(8)
    )
    pot = allocation_setting.propose_contribution(**facts, amount=Decimal(8), ends_before=JULY)
    assert rate.activity == "travel/flight"
    signing: dict[str, Any] = {"by": people["approver"], "at": NOON}
    with pytest.raises(ApprovedBySamePerson):
        allocation_setting.approve_baseline(baseline_id=baseline.pk, **signing)
    with pytest.raises(ApprovedBySamePerson):
        allocation_setting.approve_event_rate(rate_id=rate.pk, **signing)
    with pytest.raises(ApprovedBySamePerson):
        allocation_setting.approve_contribution(contribution_id=pot.pk, **signing)
    for table in (Baseline, EventRate, Contribution):
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            table.objects.update(approved_by=people["approver"])
        name = f"pricing_{table._meta.model_name}_approved_by_another_person"
        assert constraint_of(refused.value) == name


def test_days_are_never_taken_twice(people: dict[str, User], scheme: Scheme) -> None:
    facts: dict[str, Any] = {"scheme_id": scheme.pk, "starts_on": JANUARY, "by": people["analyst"]}
    department_id = Department.objects.get(code="CLOUD").pk
    for _ in range(2):
        before = Baseline.objects.count()
        proposals = (
            lambda: allocation_setting.propose_baseline(
                **facts, department_id=department_id, quantity=Decimal(1), ends_before=JULY
            ),
            lambda: allocation_setting.propose_event_rate(**facts, activity="a", rate=Decimal(1)),
            lambda: allocation_setting.propose_contribution(
                **facts, amount=Decimal(1), ends_before=JULY
            ),
        )
        for propose in proposals:
            if before:
                with pytest.raises(PriceOverlaps):
                    propose()
            else:
                propose()


def test_what_is_of_days_names_its_end(people: dict[str, User], scheme: Scheme) -> None:
    with pytest.raises(PriceInvalid, match="say on which day it ends"):
        allocation_setting.propose_contribution(
            scheme_id=scheme.pk,
            amount=Decimal(1),
            starts_on=JANUARY,
            ends_before=None,
            by=people["analyst"],
        )


def test_a_mechanism_that_charges_no_tonnes_covers_nothing(db: None) -> None:
    with pytest.raises(SchemeInvalid, match="per_event charges no tonnes"):
        price_setting.create_scheme(
            code="flights",
            name="Flights",
            currency="USD",
            starts_on=JANUARY,
            coverage=[(1, None)],
            mechanism="per_event",
        )


def run(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_the_command_loads_and_approves(
    people: dict[str, User], scheme: Scheme, tmp_path: Path
) -> None:
    file = tmp_path / "baselines.csv"
    file.write_text(
        "department,quantity,unit,first_day,last_day\nCLOUD,5,tCO2e,2024-01-01,2024-12-31\n"
    )
    said = run("baselines", "load", str(file), "--scheme", "feebate", "--by", "analyst")
    assert said.startswith("1 baselines proposed, 0 as they were.")
    said = run("baselines", "approve", "--scheme", "feebate", "--by", "approver")
    assert said == "1 baselines approved.\n"
    file.write_text("department,tonnes\n")
    with pytest.raises(CommandError, match="unknown columns: tonnes; missing columns: first_day"):
        run("baselines", "load", str(file), "--scheme", "feebate", "--by", "analyst")
    with pytest.raises(CommandError, match="auditor may not"):
        run("baselines", "approve", "--scheme", "feebate", "--by", "auditor")


def test_a_price_path_is_proposed_whole_or_not_at_all(
    people: dict[str, User], scheme: Scheme
) -> None:
    words = ("propose_price_path", "--scheme", "feebate", "--by", "analyst", "--from", "2026-07-01")
    said = run(*words, "--prices", "20", "35", "50")
    assert said.count("proposed") == 3
    prices = CarbonPrice.objects.order_by("in_force")
    assert [(p.price_per_tonne, p.in_force.lower, p.in_force.upper) for p in prices] == [
        (Decimal(20), date(2026, 7, 1), date(2027, 7, 1)),
        (Decimal(35), date(2027, 7, 1), date(2028, 7, 1)),
        (Decimal(50), date(2028, 7, 1), None),
    ]
    with pytest.raises(CommandError, match="already in force or proposed"):
        run(*words[:-1], "2025-07-01", "--today", "15", "--then", "20", "--years", "1")
    assert CarbonPrice.objects.count() == 3
    with pytest.raises(SystemExit):
        run(*words)


def test_the_arithmetic_of_a_price_is_printed() -> None:
    said = run("price_arithmetic", "recovery", "--budget", "10,000,000", "--tonnes", "671094")
    assert said.splitlines()[-1] == "14.91 USD per tCO2e"
    said = run("price_arithmetic", "abatement", "--cut", "600", "--measure", "a=35:600")
    assert said.splitlines()[-1] == "35.00 USD per tCO2e"
    with pytest.raises(CommandError, match="nor from"):
        run("price_arithmetic", "recovery", "--budget", "-1", "--tonnes", "0")
