"""What programs may do with activity records, and what they are told when they may not."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import include, path
from rest_framework.test import APIClient

from departments.inventory import submission
from departments.inventory.models.activity import ActivityRecord
from departments.organisation.api_keys import issue_key
from departments.organisation.models import User
from tests.inventory.conftest import NOON, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("factors"), pytest.mark.urls(__name__)]
urlpatterns = [path("api/v1/", include("departments.inventory.api.urls"))]

ACTIVITIES = "/api/v1/activities/"
NEW = {
    "department": "CLOUD",
    "activity": "electricity/grid",
    "started_on": "2024-01-01",
    "ended_on": "2024-01-31",
    "quantity": "1000",
    "unit": "kWh",
    "place": "GB",
    "external_id": "meter-7-2024-01",
}


def as_person(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def as_program(cast: Cast, *scopes: str, departments: Any = ()) -> APIClient:
    key = issue_key(
        name="meters",
        scopes=scopes,
        departments=departments,
        acts_for=cast.contributor,
        expires_at=None,
        at=NOON,
    )
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key.secret}")
    return client


def test_a_program_enters_and_submits_and_a_person_approves(cast: Cast):
    program = as_program(cast, "activities:read", "activities:write")

    created = program.post(ACTIVITIES, NEW, format="json")
    assert created.status_code == 201, created.json()
    record = created.json()["record"]
    assert (record["state"], record["quantity"], record["market_kgco2e"]) == ("draft", "1000", None)

    address = f"{ACTIVITIES}{record['id']}/"
    submitted = program.post(f"{address}submit/", {}, format="json").json()
    assert submitted["record"]["state"] == "submitted"
    assert submitted["emission"]["location_kgco2e"] == "207.050000"
    assert submitted["emission"]["citation"]["factor_set"] == "desnz_2024"
    assert submitted["emission"]["steps"][0]["basis"] == "location"

    refused = program.post(f"{address}approve/", {}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    approved = as_person(cast.approver).post(f"{address}approve/", {}, format="json")
    assert approved.json()["record"]["decided_by"] == "approver"

    (result,) = program.get("/api/v1/emission-records/").json()["data"]
    assert (result["market_kgco2e"], result["activity_record"]) == ("207.050000", record["id"])


def test_only_the_result_that_was_seen_is_approved(cast: Cast):
    record, approver = cast.submitted(), as_person(cast.approver)
    address = f"{ACTIVITIES}{record.pk}/"

    def approve() -> Any:
        return {"seen": approver.get(address).json()["emission"]["id"]}

    before = approve()
    by: dict[str, Any] = {"by": cast.contributor, "at": NOON}
    submission.edit_record(record_id=record.pk, changes={"quantity": Decimal(9)}, **by)
    submission.submit_records(record_ids=[record.pk], **by)

    refused = approver.post(f"{address}approve/", before, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "record_changed_since")
    record.refresh_from_db()
    assert record.state == "submitted"
    approved = approver.post(f"{address}approve/", approve(), format="json").json()["record"]
    assert (approved["state"], approved["quantity"]) == ("approved", "9")


@pytest.mark.parametrize("seen", [0, -1, "x", 2**63, None])
def test_what_is_no_result_was_not_seen(cast: Cast, seen: Any):
    address = f"{ACTIVITIES}{cast.submitted().pk}/approve/"
    answer = as_person(cast.approver).post(address, {"seen": seen}, format="json")
    assert answer.status_code == 400
    assert [each["field"] for each in answer.json()["errors"]] == ["seen"]


def test_a_record_is_sent_back_with_a_reason(cast: Cast):
    record = cast.submitted()
    approver = as_person(cast.approver)
    address = f"{ACTIVITIES}{record.pk}/return/"

    assert approver.post(address, {}, format="json").status_code == 400
    answer = approver.post(address, {"reason": "Which meter?"}, format="json")

    assert answer.json()["record"]["return_reason"] == "Which meter?"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"colour": "green"}, 400),
        ({"quantity": "-1"}, 400),
        ({"quantity": "NaN"}, 400),
        ({"quantity": "1,5"}, 400),
        ({"quantity": "9" * 40}, 400),
        ({"quantity": "1e3"}, 400),
        ({"quantity": "٣"}, 400),
        ({"quantity": 3}, 400),
        ({"started_on": "01.02.2024"}, 400),
        ({"started_on": "20240201"}, 400),
        ({"inputs": {"pue": ["1"]}}, 400),
        ({"inputs": "pue"}, 400),
        ({"is_estimated": "yes"}, 400),
        ({"note": 5}, 400),
        ({"note": "a\x00b"}, 400),
        ({"activity": None}, 400),
        ({"started_on": "2024-02-01"}, 422),
        ({"department": "NOWHERE"}, 422),
        ({"department": "OFFICES"}, 422),
        ({"inputs": {"pue": "high"}}, 422),
        ({"inputs": {"colour": "green"}}, 422),
    ],
)
def test_what_can_not_be_read_is_400_what_can_not_be_done_is_422_by_field(
    cast: Cast, change: Any, status: int
):
    program = as_program(cast, "activities:write")

    answer = program.post(ACTIVITIES, NEW | change, format="json")

    assert answer.status_code == status, answer.json()
    assert answer.json()["errors"]
    assert not ActivityRecord.objects.exists()


def test_sending_the_same_external_id_twice_creates_once(cast: Cast):
    program = as_program(cast, "activities:write")
    program.post(ACTIVITIES, NEW, format="json")

    again = program.post(ACTIVITIES, NEW, format="json")

    assert (again.status_code, again.json()["code"]) == (409, "external_id_taken")
    assert ActivityRecord.objects.count() == 1


def test_other_departments_rows_are_not_there(cast: Cast):
    record = cast.submitted()
    outsider = as_person(cast.outsider)

    assert outsider.get(ACTIVITIES).json()["data"] == []
    for address, method in [("", "get"), ("submit/", "post"), ("approve/", "post")]:
        answer = getattr(outsider, method)(f"{ACTIVITIES}{record.pk}/{address}", format="json")
        assert (answer.status_code, answer.json()["code"]) == (404, "record_not_found")
    assert outsider.get("/api/v1/emission-records/").json()["data"] == []


def test_a_key_with_a_department_sees_only_that(cast: Cast):
    cast.draft()
    scopes = ("activities:read", "activities:write")
    elsewhere = as_program(cast, *scopes, departments=[cast.offices])

    assert elsewhere.get(ACTIVITIES).json()["data"] == []
    assert elsewhere.post(ACTIVITIES, NEW, format="json").status_code == 422


@pytest.mark.parametrize(
    ("address", "method"),
    [(ACTIVITIES, "get"), (ACTIVITIES, "post"), ("/api/v1/factors/?activity=x", "get")],
)
def test_a_key_needs_the_scope(cast: Cast, address: str, method: str):
    program = as_program(cast, "journal:read")

    assert getattr(program, method)(address, {}, format="json").status_code == 403
    assert getattr(APIClient(), method)(address, {}, format="json").status_code in (401, 403)


def test_lists_come_page_by_page(cast: Cast, django_assert_max_num_queries):
    ids = [cast.draft().pk for _ in range(5)]
    program = as_program(cast, "activities:read")

    with django_assert_max_num_queries(12):
        first = program.get(ACTIVITIES, {"limit": 3}).json()
    rest = program.get(ACTIVITIES, {"limit": 3, "cursor": first["next_cursor"]}).json()

    assert [row["id"] for row in first["data"] + rest["data"]] == ids
    assert (first["has_more"], rest["has_more"], rest["next_cursor"]) == (True, False, None)
    assert program.get(ACTIVITIES, {"stat": "draft"}).status_code == 400
    assert program.get(ACTIVITIES, {"state": "done"}).status_code == 400
    assert program.get(ACTIVITIES, {"limit": "0"}).status_code == 400
    assert program.get(f"{ACTIVITIES}99999999999999999999/").status_code == 404


def test_factors_are_found_with_their_source(cast: Cast):
    program = as_program(cast, "factors:read")

    (factor,) = program.get(
        "/api/v1/factors/", {"activity": "electricity/grid", "place": "gb", "year": "2024"}
    ).json()["data"]
    below = program.get("/api/v1/factors/", {"activity": "business-travel-air"}).json()

    assert (factor["kgco2e_per_unit"], factor["factor_set"]) == ("0.20705", "desnz_2024")
    assert len(below["data"]) > 20
    assert program.get("/api/v1/factors/").status_code == 400


BATCH, FILE = f"{ACTIVITIES}batch/", "/api/v1/imports/"
SECOND = NEW | {"external_id": "meter-7-2024-02", "unit": "parsec", "place": "ZZ"}


def test_a_batch_answers_every_row_and_is_all_or_none(cast: Cast):
    program = as_program(cast, "activities:read", "activities:write")

    refused = program.post(BATCH, {"rows": [NEW, SECOND]}, format="json")
    assert refused.status_code == 422
    told = refused.json()
    assert (told["import_id"], told["accepted"], told["rejected"]) == (None, 1, 1)
    assert [(row["index"], row["id"]) for row in told["rows"]] == [(0, None), (1, None)]
    assert told["rows"][0]["emissions_location_kgco2e"] == "207.050000"
    assert {error["column"] for error in told["rows"][1]["errors"]} >= {"unit"}
    assert not ActivityRecord.objects.exists()

    asked = {"rows": [SECOND, NEW], "valid_rows_only": True}
    rehearsed = program.post(BATCH, asked | {"dry_run": True}, format="json")
    assert (rehearsed.status_code, rehearsed.json()["import_id"]) == (200, None)
    assert not ActivityRecord.objects.exists()

    taken = program.post(BATCH, asked, format="json")
    assert taken.status_code == 201, taken.json()
    record = ActivityRecord.objects.get()
    assert [row["id"] for row in taken.json()["rows"]] == [None, record.pk]
    assert taken.json()["import_id"] == record.batch_id
    assert record.external_id == NEW["external_id"]

    again = program.post(BATCH, {"rows": [NEW]}, format="json").json()
    assert "has this id already" in again["rows"][0]["errors"][0]["reason"]


def test_a_batch_that_is_sent_again_with_its_key_is_taken_in_once(cast: Cast):
    program = as_program(cast, "activities:read", "activities:write")

    first, second = (
        program.post(BATCH, {"rows": [NEW]}, format="json", HTTP_IDEMPOTENCY_KEY="batch-1")
        for _ in range(2)
    )

    assert (first.status_code, second.content) == (201, first.content)
    assert ActivityRecord.objects.count() == 1


@pytest.mark.parametrize(
    ("rows", "why", "status"),
    [
        ([], "at least 1", 400),
        ([NEW] * 1001, "1000", 400),
        ([NEW | {"quantity": ["1"]}], "string", 400),
        ("all", "list", 400),
        ([NEW, NEW | {"colour": "green"}], "colour (row 1)", 422),
        ([NEW, {"place": " "}], "Row 1 is empty", 422),
    ],
)
def test_a_batch_that_is_none_says_why(cast: Cast, rows: Any, why: str, status: int):
    program = as_program(cast, "activities:write")

    refused = program.post(BATCH, {"rows": rows}, format="json")

    assert refused.status_code == status
    assert why in refused.content.decode()
    assert not ActivityRecord.objects.exists()


def test_a_key_enters_rows_of_its_own_departments_alone(cast: Cast):
    program = as_program(cast, "activities:write", departments=[cast.offices])

    refused = program.post(BATCH, {"rows": [NEW]}, format="json")

    assert refused.status_code == 422
    (error,) = refused.json()["rows"][0]["errors"]
    assert error["column"] == "department"
    reader = as_program(cast, "activities:read")
    assert reader.post(BATCH, {"rows": [NEW]}, format="json").status_code == 403


def test_a_file_is_taken_in_by_the_api(cast: Cast):
    program = as_program(cast, "activities:read", "activities:write")
    content = ",".join(NEW) + "\n" + ",".join(NEW.values()) + "\n"

    def sent(text: str, **more: Any) -> Any:
        file = SimpleUploadedFile("january.csv", text.encode())
        return program.post(FILE, {"file": file, **more}, format="multipart")

    rehearsed = sent(content, dry_run="true")
    assert (rehearsed.status_code, rehearsed.json()["accepted"]) == (200, 1)
    wrong = sent(content.replace("kWh", "parsec"))
    assert (wrong.status_code, wrong.json()["rows"][0]["line"]) == (422, 2)
    assert not ActivityRecord.objects.exists()
    taken = sent(content)
    assert taken.status_code == 201, taken.content
    assert taken.json()["import_id"] == ActivityRecord.objects.get().batch_id
    assert sent(content, mapping="none").status_code == 404
