"""The tree on a day: who stood below whom, and from when until when."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from departments.organisation.errors import NotAllowed, PlacementMakesCycle
from departments.organisation.models import DepartmentPlacement
from departments.organisation.placement import place_department
from departments.organisation.tree import (
    DescendantRange,
    ancestors_of,
    descendant_ranges,
    descendants_of,
    legal_entity_of,
)
from tests.factories import FIRST_DAY, Cast, make_cast, make_legal_entity

pytestmark = pytest.mark.django_db

MOVE = date(2022, 7, 1)
EVE = MOVE - timedelta(days=1)


def move(cast: Cast, code: str, parent: str | None, on: date = MOVE) -> DepartmentPlacement:
    return place_department(
        department=cast.departments[code],
        parent=cast.departments[parent] if parent else None,
        legal_entity=cast.entity,
        from_on=on,
        by=cast.people["admin"],
    )


def test_a_move_counts_from_its_day_on_and_the_past_stays() -> None:
    cast = make_cast()
    move(cast, "CLOUD-EAST", "DEVICES")
    devices = [cast.id_of("DEVICES")]
    assert cast.codes_of(descendants_of(devices, on=EVE)) == {"DEVICES", "PHONES", "LAPTOPS"}
    assert cast.codes_of(descendants_of(devices, on=MOVE)) == {
        "DEVICES",
        "PHONES",
        "LAPTOPS",
        "CLOUD-EAST",
    }
    assert descendants_of(devices, on=None) == descendants_of(devices, on=MOVE)
    east = cast.id_of("CLOUD-EAST")
    assert ancestors_of(east, on=EVE) == [cast.id_of("CLOUD"), cast.id_of("COMPANY")]
    assert ancestors_of(east, on=MOVE) == [cast.id_of("DEVICES"), cast.id_of("COMPANY")]
    assert ancestors_of(east, on=FIRST_DAY - timedelta(days=1)) == []


def test_ranges_below_a_department_are_cut_along_the_path() -> None:
    cast = make_cast()
    move(cast, "CLOUD-EAST", "DEVICES")
    move(cast, "DEVICES", "CLOUD", date(2023, 1, 1))
    below_cloud = {
        (r.department_id, r.distance): (r.starts_on, r.ends_before)
        for r in descendant_ranges(cast.id_of("CLOUD"))
    }
    assert below_cloud == {
        (cast.id_of("CLOUD"), 0): (None, None),
        (cast.id_of("CLOUD-WEST"), 1): (FIRST_DAY, None),
        (cast.id_of("CLOUD-EAST"), 1): (FIRST_DAY, MOVE),
        (cast.id_of("DEVICES"), 1): (date(2023, 1, 1), None),
        (cast.id_of("PHONES"), 2): (date(2023, 1, 1), None),
        (cast.id_of("LAPTOPS"), 2): (date(2023, 1, 1), None),
        (cast.id_of("CLOUD-EAST"), 2): (date(2023, 1, 1), None),
    }


def test_a_department_may_leave_and_come_back() -> None:
    cast = make_cast()
    move(cast, "PHONES", "CLOUD")
    move(cast, "PHONES", "DEVICES", date(2023, 7, 1))
    phones = cast.id_of("PHONES")
    assert [r for r in descendant_ranges(cast.id_of("DEVICES")) if r.department_id == phones] == [
        DescendantRange(phones, 1, FIRST_DAY, MOVE),
        DescendantRange(phones, 1, date(2023, 7, 1), None),
    ]


def test_a_move_below_oneself_is_refused_and_changes_nothing() -> None:
    cast = make_cast()
    before = list(DepartmentPlacement.objects.values_list("pk", "parent", "in_force"))
    with pytest.raises(PlacementMakesCycle):
        move(cast, "CLOUD", "CLOUD-EAST")
    with pytest.raises(PlacementMakesCycle):
        move(cast, "CLOUD", "CLOUD")
    assert list(DepartmentPlacement.objects.values_list("pk", "parent", "in_force")) == before


def test_a_circle_that_lies_in_the_future_is_refused_too() -> None:
    cast = make_cast()
    move(cast, "DEVICES", "CLOUD", date(2030, 1, 1))
    with pytest.raises(PlacementMakesCycle):
        move(cast, "CLOUD", "PHONES", date(2029, 1, 1))


def test_a_circle_written_by_hand_hangs_nobody() -> None:
    cast = make_cast()
    DepartmentPlacement.objects.filter(department__code="CLOUD").update(
        parent=cast.departments["CLOUD-EAST"]
    )
    cloud, east = cast.id_of("CLOUD"), cast.id_of("CLOUD-EAST")
    assert cast.codes_of(descendants_of([cloud], on=MOVE)) == {"CLOUD", "CLOUD-EAST", "CLOUD-WEST"}
    assert ancestors_of(cloud, on=MOVE) == [east]
    assert {r.department_id for r in descendant_ranges(cloud)} == cast.ids_of(
        "CLOUD", "CLOUD-EAST", "CLOUD-WEST"
    )


def test_moving_again_is_the_same_move() -> None:
    cast = make_cast()
    assert move(cast, "PHONES", "CLOUD").pk == move(cast, "PHONES", "CLOUD").pk
    assert DepartmentPlacement.objects.filter(department__code="PHONES").count() == 2
    corrected = move(cast, "PHONES", "COMPANY")
    assert corrected.in_force.lower == MOVE
    assert DepartmentPlacement.objects.filter(department__code="PHONES").count() == 2


def test_the_books_follow_the_placement() -> None:
    cast, korea = make_cast(), make_legal_entity("KR10", "KR", "KRW")
    place_department(
        department=cast.departments["PHONES"],
        parent=cast.departments["DEVICES"],
        legal_entity=korea,
        from_on=MOVE,
        by=cast.people["admin"],
    )
    phones = cast.id_of("PHONES")
    assert legal_entity_of(phones, on=EVE) == cast.entity.pk
    assert legal_entity_of(phones, on=MOVE) == korea.pk
    assert legal_entity_of(phones, on=FIRST_DAY - timedelta(days=1)) is None


def test_only_the_administrator_moves_departments() -> None:
    cast = make_cast()
    cast.people["admin"] = cast.people["finance"]
    with pytest.raises(NotAllowed):
        move(cast, "PHONES", "CLOUD")
