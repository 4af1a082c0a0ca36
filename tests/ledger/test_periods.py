"""Accounting periods follow a fiscal calendar, without a gap and without an overlap."""

from __future__ import annotations

from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from departments.organisation.calendar import Calendar
from ledger import periods
from ledger.errors.calendar import PeriodsNotOpened
from ledger.errors.settlements import NotAllowed
from ledger.models.periods import AccountingPeriod
from tests.ledger.books import Books

JULY = date(2025, 7, 1)


def open_months(**changes: Any) -> list[AccountingPeriod]:
    """FY26 in months, from July; a test says what is else."""
    asked: dict[str, Any] = {
        "calendar": Calendar.MONTH,
        "first_month": 7,
        "from_on": JULY,
        "how_many": 12,
        "by": None,
    }
    return periods.open_periods(**asked | changes)


def days_there() -> list[tuple[str, date, date]]:
    found = AccountingPeriod.objects.order_by("days")
    return [(period.code, period.first_day, period.last_day) for period in found]


@pytest.mark.django_db
def test_a_year_of_months_that_begins_in_july() -> None:
    opened = open_months()
    assert [period.code for period in opened] == [f"FY26-M{place:02}" for place in range(1, 13)]
    assert (opened[0].first_day, opened[-1].last_day) == (JULY, date(2026, 6, 30))
    assert {period.state for period in opened} == {"open"}


@pytest.mark.django_db
def test_quarters_go_on_into_the_next_year() -> None:
    opened = open_months(calendar=Calendar.QUARTER, from_on=date(2026, 4, 1), how_many=2)
    assert days_there() == [
        ("FY26-Q4", date(2026, 4, 1), date(2026, 6, 30)),
        ("FY27-Q1", date(2026, 7, 1), date(2026, 9, 30)),
    ]
    assert len(opened) == 2


@pytest.mark.django_db
def test_opened_again_nothing_changes_and_more_may_follow() -> None:
    open_months()
    before = days_there()
    assert [period.code for period in open_months()] == [code for code, *_ in before]
    assert days_there() == before
    open_months(how_many=13)
    assert days_there() == [*before, ("FY27-M01", date(2026, 7, 1), date(2026, 7, 31))]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (
            {"from_on": date(2026, 7, 15)},
            r"No month begins on 2026-07-15: FY27-M01 \(2026-07-01 – 2026-07-31\) holds that day. "
            "Begin on 2026-07-01 or on 2026-08-01.",
        ),
        (
            {"from_on": date(2026, 9, 1)},
            r"Between FY26-M12 \(2026-06-01 – 2026-06-30\) and FY27-M03 .*, 62 days would lie in "
            "no period. Begin on 2026-07-01.",
        ),
        ({"from_on": date(2025, 1, 1), "how_many": 3}, "91 days .* up to 2025-06-30"),
        (
            {"calendar": Calendar.QUARTER, "how_many": 1},
            r"FY26-Q1 \(2025-07-01 – 2025-09-30\) would share days with FY26-M02 "
            r"\(2025-08-01 – 2025-08-31\)",
        ),
        (
            {"first_month": 1, "from_on": date(2026, 7, 1), "how_many": 1},
            r"FY26-M07 \(2026-01-01 – 2026-01-31\) is there already; it would be 2026-07-01",
        ),
        ({"how_many": 0}, "From 1 to 600 periods are opened at once, not 0"),
        ({"first_month": 13, "from_on": date(1, 1, 1)}, "13 is no month.* 0001-01-01 is too far"),
    ],
)
def test_what_does_not_continue_the_periods_is_refused_whole(
    asked: dict[str, Any], reason: str
) -> None:
    open_months()
    before = days_there()
    with pytest.raises(PeriodsNotOpened, match=reason):
        open_months(**asked)
    assert days_there() == before


def test_it_takes_a_role(books: Books) -> None:
    with pytest.raises(NotAllowed, match="auditor may not open accounting periods"):
        open_months(from_on=date(2023, 10, 1), first_month=1, by=books.people["auditor"])
    assert len(days_there()) == 3
    open_months(from_on=date(2023, 10, 1), first_month=1, by=books.people["finance"])
    assert len(days_there()) == 15


@pytest.mark.django_db
def test_the_command_lists_what_there_is_and_refuses_with_reasons() -> None:
    said = StringIO()
    asked = ["--calendar", "month", "--starts-in", "7", "--from", "2025-07-01", "--count", "12"]
    call_command("open_periods", *asked, stdout=said)
    lines = said.getvalue().splitlines()
    assert lines[0] == "FY26-M01  2025-07-01 – 2025-07-31  open"
    assert len(lines) == 12
    with pytest.raises(CommandError, match="would share days") as refused:
        call_command("open_periods", *asked[:3], "6", *asked[4:], stdout=said)
    assert refused.value.returncode == 1
    assert len(days_there()) == 12


def test_the_desk_opens_a_calendar(books: Books) -> None:
    client = Client()
    client.force_login(books.people["finance"])
    listed = client.get(reverse("admin:ledger_accountingperiod_changelist"))
    address = reverse("admin:ledger_accountingperiod_open_calendar")
    assert address in listed.content.decode()
    form = client.get(address).content.decode()
    assert 'value="2023-10-01"' in form
    assert '<option value="1" selected>' in form  # as the first period that there is
    facts = {"calendar": "quarter", "first_month": 1, "from_on": "2023-10-01", "how_many": 5}
    refused = client.post(address, facts | {"from_on": "2023-10-02"})
    assert "No quarter begins on 2023-10-02" in refused.content.decode()
    in_korean = {"accept-language": "ko"}
    refused = client.post(address, facts | {"from_on": "2023-10-02"}, headers=in_korean)
    shown = refused.content.decode()
    assert "기간을 열지 않았습니다. 2023-10-02에 시작하는 기간(분기)이 없습니다." in shown
    assert "No quarter begins" not in shown
    done = client.post(address, facts, follow=True)
    assert "5 periods are there: FY23-Q4 to FY24-Q4." in done.content.decode()
    client.force_login(books.people["auditor"])
    assert client.post(address, facts).status_code == 403
