"""The desk: records take their steps here, everything else is read."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from departments.inventory import submission
from departments.inventory.models.activity import ActivityRecord, ImportBatch
from departments.inventory.models.emissions import EmissionRecord
from departments.inventory.models.factors import EmissionFactor, FactorSet
from departments.inventory.seen import seen_results
from departments.organisation.models import User
from tests.inventory.conftest import NOON, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("factors")]
LIST = "admin:inventory_activityrecord_changelist"
ADD = "admin:inventory_activityrecord_add"
PAGE = "admin:inventory_activityrecord_change"


def at_desk(user: User) -> Client:
    User.objects.filter(pk=user.pk).update(is_staff=True)
    client = Client()
    client.force_login(user)
    return client


def form(cast: Cast, **changes: Any) -> dict[str, Any]:
    return {
        "department": cast.cloud.pk,
        "activity": "electricity/grid",
        "started_on": "2024-01-01",
        "ended_on": "2024-01-31",
        "quantity": "1000",
        "unit": "kWh",
        "place": "GB",
        "inputs": "{}",
        "external_id": "",
        "note": "",
    } | changes


def take(client: Client, action: str, *records: ActivityRecord, **more: str) -> str:
    answer = client.post(
        reverse(LIST),
        {"action": action, "_selected_action": [r.pk for r in records], "reason": "", **more},
        follow=True,
    )
    return " ".join(str(message) for message in answer.context["messages"])


def test_an_analyst_enters_and_changes_a_record(cast: Cast):
    desk = at_desk(cast.analyst)

    answer = desk.post(reverse(ADD), form(cast, inputs='{"citation": "meter 7"}'))
    assert answer.status_code == 302
    record = ActivityRecord.objects.get()
    assert (record.created_by, record.inputs) == (cast.analyst, {"citation": "meter 7"})

    answer = desk.post(reverse(PAGE, args=[record.pk]), form(cast, quantity="900"))
    assert answer.status_code == 302
    record.refresh_from_db()
    assert record.quantity == 900


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"quantity": "-1"}, "quantity"),
        ({"activity": "electricity/gird"}, "__all__"),
        ({"ended_on": "2023-01-01"}, "ended_on"),
        ({"inputs": '{"pue": "high"}'}, "inputs"),
    ],
)
def test_a_refusal_stands_beside_its_field(cast: Cast, change: dict[str, str], field: str):
    answer = at_desk(cast.analyst).post(reverse(ADD), form(cast, **change))

    assert field in answer.context["adminform"].form.errors
    assert not ActivityRecord.objects.exists()


def test_steps_are_taken_and_refused_in_words(cast: Cast):
    analyst, approver = at_desk(cast.analyst), at_desk(cast.company_approver)
    first, second = cast.draft(), cast.draft()

    assert take(analyst, "submit", first, second) == "2 records changed."
    assert "may not decide" in take(analyst, "approve", first)
    assert "takes a reason" in take(approver, "send_back", second)
    assert take(approver, "send_back", second, reason="Which meter?") == "1 record changed."
    assert take(approver, "approve", first) == "1 record changed."
    assert "0 records" in take(analyst, "recalculate", first, reason="check")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("approved", "returned")


def test_only_the_figure_that_the_list_showed_is_approved(cast: Cast):
    record, approver = cast.submitted(), at_desk(cast.company_approver)

    def shown() -> str:
        (seen,) = re.findall(
            r'name="seen" value="([0-9:]+)"', approver.get(reverse(LIST)).content.decode()
        )
        return str(seen)

    before = shown()
    by: dict[str, Any] = {"by": cast.contributor, "at": NOON}
    submission.edit_record(record_id=record.pk, changes={"quantity": Decimal(9)}, **by)
    submission.submit_records(record_ids=[record.pk], **by)

    assert "since you looked at it" in take(approver, "approve", record, seen=before)
    record.refresh_from_db()
    assert record.state == "submitted"
    assert take(approver, "approve", record, seen=shown()) == "1 record changed."


@pytest.mark.parametrize("mark", ["", ":", "1", "1:", ":2", "x:1", "1:²", "1" * 19 + ":2", "1:2:3"])
def test_what_is_no_mark_of_a_result_is_left_out(mark: str):
    assert seen_results([mark, "3:4"]) == {3: 4}


def test_an_approved_record_is_shown_and_never_saved(cast: Cast):
    record = cast.approved()
    desk = at_desk(cast.analyst)

    page = desk.get(reverse(PAGE, args=[record.pk]))
    answer = desk.post(reverse(PAGE, args=[record.pk]), form(cast, quantity="1"))

    assert "0.20705 kgCO2e/kWh" in page.content.decode()
    assert answer.status_code == 403
    record.refresh_from_db()
    assert record.quantity == 1000


def test_what_is_read_only_opens_and_takes_nothing(cast: Cast):
    cast.approved()
    desk = at_desk(cast.analyst)
    batch = ImportBatch.objects.create(
        file_name="a.csv",
        sha256="0" * 64,
        row_count=0,
        imported_by=cast.analyst,
        imported_at=NOON,
    )
    rows: list[Any] = [
        EmissionRecord.objects.get(),
        EmissionFactor.objects.first(),
        FactorSet.objects.first(),
        batch,
    ]
    for row in rows:
        name = f"admin:inventory_{row._meta.model_name}"
        assert desk.get(reverse(f"{name}_changelist")).status_code == 200
        assert desk.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200
        assert desk.post(reverse(f"{name}_change", args=[row.pk]), {}).status_code == 403
        is_brought = isinstance(row, FactorSet)  # the company's own, by an analyst
        assert desk.get(reverse(f"{name}_add")).status_code == (200 if is_brought else 403)
        assert desk.post(reverse(f"{name}_delete", args=[row.pk])).status_code == 403
    gwps = reverse("admin:inventory_globalwarmingpotential_changelist")
    assert desk.get(gwps, {"q": "r-410a"}).status_code == 200


def test_the_list_takes_the_same_queries_however_long_it_is(
    cast: Cast, django_assert_max_num_queries
):
    desk = at_desk(cast.analyst)
    for _ in range(12):
        cast.submitted()

    with django_assert_max_num_queries(20):
        page = desk.get(reverse(LIST))

    assert "207.05" in page.content.decode()
