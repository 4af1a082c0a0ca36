"""A month is complete when what was recorded each month is there and nothing looks wrong."""

from __future__ import annotations

import io
import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from departments.inventory.completeness import check_months
from departments.inventory.models.activity import ActivityRecord
from tests.inventory.conftest import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("factors")]


def month(cast: Cast, number: int, **facts: object) -> ActivityRecord:
    last = date(2024, number + 1, 1).toordinal() - 1
    days = {"started_on": date(2024, number, 1), "ended_on": date.fromordinal(last)}
    return cast.draft(**days | facts)


def test_a_series_that_stops_is_missing(cast: Cast) -> None:
    for number in (1, 2, 3):
        month(cast, number)
    month(cast, 2, activity="gaseous-fuels/natural-gas", unit="kWh (Gross CV)")
    month(cast, 4, activity="gaseous-fuels/natural-gas", unit="kWh (Gross CV)", is_estimated=True)

    (march, april) = check_months(
        first=date(2024, 3, 1), last=date(2024, 4, 30), department_ids=None
    )

    assert (march.records, march.missing, march.is_complete) == (1, (), True)
    assert april.missing == (("electricity/grid", "GB"),)
    assert (april.records, april.unapproved, april.estimated) == (1, 1, 1)


def test_a_bill_of_a_quarter_covers_its_months(cast: Cast) -> None:
    cast.draft(started_on=date(2024, 1, 1), ended_on=date(2024, 3, 31))
    cast.draft(started_on=date(2024, 4, 1), ended_on=date(2024, 6, 30))

    found = check_months(first=date(2024, 4, 1), last=date(2024, 6, 1), department_ids=None)

    assert [each.missing for each in found] == [()]


def test_only_departments_that_are_seen_are_checked(cast: Cast) -> None:
    month(cast, 1)

    found = check_months(
        first=date(2024, 1, 1), last=date(2024, 1, 1), department_ids=[cast.offices.pk]
    )

    assert found == []


def test_a_record_that_looks_wrong_keeps_a_month_from_being_complete(cast: Cast) -> None:
    record = month(cast, 1)
    ActivityRecord.objects.filter(pk=record.pk).update(doubts=[{"kind": "high"}])
    out = io.StringIO()

    with pytest.raises(CommandError, match="1 of 1 months"):
        call_command("check_completeness", "2024-01", by="contributor", json=True, stdout=out)

    (content,) = json.loads(out.getvalue())
    assert (content["doubtful"], content["missing"], content["is_complete"]) == (1, [], False)
