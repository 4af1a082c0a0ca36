"""The administration of people, departments and keys opens by role, not by Django's flags."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from departments.organisation.api_keys import find_key
from departments.organisation.models import ApiKey, CostCentre, DepartmentPlacement, User
from tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db

PAGES = {
    "user": {"admin"},
    "department": {"admin", "analyst", "approver", "finance", "auditor"},
    "legalentity": {"admin", "analyst", "approver", "finance", "auditor"},
    "costcentre": {"admin", "analyst", "approver", "finance", "auditor"},
    "apikey": {"admin", "finance"},
}


def client_of(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.people[name])
    return client


@pytest.mark.parametrize("page", PAGES)
def test_lists_open_by_role(page: str) -> None:
    cast = make_cast()
    root = cast.people["nobody"]
    root.is_superuser = root.is_staff = True
    root.save()
    opens = {
        name
        for name in cast.people
        if client_of(cast, name).get(f"/admin/organisation/{page}/").status_code == 200
    }
    assert opens == PAGES[page]


def test_every_form_opens() -> None:
    cast = make_cast()
    client = client_of(cast, "admin")
    for page in PAGES:
        assert client.get(f"/admin/organisation/{page}/add/").status_code == 200
    for row in (cast.people["finance"], cast.departments["CLOUD"], cast.entity):
        path = f"/admin/organisation/{row._meta.model_name}/{row.pk}/change/"
        assert client.get(path).status_code == 200
        assert client_of(cast, "auditor").get(path).status_code in (200, 403)


def test_an_administrator_moves_a_department_from_a_day_on() -> None:
    cast = make_cast()
    phones = cast.departments["PHONES"]
    asked = {
        "code": "RENAMED",
        "name": "Phones",
        "parent": cast.id_of("CLOUD"),
        "legal_entity": cast.entity.pk,
        "from_on": "2022-07-01",
        "placements-TOTAL_FORMS": "0",
        "placements-INITIAL_FORMS": "0",
    }
    path = f"/admin/organisation/department/{phones.pk}/change/"
    assert client_of(cast, "auditor").post(path, asked).status_code == 403
    assert client_of(cast, "admin").post(path, asked).status_code == 302
    parents = DepartmentPlacement.objects.filter(department=phones).values_list("parent__code")
    assert [code for (code,) in parents.order_by("in_force")] == ["DEVICES", "CLOUD"]
    phones.refresh_from_db()
    assert phones.code == "PHONES"


def test_a_cost_centre_without_days_is_in_force_on_all() -> None:
    cast = make_cast()
    client = client_of(cast, "admin")
    asked = {
        "code": "CC-7",
        "name": "Machines",
        "legal_entity": cast.entity.pk,
        "department": cast.id_of("CLOUD"),
        "in_force_0": "",
        "in_force_1": "",
    }
    assert client.post("/admin/organisation/costcentre/add/", asked).status_code == 302
    centre = CostCentre.objects.get(code="CC-7")
    assert (centre.in_force.lower, centre.in_force.upper) == (None, None)
    path = f"/admin/organisation/costcentre/{centre.pk}/change/"
    assert client.post(path, {**asked, "in_force_0": "2024-01-01"}).status_code == 302
    centre.refresh_from_db()
    assert (centre.in_force.lower, centre.in_force.upper) == (date(2024, 1, 1), None)


def test_a_role_given_opens_the_admin_and_django_flags_can_not_be_set() -> None:
    cast = make_cast()
    nobody = cast.people["nobody"]
    asked = {
        "username": "nobody",
        "is_active": "on",
        "is_superuser": "on",
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "0",
        "memberships-0-role": "auditor",
        "memberships-0-department": "",
    }
    path = f"/admin/organisation/user/{nobody.pk}/change/"
    assert client_of(cast, "admin").post(path, asked).status_code == 302
    nobody = User.objects.get(pk=nobody.pk)
    assert (nobody.is_staff, nobody.is_superuser) == (True, False)
    assert [membership.role for membership in nobody.memberships.all()] == ["auditor"]


def key_request(acts_for: User) -> dict[str, object]:
    return {"name": "Export", "scopes": ["journal:read"], "acts_for": acts_for.pk}


def test_a_keys_secret_is_on_one_page_once() -> None:
    cast = make_cast()
    client = client_of(cast, "finance")
    answer = client.post("/admin/organisation/apikey/add/", key_request(cast.people["finance"]))
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    found = re.search(r"cfl_[0-9a-f]{8}_[A-Za-z0-9_-]{43}", answer.content.decode())
    assert found is not None
    key = ApiKey.objects.get()
    assert find_key(found[0], at=timezone.now()) == key
    detail = client.get(f"/admin/organisation/apikey/{key.pk}/change/").content.decode()
    assert key.prefix in detail
    assert found[0] not in detail
    assert key.secret_sha256 not in detail

    revoke = {"action": "revoke", "_selected_action": [key.pk]}
    assert client.post("/admin/organisation/apikey/", revoke).status_code == 302
    assert find_key(found[0], at=timezone.now()) is None


def test_only_an_administrator_makes_keys_that_act_for_another_person() -> None:
    cast = make_cast()
    asked = key_request(cast.people["approver"])
    client_of(cast, "finance").post("/admin/organisation/apikey/add/", asked)
    assert not ApiKey.objects.exists()
    client_of(cast, "admin").post("/admin/organisation/apikey/add/", asked)
    assert ApiKey.objects.get().acts_for == cast.people["approver"]
