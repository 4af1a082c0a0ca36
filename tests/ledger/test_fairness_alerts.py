"""What looks as if the yardstick or the tonnes had been moved: found, and nothing else."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from departments.organisation.models import Membership
from ledger.errors.calendar import PeriodNotFound
from ledger.fairness_alerts import alerts
from pricing.models import Mechanism, Scheme
from tests.ledger.books import Books
from tests.ledger.sharing import found_sharing, measure, settle

FEBRUARY, MAY = date(2023, 2, 10), date(2023, 5, 10)
HEAT = ("heat/gas", "", "kg")


@pytest.fixture
def scheme(books: Books) -> Scheme:
    return found_sharing(books, Mechanism.FEEBATE)


def kinds(period: str = "2023Q2", **asked: Any) -> list[tuple[str, str]]:
    found = alerts(scheme_code="shared", period_code=period, **asked)
    return [(alert.department, alert.kind) for alert in found]


def test_a_baseline_that_is_raised_is_named_and_one_that_is_not_is_not(
    books: Books, scheme: Scheme
) -> None:
    """90 days and 91: 100 t are 101.11 t; 10 % more are 111.22 t."""
    measure(books, scheme, "2023Q1", CLOUD="100", OFFICES="100")
    measure(books, scheme, "2023Q2", CLOUD="111.23", OFFICES="111.22")
    assert kinds() == [("CLOUD", "baseline_raised")]
    assert kinds(raised_percent=Decimal(11)) == []
    assert kinds("2023Q1") == []
    (alert,) = alerts(scheme_code="shared", period_code="2023Q2")
    assert alert.words == (
        "the baseline of CLOUD is 111.230 t in 2023Q2, after 100.000 t in 2023Q1: more than 10 % "
        "more a day"
    )


def test_a_first_baseline_is_not_raised(books: Books, scheme: Scheme) -> None:
    measure(books, scheme, "2023Q2", CLOUD="100")
    assert kinds() == []


def test_whoever_proposes_for_their_own_department_is_named(books: Books, scheme: Scheme) -> None:
    analyst, cloud = books.people["analyst"], books.departments["CLOUD"]
    measure(books, scheme, "2023Q2", CLOUD="100", OFFICES="100")
    assert kinds() == []  # a role in the whole company is none
    Membership.objects.create(user=analyst, role="contributor", department=cloud)
    assert kinds() == [("CLOUD", "own_baseline")]
    assert kinds("2023Q1") == kinds("2023Q3") == []


def test_tonnes_that_leave_one_department_and_come_up_in_another_are_named(
    books: Books, scheme: Scheme
) -> None:
    books.emit("CLOUD", FEBRUARY, "1000", did=HEAT)
    books.emit("OFFICES", MAY, "1050", did=HEAT)
    assert kinds() == [("CLOUD", "emissions_moved")]
    assert kinds(within_percent=Decimal("4.9")) == []
    (alert,) = alerts(scheme_code="shared", period_code="2023Q2")
    assert alert.words == (
        "heat/gas was 1.000 t of CLOUD in 2023Q1, and is 1.050 t of OFFICES in 2023Q2"
    )


@pytest.mark.parametrize(
    ("stays", "was_there"), [(True, False), (False, True)], ids=["it stays", "it was there"]
)
def test_what_only_grows_or_shrinks_is_not_moved(
    books: Books, scheme: Scheme, stays: bool, was_there: bool
) -> None:
    books.emit("CLOUD", FEBRUARY, "1000", did=HEAT)
    books.emit("OFFICES", MAY, "1000", did=HEAT)
    if stays:
        books.emit("CLOUD", MAY, "1", did=HEAT)
    if was_there:
        books.emit("OFFICES", FEBRUARY, "1", did=HEAT)
    assert kinds() == []


def test_another_activity_or_a_result_that_was_superseded_is_not_moved(
    books: Books, scheme: Scheme
) -> None:
    books.emit("CLOUD", FEBRUARY, "1000", did=HEAT)
    books.emit("OFFICES", MAY, "1000")
    first = books.emit("OFFICES", MAY, "1000", did=HEAT)
    books.emit("OFFICES", MAY, "10", did=HEAT, supersedes=first)
    assert kinds() == []


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("fairness_alerts", *words, stdout=out)
    return out.getvalue()


def test_the_command_shows_them_or_that_there_is_nothing(books: Books, scheme: Scheme) -> None:
    words = ("--scheme", "shared", "--period", "2023Q2")
    assert run(*words) == "Nothing to look at in 2023Q2.\n"
    books.emit("CLOUD", FEBRUARY, "1000", did=HEAT)
    books.emit("OFFICES", MAY, "1000", did=HEAT)
    assert run(*words).startswith("CLOUD: heat/gas was 1.000 t of CLOUD in 2023Q1")
    with pytest.raises(CommandError, match="2031Q1"):
        run("--scheme", "shared", "--period", "2031Q1")
    with pytest.raises(PeriodNotFound):
        kinds("2031Q1")


def test_the_desk_shows_them_when_it_is_asked(books: Books, scheme: Scheme) -> None:
    measure(books, scheme, "2023Q1", CLOUD="100")
    measure(books, scheme, "2023Q2", CLOUD="200")
    books.emit("CLOUD", MAY, "1000")
    settle(books, scheme, "2023Q2")
    desk = Client()
    desk.force_login(books.people["approver"])
    page = "/admin/fairness/?scheme=shared&period=2023Q2"
    words = "the baseline of CLOUD is 200.000 t in 2023Q2"
    assert words not in desk.get(page).content.decode()
    assert words in desk.get(f"{page}&alerts=yes").content.decode()
