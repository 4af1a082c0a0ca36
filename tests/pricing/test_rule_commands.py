"""Rates, contributions and caps by command, from files and arguments, by two people."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from departments.organisation.constraints import constraint_of
from departments.organisation.models import Department, Membership, User
from pricing import abatement_setting, price_setting, proposal_batch
from pricing.errors import (
    ApprovedBySamePerson,
    NotAllowed,
    PriceInvalid,
    PriceOverlaps,
    ProposalsRefused,
)
from pricing.models import AbatementRate, Contribution, EventRate, Scheme

pytestmark = pytest.mark.django_db

NOON = datetime(2024, 1, 15, 12, tzinfo=UTC)
JANUARY = date(2024, 1, 1)
COMMANDS = {
    "event_rates": ("flights", "activity,rate,first_day\n/travel/flight/,8,2024-01-01\n"),
    "contributions": ("pot", "amount,first_day,last_day\n1000,2024-01-01,2024-12-30\n"),
    "incentive_caps": (
        "fee",
        "amount,first_day,last_day,department\n9,2024-01-01,2024-12-31,CLOUD\n",
    ),
    "abatement_rates": ("fee", "rate_per_tonne,first_day,scope\n5,2024-01-01,1\n"),
}


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
    Department.objects.create(code="CLOUD", name="Cloud")
    for code, mechanism in (("flights", "per_event"), ("pot", "contribution"), ("fee", "fee")):
        price_setting.create_scheme(
            code=code,
            name=code,
            currency="USD",
            starts_on=JANUARY,
            coverage=[(1, None)] if mechanism == "fee" else [],
            mechanism=mechanism,
        )
    return made


def run(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_is_loaded_listed_and_approved_by_two_people(
    command: str, people: dict[str, User], tmp_path: Path
) -> None:
    scheme, content = COMMANDS[command]
    file = tmp_path / "rules.csv"
    file.write_text(content)
    named = command.replace("_", " ")
    words = (command, "load", str(file), "--scheme", scheme, "--by", "analyst")
    assert run(command, "list", "--scheme", scheme) == f"Scheme {scheme} has no {named}.\n"
    assert run(*words).startswith(f"1 {named} proposed, 0 as they were.")
    assert run(*words).startswith(f"0 {named} proposed, 1 as they were.")
    assert "waits for approval" in run(command, "list", "--scheme", scheme)
    with pytest.raises(CommandError, match="auditor may not"):
        run(command, "approve", "--scheme", scheme, "--by", "auditor")
    approving = (command, "approve", "--scheme", scheme, "--by", "approver")
    assert run(*approving) == f"1 {named} approved.\n"
    assert run(*approving) == f"0 {named} approved.\n"
    assert "proposed by analyst, approved by approver" in run(command, "list", "--scheme", scheme)
    assert run(*words).startswith(f"0 {named} proposed, 1 as they were.")


def test_every_problem_of_a_file_is_named_with_its_line(people: dict[str, User]) -> None:
    rows = [
        {"rate_per_tonne": "5", "first_day": "2024-01-01"},
        {"rate_per_tonne": "lots", "first_day": "soon", "scope": "one"},
        {"rate_per_tonne": "NaN"},
    ]
    with pytest.raises(ProposalsRefused) as refused:
        load("fee", *rows)
    assert refused.value.problems == [
        "line 3: rate_per_tonne 'lots' is no number; write it like 1234.5",
        "line 3: first_day 'soon' is no day; write it as YYYY-MM-DD",
        "line 3: scope 'one' is no scope or category; write it like 3",
        "line 4: rate_per_tonne 'NaN' is no number; write it like 1234.5",
        "line 4: first_day is missing",
    ]
    with pytest.raises(ProposalsRefused, match="there are no rows"):
        load("fee")
    assert not AbatementRate.objects.exists()


def test_what_policy_refuses_is_collected_too_and_nothing_is_kept(people: dict[str, User]) -> None:
    rows = [
        {"rate_per_tonne": "5", "first_day": "2024-01-01"},
        {"rate_per_tonne": "6", "first_day": "2024-07-01"},
        {"rate_per_tonne": "-1", "first_day": "2024-01-01", "scope": "2"},
        {"rate_per_tonne": "1", "first_day": "2024-01-01", "scope": "1", "category": "6"},
    ]
    with pytest.raises(ProposalsRefused) as refused:
        load("fee", *rows)
    assert [problem.partition(":")[0] for problem in refused.value.problems] == [
        "line 3",
        "line 4",
        "line 5",
    ]
    assert not AbatementRate.objects.exists()


def load(scheme: str, *rows: dict[str, str]) -> proposal_batch.Loaded:
    by = User.objects.get(username="analyst")
    return proposal_batch.load(proposal_batch.ABATEMENT_RATES, rows, scheme_code=scheme, by=by)


def test_a_contribution_that_was_too_high_is_corrected_by_one_below_zero(
    people: dict[str, User],
) -> None:
    words = ("contributions", "propose", "--scheme", "pot", "--by", "analyst")
    run(*words, "--amount", "1000", "--first-day", "2024-01-01", "--last-day", "2024-12-30")
    correction = ("--amount=-250.50", "--first-day", "2024-12-31", "--last-day", "2024-12-31")
    run(*words, *correction)
    run("contributions", "approve", "--scheme", "pot", "--by", "approver")
    amounts = Contribution.objects.order_by("in_force").values_list("amount", flat=True)
    assert list(amounts) == [Decimal(1000), Decimal("-250.5")]
    with pytest.raises(CommandError, match="at most six decimal places"):
        run(*words, "--amount=0.0000001", *correction[1:])


def test_arguments_say_the_same_as_a_file(people: dict[str, User]) -> None:
    words = ("event_rates", "propose", "--scheme", "flights", "--by", "analyst")
    run(*words, "--activity", "travel/hotel", "--unit", "night", "--rate", "0.1", *_from("2024"))
    found = EventRate.objects.get()
    assert (found.activity, found.unit, found.rate) == ("travel/hotel", "night", Decimal("0.1"))
    assert (found.in_force.lower, found.in_force.upper) == (JANUARY, None)
    with pytest.raises(CommandError, match="already in force or proposed"):
        run(*words, "--activity", "travel/hotel", "--unit", "night", "--rate", "2", *_from("2025"))


def _from(year: str) -> tuple[str, str]:
    return ("--first-day", f"{year}-01-01")


def test_only_a_fee_pays_for_abatement(people: dict[str, User]) -> None:
    with pytest.raises(ProposalsRefused, match="flights is a per_event: only a fee pays"):
        load("flights", {"rate_per_tonne": "5", "first_day": "2024-01-01"})


def test_an_abatement_rate_takes_two_people_and_is_only_ended(people: dict[str, User]) -> None:
    Membership.objects.create(user=people["approver"], role="sustainability_analyst")
    scheme = Scheme.objects.get(code="fee")
    facts = {"scheme_id": scheme.pk, "rate_per_tonne": Decimal(5), "starts_on": JANUARY}
    rate = abatement_setting.propose_abatement_rate(**facts, by=people["approver"])  # type: ignore[arg-type]
    with pytest.raises(ApprovedBySamePerson):
        abatement_setting.approve_abatement_rate(rate_id=rate.pk, by=people["approver"], at=NOON)
    with pytest.raises(NotAllowed):
        abatement_setting.withdraw_abatement_rate(rate_id=rate.pk, by=people["auditor"])
    abatement_setting.withdraw_abatement_rate(rate_id=rate.pk, by=people["approver"])
    rate = abatement_setting.propose_abatement_rate(**facts, by=people["analyst"])  # type: ignore[arg-type]
    with pytest.raises(PriceOverlaps):
        abatement_setting.propose_abatement_rate(**facts, by=people["analyst"])  # type: ignore[arg-type]
    abatement_setting.approve_abatement_rate(rate_id=rate.pk, by=people["approver"], at=NOON)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        AbatementRate.objects.filter(pk=rate.pk).update(rate_per_tonne=6)
    assert constraint_of(refused.value) == "pricing_approved_price_never_edited"
    with pytest.raises(PriceInvalid, match="yet starts on 2024-01-01"):
        abatement_setting.end_abatement_rate(
            rate_id=rate.pk, ends_before=JANUARY, by=people["approver"]
        )
    ended = abatement_setting.end_abatement_rate(
        rate_id=rate.pk, ends_before=date(2999, 1, 1), by=people["approver"]
    )
    assert ended.in_force.upper == date(2999, 1, 1)


def test_what_a_cap_names_there_has_to_be(people: dict[str, User]) -> None:
    row = {"amount": "9", "first_day": "2024-01-01", "last_day": "2024-12-31"}
    rows = [row | {"department": "NOBODY"}, row | {"durability_class": "endless"}]
    with pytest.raises(ProposalsRefused) as refused:
        proposal_batch.load(
            proposal_batch.INCENTIVE_CAPS, rows, scheme_code="fee", by=people["analyst"]
        )
    assert refused.value.problems == [
        "line 2: there is no department 'NOBODY'",
        "line 3: 'endless' is no durability class: short, medium or long, or empty for all",
    ]
    with pytest.raises(ProposalsRefused, match="only a fee has a cap on its incentives"):
        proposal_batch.load(
            proposal_batch.INCENTIVE_CAPS, [row], scheme_code="pot", by=people["analyst"]
        )
