"""The API's doors: who comes in, page by page, and problems that say what to do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from departments.organisation.api_keys import issue_key
from departments.organisation.models import ApiKey
from tests.factories import FIRST_DAY, Cast, make_cast, make_price, make_scheme

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.organisation.urls")]


def client_of(cast: Cast, name: str) -> APIClient:
    client = APIClient()
    client.force_login(cast.people[name])
    return client


def key_client(cast: Cast, name: str, *scopes: str, departments: tuple[str, ...] = ()) -> APIClient:
    issued = issue_key(
        name="program",
        scopes=scopes,
        departments=[cast.departments[code] for code in departments],
        acts_for=cast.people[name],
        expires_at=None,
        at=timezone.now(),
    )
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {issued.secret}")


def codes(answer: Any) -> list[str]:
    return [row["code"] for row in answer.json()["data"]]


# --- who comes in -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer x y", "Bearer cfl_00000000_x", "Bearer é"]
)
def test_without_a_good_key_it_is_401_with_a_challenge(header: str) -> None:
    answer = APIClient(HTTP_AUTHORIZATION=header).get("/api/v1/me/")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] in ("not_authenticated", "authentication_failed")


def test_an_expired_key_is_401() -> None:
    cast = make_cast()
    client = key_client(cast, "finance", "departments:read")
    assert client.get("/api/v1/departments/").status_code == 200
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get("/api/v1/departments/").status_code == 401


def test_a_key_needs_the_scope_and_its_person_the_role() -> None:
    cast = make_cast()
    assert key_client(cast, "finance", "journal:read").get("/numbers/").status_code == 200
    lacks_scope = key_client(cast, "finance", "prices:read").get("/numbers/")
    assert lacks_scope.status_code == 403
    assert lacks_scope.json()["detail"] == "This key lacks the scope journal:read."
    assert key_client(cast, "cloud-viewer", "journal:read").get("/numbers/").status_code == 403
    # a method that names no scope is closed to keys
    assert key_client(cast, "finance", "journal:read").post("/numbers/").status_code == 403
    assert client_of(cast, "finance").post("/numbers/").status_code == 201
    assert client_of(cast, "nobody").get("/numbers/").status_code == 403


def test_who_am_i() -> None:
    cast = make_cast()
    mine = key_client(cast, "cloud-viewer", "journal:read", departments=("CLOUD-EAST",))
    answer = mine.get("/api/v1/me/").json()
    assert answer["username"] == "cloud-viewer"
    assert answer["roles"] == [{"role": "viewer", "department": "CLOUD"}]
    assert answer["permissions"] == []
    assert answer["key"]["departments"] == ["CLOUD-EAST"]
    assert "secret" not in str(answer)
    finance = client_of(cast, "finance").get("/api/v1/me/").json()
    assert finance["roles"] == [{"role": "finance", "department": None}]
    assert "close_period" in finance["permissions"]
    assert finance["key"] is None


# --- what they see ------------------------------------------------------------------------------


def test_departments_are_those_one_may_see(django_assert_max_num_queries: Any) -> None:
    cast = make_cast()
    client = client_of(cast, "cloud-viewer")
    client.get("/api/v1/departments/")  # notes that the session is in use, once a minute
    with django_assert_max_num_queries(8):
        answer = client.get("/api/v1/departments/", {"on": "2022-07-01"})
    assert sorted(codes(answer)) == ["CLOUD", "CLOUD-EAST", "CLOUD-WEST"]
    cloud = next(row for row in answer.json()["data"] if row["code"] == "CLOUD")
    assert cloud["placement"] == {
        "parent": "COMPANY",
        "legal_entity": "US10",
        "starts_on": FIRST_DAY.isoformat(),
        "ends_before": None,
    }
    narrowed = key_client(cast, "finance", "departments:read", departments=("PHONES",))
    assert codes(narrowed.get("/api/v1/departments/")) == ["PHONES"]


def test_prices_of_departments_one_may_not_see_are_not_listed() -> None:
    cast, scheme = make_cast(), make_scheme()
    make_price(cast, scheme, "15")
    make_price(cast, scheme, "20", department="DEVICES")
    make_price(cast, scheme, "99", scope=1, approved=False)
    everything = client_of(cast, "auditor").get("/api/v1/prices/").json()["data"]
    assert [row["price_per_tonne"] for row in everything] == ["15.000000", "20.000000"]
    for since, count in (("2022-07-15T12:00:00Z", 2), ("2022-07-15T12:00:01Z", 0)):
        newer = client_of(cast, "auditor").get("/api/v1/prices/", {"updated_since": since})
        assert len(newer.json()["data"]) == count
    seen = client_of(cast, "cloud-viewer").get("/api/v1/prices/", {"scheme": scheme.code})
    assert [row["department"] for row in seen.json()["data"]] == [None]
    none = client_of(cast, "auditor").get("/api/v1/prices/", {"on": "2019-01-01"}).json()
    assert none == {"data": [], "has_more": False, "next_cursor": None}
    schemes = client_of(cast, "nobody").get("/api/v1/schemes/").json()["data"]
    assert [(row["code"], len(row["coverage"])) for row in schemes] == [("carbon-fee", 3)]


# --- page by page -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/numbers/", "/api/v1/departments/"])
def test_pages_follow_each_other_to_the_end(path: str) -> None:
    client = client_of(make_cast(), "auditor")
    whole = client.get(path, {"limit": 200}).json()
    assert (whole["has_more"], whole["next_cursor"]) == (False, None)
    rows, asked = [], {"limit": 3}
    while True:
        page = client.get(path, asked).json()
        rows += page["data"]
        if not page["has_more"]:
            break
        asked["cursor"] = page["next_cursor"]
    assert rows == whole["data"]


@pytest.mark.parametrize(
    "asked",
    [
        {"limit": "0"},
        {"limit": "201"},
        {"limit": "ten"},
        {"limit": "٣"},
        {"cursor": "!!!"},
        {"cursor": "é"},
        {"cursor": "LTE"},  # -1
        {"cursor": "OTk5OTk5OTk5OTk5OTk5OTk5OTk5"},  # beyond 64 bits
    ],
)
def test_a_page_that_is_none_is_400(asked: dict[str, str]) -> None:
    answer = client_of(make_cast(), "auditor").get("/numbers/", asked)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == list(asked)


# --- problems -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("way", "status", "code"),
    [
        ("domain-404", 404, "scheme_not_found"),
        ("domain-403", 403, "approved_by_same_person"),
        ("denied", 403, "permission_denied"),
        ("model-invalid", 400, "invalid"),
        ("constraint", 409, "organisation_department_code_is_upper_case"),
        ("nameless-conflict", 409, "conflict"),
        ("too-long", 400, "unstorable_value"),
        ("database-gone", 503, "database_unavailable"),
        ("recursion", 400, "too_deeply_nested"),
    ],
)
def test_every_refusal_is_a_problem(way: str, status: int, code: str) -> None:
    answer = APIClient().get(f"/refuse/{way}/", HTTP_X_REQUEST_ID="req-1")
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    problem = answer.json()
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"].endswith(code)
    assert (problem["instance"], problem["request_id"]) == (f"/refuse/{way}/", "req-1")
    assert {"type", "title", "detail"} <= problem.keys()
    for leak in ("Traceback", "secret detail", "db.internal", "psycopg"):
        assert leak not in answer.content.decode()


def test_a_constraint_says_what_its_model_says() -> None:
    detail = APIClient().get("/refuse/constraint/").json()["detail"]
    assert detail == "Use capital letters, digits and hyphens."


def test_a_mistake_of_ours_is_no_problem_of_theirs() -> None:
    with pytest.raises(ZeroDivisionError):
        APIClient().get("/refuse/bug/")


def test_our_mistakes_and_unknown_addresses_are_problems_too() -> None:
    client = APIClient(raise_request_exception=False)
    broken, nowhere = client.get("/api/v1/broken/bug/"), client.get("/api/v1/nowhere/")
    assert [(answer.status_code, answer.json()["code"]) for answer in (broken, nowhere)] == [
        (500, "internal_error"),
        (404, "not_found"),
    ]
    assert {answer["Content-Type"] for answer in (broken, nowhere)} == {"application/problem+json"}
    assert "secret detail" not in broken.content.decode()
    assert client.get("/nowhere/")["Content-Type"].startswith("text/html")


def test_a_foreign_request_id_is_not_repeated() -> None:
    answer = APIClient().get("/refuse/denied/", HTTP_X_REQUEST_ID="<script>" + "x" * 100)
    assert answer.json()["request_id"].isalnum()


def test_all_problems_of_all_fields_at_once() -> None:
    lines = [{"quantity": 1, "unit": "kg"}, {"quantity": "x", "colour": "red"}, {"unit": "kg"}]
    answer = APIClient().post("/order/", {"name": "too long", "lines": lines}, format="json")
    assert answer.status_code == 400
    assert [(error["field"], error["reason"]) for error in answer.json()["errors"]] == [
        ("name", "Ensure this field has no more than 5 characters."),
        ("lines.1.quantity", "A valid integer is required."),
        ("lines.1.unit", "This field is required."),
        ("lines.1.colour", "Unknown field."),
        ("lines.2.quantity", "This field is required."),
    ]


@pytest.mark.parametrize("body", ["[" * 990, '{"a":' * 990, "{", '{"name": NaN}', "\x00"])
def test_json_that_is_none_or_bottomless_is_400(body: str) -> None:
    answer = APIClient().post("/order/", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["code"] == "parse_error"


@pytest.mark.parametrize(
    "body", [r'{"name": "\ud800"}', r'{"\uD83d": 1}', r'{"lines": [{"a": {"\udfff": 1}}]}']
)
def test_half_of_a_character_is_a_bad_request_in_names_as_in_values(body: str) -> None:
    answer = APIClient().post("/order/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")


def test_both_halves_of_a_character_are_one() -> None:
    body = r'{"\ud83d\ude00": 1}'
    answer = APIClient().post("/order/", body, content_type="application/json")
    assert "\U0001f600" in [problem["field"] for problem in answer.json()["errors"]]


def test_brackets_inside_a_text_are_only_text() -> None:
    lines = [{"quantity": 1, "unit": '[{"\\' * 100}]
    answer = APIClient().post("/order/", {"name": "a", "lines": lines}, format="json")
    assert answer.status_code == 200
