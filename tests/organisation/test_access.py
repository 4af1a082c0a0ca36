"""Roles alone decide: what each sees, and which steps each may take."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from departments.organisation.access import (
    Permission,
    departments_visible_to,
    may,
    may_approve_records,
    may_contribute,
    permissions_of,
    visible_department_ids,
)
from departments.organisation.api_keys import issue_key
from departments.organisation.people import give_role
from departments.organisation.placement import place_department
from tests.factories import NOON, TREE, Cast, make_cast, make_department, make_person

pytestmark = pytest.mark.django_db

CLOUD = {"CLOUD", "CLOUD-EAST", "CLOUD-WEST"}
ALL = set(TREE)

MATRIX = {
    "analyst": "prepare_settlement open_period read_books propose_price propose_entry "
    "propose_factors enter_instrument enter_site enter_absorption propose_key share_out "
    "answer_dispute score_grant propose_award estimate_sweet_spot run_scenario",
    "approver": "approve_settlement post_settlement read_books approve_price approve_entry "
    "approve_factors approve_instrument approve_absorption approve_key score_grant approve_award "
    "answer_dispute estimate_sweet_spot run_scenario verify_removal",
    "finance": "post_settlement open_period close_period export_journal read_exports "
    "acknowledge_export "
    "map_accounts propose_entry approve_entry read_books manage_keys pay_grant run_scenario "
    "answer_dispute",
    "auditor": "read_books read_exports read_trail",
    "admin": "prepare_settlement open_period read_books read_trail enter_site manage_people "
    "manage_keys",
    "cloud-contributor": "",
    "cloud-approver": "",
    "cloud-viewer": "",
    "nobody": "",
}


@pytest.mark.parametrize("name", MATRIX)
def test_which_steps_a_person_may_take(name: str) -> None:
    person = make_cast().people[name]
    assert {str(p) for p in Permission if may(person, p)} == set(MATRIX[name].split())
    assert set(permissions_of(person)) == set(MATRIX[name].split())


@pytest.mark.parametrize(
    ("name", "seen", "contributes", "approves"),
    [
        ("analyst", ALL, ALL, set()),
        ("approver", ALL, set(), ALL),
        ("finance", ALL, set(), set()),
        ("auditor", ALL, set(), set()),
        ("admin", ALL, set(), set()),
        ("cloud-contributor", CLOUD, CLOUD, set()),
        ("cloud-approver", CLOUD, CLOUD, CLOUD),
        ("cloud-viewer", CLOUD, set(), set()),
        ("nobody", set(), set(), set()),
    ],
)
def test_which_departments_a_person_reaches(
    name: str, seen: set[str], contributes: set[str], approves: set[str]
) -> None:
    cast = make_cast()
    person = cast.people[name]
    assert {d.code for d in departments_visible_to(person)} == seen
    ids = {code: department.pk for code, department in cast.departments.items()}
    assert {code for code in ALL if may_contribute(person, ids[code])} == contributes
    assert {code for code in ALL if may_approve_records(person, ids[code])} == approves


def test_a_superuser_without_a_role_sees_and_does_nothing() -> None:
    cast = make_cast()
    root = make_person("root")
    root.is_superuser = root.is_staff = True
    root.save()
    assert visible_department_ids(root) == set()
    assert not any(may(root, permission) for permission in Permission)
    assert not may_contribute(root, cast.id_of("CLOUD"))


def test_an_inactive_or_anonymous_person_has_nothing() -> None:
    cast = make_cast()
    finance = cast.people["finance"]
    finance.is_active = False
    finance.save()
    for person in (finance, AnonymousUser()):
        assert not may(person, Permission.READ_BOOKS)
        assert visible_department_ids(person) == set()


def test_a_place_announced_for_later_counts_from_that_day_on() -> None:
    cast, day = make_cast(), date(2099, 1, 1)
    place_department(
        department=cast.departments["PHONES"],
        parent=cast.departments["CLOUD"],
        legal_entity=cast.entity,
        from_on=day,
        by=cast.people["admin"],
    )
    approver, phones = cast.people["cloud-approver"], cast.id_of("PHONES")
    for may_step in (may_approve_records, may_contribute):
        assert not may_step(approver, phones)
        assert may_step(approver, phones, on=day)
    assert cast.codes_of(visible_department_ids(approver)) == CLOUD
    assert cast.codes_of(visible_department_ids(approver, on=day)) == CLOUD | {"PHONES"}


def test_a_department_without_a_place_today_has_its_own_people_alone() -> None:
    cast = make_cast()
    ended = make_department(
        "ENDED",
        entity=cast.entity,
        parent=cast.departments["CLOUD"],
        from_on=date(2021, 1, 1),
        until=date(2022, 1, 1),
    )
    own = make_person("own-approver", "approver", ended)
    assert may_approve_records(own, ended.pk)
    assert not may_approve_records(cast.people["cloud-approver"], ended.pk)
    assert may_approve_records(cast.people["cloud-approver"], ended.pk, on=date(2021, 7, 1))


def test_sight_follows_todays_tree_unless_a_day_is_asked_for() -> None:
    cast = make_cast()
    place_department(
        department=cast.departments["PHONES"],
        parent=cast.departments["CLOUD"],
        legal_entity=cast.entity,
        from_on=date(2022, 7, 1),
        by=cast.people["admin"],
    )
    viewer = cast.people["cloud-viewer"]
    assert cast.codes_of(visible_department_ids(viewer)) == CLOUD | {"PHONES"}
    eve = date(2022, 7, 1) - timedelta(days=1)
    assert cast.codes_of(visible_department_ids(viewer, on=eve)) == CLOUD


@pytest.mark.parametrize(
    ("name", "departments", "seen"),
    [
        ("finance", [], None),
        ("finance", ["DEVICES"], {"DEVICES", "PHONES", "LAPTOPS"}),
        ("cloud-viewer", [], CLOUD),
        ("cloud-viewer", ["CLOUD-EAST"], {"CLOUD-EAST"}),
        ("cloud-viewer", ["DEVICES"], set()),  # a key never reaches further than its person
    ],
)
def test_a_key_narrows_its_persons_reach(
    name: str, departments: list[str], seen: set[str] | None
) -> None:
    cast = make_cast()
    key = key_for(cast, name, departments)
    assert cast.codes_of(visible_department_ids(cast.people[name], key=key)) == seen


def test_a_key_whose_departments_go_sees_nothing() -> None:
    cast = make_cast()
    key = key_for(cast, "finance", ["DEVICES"])
    key.departments.clear()
    assert visible_department_ids(cast.people["finance"], key=key) == set()
    assert not departments_visible_to(cast.people["finance"], key=key).exists()
    analysts = key_for(cast, "analyst", ["DEVICES"])
    analysts.departments.clear()
    assert not may_contribute(cast.people["analyst"], cast.id_of("DEVICES"), key=analysts)


def test_a_key_narrows_what_may_be_written() -> None:
    cast = make_cast()
    key = key_for(cast, "cloud-contributor", ["CLOUD-EAST"])
    person = cast.people["cloud-contributor"]
    assert may_contribute(person, cast.id_of("CLOUD-EAST"), key=key)
    assert not may_contribute(person, cast.id_of("CLOUD-WEST"), key=key)


def key_for(cast: Cast, name: str, departments: list[str]):
    return issue_key(
        name="program",
        scopes=["journal:read"],
        departments=[cast.departments[code] for code in departments],
        acts_for=cast.people[name],
        expires_at=None,
        at=NOON,
    ).key


def test_a_company_role_opens_the_admin_and_a_department_role_does_not() -> None:
    cast = make_cast()
    assert cast.people["auditor"].is_staff
    assert not cast.people["cloud-approver"].is_staff


def test_a_role_must_match_its_reach() -> None:
    cast = make_cast()
    for role, department in (("finance", cast.departments["CLOUD"]), ("viewer", None)):
        with pytest.raises(IntegrityError), transaction.atomic():
            give_role(user=cast.people["nobody"], role=role, department=department)
