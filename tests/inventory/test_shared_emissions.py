"""Emissions of pools, allocated by driver: to the milligram, by two people, nothing lost."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import include, path, reverse
from hypothesis import given
from hypothesis import strategies as st
from psycopg2.extensions import connection as PsycopgConnection
from rest_framework.test import APIClient

from departments.inventory import allocation_keys, recalculation, shared_emissions, submission
from departments.inventory.calculation.allocation import allocate
from departments.inventory.errors import EntryRefused
from departments.inventory.errors.sharing import (
    KeyDecidedBySamePerson,
    KeyInWrongState,
    KeyNotFound,
    RecordIsAShare,
    SharedOutByItsApprover,
)
from departments.inventory.models.activity import ALLOCATED, ActivityRecord
from departments.inventory.models.allocation import AllocatedPart, AllocationKey
from departments.inventory.models.emissions import EmissionRecord
from departments.inventory.shared_totals import is_shared_out, pool_totals
from departments.inventory.totals import results_in_force
from departments.organisation.constraints import constraint_of
from departments.organisation.errors import NotAllowed
from departments.organisation.models import (
    Department,
    DepartmentPlacement,
    LegalEntity,
    Membership,
    User,
)
from tests.inventory.conftest import NOON, Cast
from tests.promises.row_security.walled import seeing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("factors")]

YEAR = {"from_on": date(2024, 1, 1), "until_on": date(2024, 12, 31)}


@pytest.fixture
def pool(cast: Cast) -> Department:
    """The head office, whose emissions are everybody's; the contributor enters them."""
    department = Department.objects.create(code="HEAD-OFFICE", name="Head office")
    DepartmentPlacement.objects.create(
        department=department,
        legal_entity=LegalEntity.objects.get(code="ONE"),
        in_force=(date(2020, 1, 1), None),
    )
    Membership.objects.create(user=cast.contributor, role="contributor", department=department)
    Membership.objects.create(user=cast.approver, role="approver", department=department)
    return department


def key_of(cast: Cast, pool: Department, approved: bool = True, **facts: Any) -> AllocationKey:
    """By floor area from 2024 on: CLOUD 1,200 m² and OFFICES 3,800 m², unless told else."""
    usual: dict[str, Any] = {
        "driver": "floor_area",
        "unit": "m2",
        "valid_from": date(2024, 1, 1),
        "valid_before": None,
        "source": "lease plan 2024",
        "quantities": {"CLOUD": Decimal(1200), "OFFICES": Decimal(3800)},
    }
    key = allocation_keys.propose_key(by=cast.analyst, at=NOON, pool=pool, **usual | facts)
    if approved:
        allocation_keys.approve_key(key_id=key.pk, by=cast.company_approver, at=NOON)
    return key


def share_out(cast: Cast) -> shared_emissions.SharedOut:
    return shared_emissions.share_out(by=cast.analyst, at=NOON)


def in_force() -> dict[str, Decimal]:
    """Market-based kgCO2e in force, by department."""
    found: dict[str, Decimal] = {}
    for row in results_in_force().select_related("department"):
        code = row.department.code
        found[code] = found.get(code, Decimal(0)) + row.market_kgco2e
    return found


# The arithmetic


def test_the_milligram_that_is_left_goes_to_the_largest_remainder():
    # 0.000010 kg over 1 : 1 : 1 is 3.33 mg each; the fourth goes to the lowest code.
    ten = Decimal("0.000010")
    assert allocate(ten, {"C": Decimal(1), "B": Decimal(1), "A": Decimal(1)}) == {
        "A": Decimal("0.000004"),
        "B": Decimal("0.000003"),
        "C": Decimal("0.000003"),
    }
    # Over 1 : 5 it is 1.67 and 8.33: the larger remainder is A's.
    assert list(allocate(ten, {"A": Decimal(1), "B": Decimal(5)}).values()) == [
        Decimal("0.000002"),
        Decimal("0.000008"),
    ]
    # 66.67, 16.67 and 16.67 mg: remainders of two thirds are a tie, whatever stands before them, so
    # the two that are left go to the lower codes. Quotients cut to any number of digits miss that.
    assert allocate(Decimal("0.000100"), {"C": Decimal(4), "A": Decimal(1), "B": Decimal(1)}) == {
        "A": Decimal("0.000017"),
        "B": Decimal("0.000017"),
        "C": Decimal("0.000066"),
    }
    assert allocate(-ten, {"A": Decimal(1), "B": Decimal(5)})["A"] == Decimal("-0.000002")


KILOGRAMS = st.integers(-(10**18), 10**18).map(lambda mg: Decimal(mg).scaleb(-6))
WEIGHTS = st.dictionaries(
    st.text("ABC", min_size=1, max_size=3),
    st.integers(1, 10**12).map(lambda n: Decimal(n).scaleb(-4)),
    min_size=1,
    max_size=8,
)


@given(KILOGRAMS, WEIGHTS)
def test_parts_are_the_whole_and_within_a_milligram_of_their_share(
    kgco2e: Decimal, weights: dict[str, Decimal]
):
    parts = allocate(kgco2e, weights)
    assert sum(Fraction(part) for part in parts.values()) == Fraction(kgco2e)
    total = sum(Fraction(weight) for weight in weights.values())
    for code, part in parts.items():
        exact = Fraction(kgco2e) * Fraction(weights[code]) / total
        assert abs(Fraction(part) - exact) < Fraction(1, 10**6)


@given(KILOGRAMS, WEIGHTS, st.randoms())
def test_the_order_of_departments_makes_no_difference(
    kgco2e: Decimal, weights: dict[str, Decimal], chance: Any
):
    shuffled = list(weights.items())
    chance.shuffle(shuffled)
    assert allocate(kgco2e, dict(shuffled)) == allocate(kgco2e, weights)


@given(st.integers(0, 10**15), st.integers(0, 10**15), WEIGHTS)
def test_splitting_a_record_changes_no_total_and_no_share_by_more_than_rounding(
    first: int, second: int, weights: dict[str, Decimal]
):
    one, two = Decimal(first).scaleb(-6), Decimal(second).scaleb(-6)
    apart = [allocate(one, weights), allocate(two, weights)]
    together = allocate(one + two, weights)
    for code, part in together.items():
        assert abs(part - apart[0][code] - apart[1][code]) <= Decimal("0.000002")
    assert sum(sum(parts.values()) for parts in apart) == sum(together.values())


# Sharing out


def test_a_pool_is_shared_by_floor_area(cast: Cast, pool: Department):
    # 1,000 kWh × 0.20705 = 207.05 kg; 1,200 of 5,000 m² is 49.692 kg, 3,800 of them 157.358 kg.
    record = cast.approved(department_id=pool.pk)
    key_of(cast, pool)
    before = in_force()

    done = share_out(cast)

    assert done.pool_record_ids == (record.pk,)
    assert before == {"HEAD-OFFICE": Decimal("207.05")}
    assert in_force() == {
        "CLOUD": Decimal("49.692"),
        "HEAD-OFFICE": 0,
        "OFFICES": Decimal("157.358"),
    }
    part = EmissionRecord.objects.get(department=cast.cloud)
    assert (part.scope, part.country, part.activity_on) == (2, "GB", date(2024, 1, 31))
    assert part.location_kgco2e == Decimal("49.692")
    printed = {step["label"]: step["expression"] for step in part.trace["steps"]}
    source = EmissionRecord.objects.get(activity_record=record)
    assert printed == {
        f"Result {source.pk} of pool HEAD-OFFICE": (
            f"record {record.pk}: electricity/grid, 1,000 kWh"
        ),
        "key HEAD-OFFICE version 1 (floor area, from 2024-01-01)": "CLOUD: 1,200 of 5,000 m2",
        "Allocated": ("207.05 kgCO2e × 1,200 m2 ÷ 5,000 m2, to the milligram by largest remainder"),
    }
    assert part.trace["citation"]["text"].endswith(": lease plan 2024")
    assert part.activity_record.decided_by == cast.company_approver
    assert is_shared_out()


def test_sharing_out_twice_changes_nothing(cast: Cast, pool: Department):
    cast.approved(department_id=pool.pk)
    key_of(cast, pool)
    assert len(share_out(cast).result_ids) == 3
    before = list(EmissionRecord.objects.order_by("pk").values())

    assert share_out(cast) == shared_emissions.SharedOut(result_ids=(), pool_record_ids=())

    assert list(EmissionRecord.objects.order_by("pk").values()) == before


def test_a_corrected_record_is_shared_out_anew(cast: Cast, pool: Department):
    record = cast.approved(department_id=pool.pk)
    key_of(cast, pool)
    share_out(cast)
    correction = submission.correct_record(
        record_id=record.pk,
        by=cast.contributor,
        at=NOON,
        changes={"quantity": Decimal(2000)},
        reason="misread",
    )
    ids = [correction.pk]
    submission.submit_records(record_ids=ids, by=cast.contributor, at=NOON)
    submission.approve_records(record_ids=ids, by=cast.approver, at=NOON)
    # Until it is shared out again, the difference stands with the pool: 414.10 − 207.05 kg.
    assert in_force()["HEAD-OFFICE"] == Decimal("207.05")
    (total,) = pool_totals(**YEAR)
    assert total.unallocated == (Decimal("207.05"), Decimal("207.05"))
    assert not is_shared_out()

    assert share_out(cast).pool_record_ids == (record.pk, correction.pk)

    assert in_force() == {
        "CLOUD": Decimal("99.384"),
        "HEAD-OFFICE": 0,
        "OFFICES": Decimal("314.716"),
    }
    assert share_out(cast).result_ids == ()
    assert is_shared_out()


def test_a_new_version_takes_the_place_of_the_one_before(cast: Cast, pool: Department):
    # From February on by headcount, one to one: January's 207.05 kg stay as they are, February's
    # become 103.525 kg each.
    cast.approved(department_id=pool.pk)
    cast.approved(department_id=pool.pk, started_on=date(2024, 2, 1), ended_on=date(2024, 2, 29))
    key_of(cast, pool)
    share_out(cast)
    second = key_of(
        cast,
        pool,
        driver="headcount",
        unit="FTE",
        valid_from=date(2024, 2, 1),
        quantities={"CLOUD": Decimal(10), "OFFICES": Decimal(10)},
    )
    assert second.version == 2

    assert len(share_out(cast).result_ids) == 3

    assert in_force() == {
        "CLOUD": Decimal("49.692") + Decimal("103.525"),
        "HEAD-OFFICE": 0,
        "OFFICES": Decimal("157.358") + Decimal("103.525"),
    }
    newest = EmissionRecord.objects.filter(department=cast.cloud).order_by("pk").last()
    assert newest is not None
    assert newest.supersedes is not None
    assert (newest.proposed_by, newest.approved_by) == (cast.analyst, cast.company_approver)


def test_who_leaves_the_key_has_nothing_left(cast: Cast, pool: Department):
    cast.approved(department_id=pool.pk)
    key_of(cast, pool)
    share_out(cast)
    key_of(cast, pool, quantities={"OFFICES": Decimal(1)})
    share_out(cast)
    assert in_force() == {"CLOUD": 0, "HEAD-OFFICE": 0, "OFFICES": Decimal("207.05")}
    assert share_out(cast).result_ids == ()


def test_what_no_key_covers_stays_with_the_pool_and_is_seen(cast: Cast, pool: Department):
    cast.approved(department_id=pool.pk, started_on=date(2024, 2, 1), ended_on=date(2024, 2, 29))
    key_of(cast, pool, valid_from=date(2024, 3, 1))
    assert share_out(cast).result_ids == ()
    (total,) = pool_totals(**YEAR)
    amount = (Decimal("207.05"), Decimal("207.05"))
    assert (total.pool, total.scope, total.category) == ("HEAD-OFFICE", 2, None)
    assert (total.emitted, total.unallocated) == (amount, amount)
    assert [*total.allocated, *total.kept] == [0, 0, 0, 0]


def test_a_pool_may_keep_a_share_of_its_own(cast: Cast, pool: Department):
    # 207.05 kg: 25 % of it, 51.7625 kg, stay with the head office.
    cast.approved(department_id=pool.pk)
    shares = {"HEAD-OFFICE": Decimal(25), "CLOUD": Decimal(75)}
    key_of(cast, pool, driver="percent", unit="%", quantities=shares)
    share_out(cast)
    assert in_force() == {"HEAD-OFFICE": Decimal("51.7625"), "CLOUD": Decimal("155.2875")}
    (total,) = pool_totals(**YEAR)
    assert total.kept[1] == Decimal("51.7625")
    assert total.allocated[1] == Decimal("155.2875")
    assert [*total.unallocated] == [0, 0]
    assert share_out(cast).result_ids == ()


def test_a_share_is_not_shared_out_again_nor_changed_by_hand(cast: Cast, pool: Department):
    cast.approved(department_id=pool.pk)
    key_of(cast, pool)
    key_of(cast, cast.cloud, quantities={"OFFICES": Decimal(1)})
    share_out(cast)
    assert in_force()["CLOUD"] == Decimal("49.692")
    part = ActivityRecord.objects.get(activity=ALLOCATED, department=cast.cloud)
    with pytest.raises(RecordIsAShare):
        submission.correct_record(
            record_id=part.pk, by=cast.contributor, at=NOON, changes={}, reason="mine"
        )
    with pytest.raises(RecordIsAShare):
        recalculation.propose_recalculation(
            record_ids=[part.pk], by=cast.contributor, at=NOON, reason="mine"
        )
    assert share_out(cast).result_ids == ()


# Keys


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        (
            {"driver": "percent", "unit": "%", "quantities": {"CLOUD": Decimal("99.99")}},
            "quantity",
            "0.01 off",
        ),
        ({"unit": "kg"}, "unit", "m2"),
        ({"driver": "headcount"}, "unit", "people or FTE"),
        ({"driver": "revenue", "unit": "kg"}, "unit", "kg"),
        ({"driver": "weather"}, "driver", "headcount"),
        ({"quantities": {}}, "quantity", "No department"),
        ({"quantities": {"NOBODY": Decimal(1)}}, "department", "no such"),
        ({"quantities": {"CLOUD": Decimal(0)}}, "quantity", "Leave"),
        ({"quantities": {"CLOUD": Decimal(-1)}}, "quantity", "below zero"),
        ({"valid_before": date(2024, 1, 1)}, "valid_before", "2024-01-01"),
        ({"source": ""}, "source", "missing"),
    ],
)
def test_a_key_that_can_not_be_is_refused(
    cast: Cast, pool: Department, changes: dict[str, Any], field: str, words: str
):
    with pytest.raises(EntryRefused, match=words) as caught:
        key_of(cast, pool, **changes)
    assert caught.value.field == field
    assert not AllocationKey.objects.exists()


@pytest.mark.parametrize(
    ("driver", "unit"),
    [("revenue", "usd"), ("compute_hours", "GPU hours"), ("headcount", "people")],
)
def test_drivers_have_units_of_their_own(cast: Cast, pool: Department, driver: str, unit: str):
    key = key_of(cast, pool, driver=driver, unit=unit)
    assert key.unit == {"usd": "USD", "GPU hours": "h", "people": "people"}[unit]


def test_a_key_takes_two_people_and_another_shares_out(cast: Cast, pool: Department):
    cast.approved(department_id=pool.pk)
    key = key_of(cast, pool, approved=False)
    for role in ("sustainability_approver", "sustainability_analyst"):
        for user in (cast.analyst, cast.company_approver):
            Membership.objects.get_or_create(user=user, role=role, department=None)
    with pytest.raises(KeyDecidedBySamePerson):
        allocation_keys.approve_key(key_id=key.pk, by=cast.analyst, at=NOON)
    assert share_out(cast).result_ids == ()
    for _ in range(2):
        allocation_keys.approve_key(key_id=key.pk, by=cast.company_approver, at=NOON)
    with pytest.raises(KeyInWrongState):
        allocation_keys.withdraw_key(key_id=key.pk, by=cast.analyst)
    with pytest.raises(SharedOutByItsApprover):
        shared_emissions.share_out(by=cast.company_approver, at=NOON)
    with pytest.raises(NotAllowed):
        shared_emissions.share_out(by=cast.contributor, at=NOON)
    with pytest.raises(NotAllowed):
        allocation_keys.withdraw_key(key_id=key.pk, by=cast.contributor)
    assert not AllocatedPart.objects.exists()

    other = key_of(cast, pool, approved=False)
    allocation_keys.withdraw_key(key_id=other.pk, by=cast.analyst)
    with pytest.raises(KeyNotFound):
        allocation_keys.approve_key(key_id=other.pk, by=cast.company_approver, at=NOON)


# What the database promises


def broken(*statements: str) -> str:
    """Run statements of which the last must fail; the promise that it would break."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    except IntegrityError as error:
        return constraint_of(error)
    return "nothing"


def test_the_database_keeps_keys(cast: Cast, pool: Department):
    key, proposed = key_of(cast, pool), key_of(cast, pool, approved=False)
    table, shares = "inventory_allocationkey", "inventory_allocationshare"
    by = f"approved_at = now(), approved_by_id = {cast.company_approver.pk}"
    assert [
        broken(f"UPDATE {table} SET source = 'x' WHERE id = {key.pk}"),
        broken(f"UPDATE {table} SET source = 'x' WHERE id = {proposed.pk}"),
        broken(f"DELETE FROM {shares} WHERE key_id = {key.pk}"),
        broken(f"UPDATE {shares} SET quantity = 1 WHERE key_id = {proposed.pk}"),
        broken(f"DELETE FROM {table} WHERE id = {key.pk}"),
    ] == [
        "inventory_key_never_edited",
        "inventory_key_never_edited",
        "inventory_share_never_edited",
        "inventory_share_never_edited",
        "inventory_key_never_edited",
    ]
    insert = (
        f"INSERT INTO {shares} (key_id, department_id, quantity) VALUES ({key.pk}, {pool.pk}, 1)"
    )
    assert broken(insert) == "inventory_share_never_edited"
    own = f"UPDATE {table} SET approved_at = now(), approved_by_id = proposed_by_id"
    assert broken(f"{own} WHERE id = {proposed.pk}") == "inventory_key_approved_by_another_person"
    no_shares = f"DELETE FROM {shares} WHERE key_id = {proposed.pk}"
    approve = f"UPDATE {table} SET {by} WHERE id = {proposed.pk}"
    assert broken(no_shares, approve) == "inventory_shares_of_a_key_add_up"
    percent = key_of(
        cast, pool, False, driver="percent", unit="%", quantities={"CLOUD": Decimal(100)}
    )
    more = insert.replace(f"({key.pk},", f"({percent.pk},")
    approve = f"UPDATE {table} SET {by} WHERE id = {percent.pk}"
    assert broken(more, approve) == "inventory_shares_of_a_key_add_up"
    columns = "pool_id, driver, unit, valid, source, proposed_by_id, approved_by_id, approved_at"
    copy = f"INSERT INTO {table} (version, {columns}) SELECT 9, {columns} FROM {table} WHERE "
    assert broken(f"{copy} id = {key.pk}") == "inventory_key_begins_proposed"


def test_the_database_lets_no_kilogram_come_or_go(cast: Cast, pool: Department):
    cast.approved(department_id=pool.pk)
    key_of(cast, pool)
    share_out(cast)
    part = EmissionRecord.objects.get(department=cast.cloud)
    columns = (
        "activity_record_id, department_id, activity_on, country, kind, scope, durability_class, "
        "removal_state, market_kgco2e, gwp_set, quality_tier, trace, reason"
    )
    more = (
        f"INSERT INTO inventory_emissionrecord ({columns}, location_kgco2e, supersedes_id, "
        f"approval_number, calculated_at) SELECT {columns}, 50, id, %s, now() "
        f"FROM inventory_emissionrecord WHERE id = {part.pk}"
    )
    number = "SELECT inventory_number_approvals(array_agg(id)) FROM inventory_emissionrecord"
    assert broken(more % "0") == "inventory_parts_add_up_to_nothing"
    assert broken(more % "NULL", number) == "inventory_parts_add_up_to_nothing"
    parts = "inventory_allocatedpart"
    assert broken(f"DELETE FROM {parts}") == "inventory_allocated_part_never_edited"
    edit = f"UPDATE {parts} SET department_id = {pool.pk}"
    assert broken(edit) == "inventory_allocated_part_never_edited"
    stranger = cast.approved()
    take_in = (
        f"INSERT INTO {parts} (pool_record_id, part_record_id, department_id) "
        f"VALUES ({part.activity_record_id}, {stranger.pk}, {cast.cloud.pk})"
    )
    assert broken(take_in) == "inventory_part_fits_its_record"
    assert is_shared_out()


@pytest.mark.django_db(transaction=True)
def test_a_department_sees_its_own_shares_alone(
    cast: Cast, pool: Department, app_role: PsycopgConnection
):
    cast.approved(department_id=pool.pk)
    key_of(cast, pool)
    share_out(cast)
    asked = (
        "SELECT (SELECT count(*) FROM inventory_allocationkey), "
        "(SELECT count(*) FROM inventory_allocationshare), count(*) FROM inventory_allocatedpart"
    )
    seen = {str(cast.cloud.pk): (0, 1, 1), str(pool.pk): (1, 0, 1), "all": (1, 2, 3)}
    for sees, found in seen.items():
        with seeing(app_role, sees) as cursor:
            cursor.execute(asked)
            assert cursor.fetchone() == found


# Doors


def test_commands_propose_share_out_and_show(cast: Cast, pool: Department, tmp_path: Path):
    cast.approved(department_id=pool.pk)
    file = tmp_path / "shares.csv"
    file.write_text("department,quantity\nCLOUD,1200\nOFFICES,3800\n")
    said = StringIO()
    call_command(
        "shared_emissions",
        "propose",
        str(file),
        pool="HEAD-OFFICE",
        driver="floor_area",
        unit="m2",
        valid_from=date(2024, 1, 1),
        source="lease plan",
        by="analyst",
        stdout=said,
    )
    key = AllocationKey.objects.get()
    call_command("shared_emissions", "approve", str(key.pk), by="company_approver", stdout=said)
    call_command("shared_emissions", "keys", stdout=said)
    call_command("shared_emissions", "share_out", by="analyst", stdout=said)
    assert "CLOUD  1,200 of 5,000 m2" in said.getvalue()
    assert "3 new results of 1 pool records." in said.getvalue()
    shown = StringIO()
    call_command("shared_emissions", "totals", year=2024, json=True, stdout=shown)
    (total,) = json.loads(shown.getvalue())
    assert total["allocated"]["market_kgco2e"] == "207.050000"
    assert Decimal(total["unallocated"]["market_kgco2e"]) == 0
    shown = StringIO()
    call_command("shared_emissions", "totals", year=2024, stdout=shown)
    assert "unallocated" in shown.getvalue()


def test_a_file_of_shares_is_refused_with_every_problem(
    cast: Cast, pool: Department, tmp_path: Path
):
    file = tmp_path / "shares.csv"
    file.write_text("department,quantity\nCLOUD,x\nNOBODY,1\nCLOUD,0\n")
    with pytest.raises(CommandError) as caught:
        call_command(
            "shared_emissions",
            "propose",
            str(file),
            pool="HEAD-OFFICE",
            driver="floor_area",
            unit="m2",
            valid_from=date(2024, 1, 1),
            source="lease plan",
            by="analyst",
        )
    assert "4 problems" in str(caught.value)
    assert not AllocationKey.objects.exists()


urlpatterns = [path("api/v1/", include("departments.inventory.api.urls"))]


@pytest.mark.urls(__name__)
def test_the_api_shows_what_is_unallocated_to_company_roles(cast: Cast, pool: Department):
    cast.approved(department_id=pool.pk)
    key_of(cast, pool, valid_from=date(2025, 1, 1))
    client, days = APIClient(), {"from_on": "2024-01-01", "until_on": "2024-12-31"}
    client.force_authenticate(cast.contributor)
    assert client.get("/api/v1/shared-emissions/", days).status_code == 403
    client.force_authenticate(cast.analyst)
    (total,) = client.get("/api/v1/shared-emissions/", days).json()["data"]
    assert (total["pool"], total["scope"], total["category"]) == ("HEAD-OFFICE", 2, None)
    assert total["unallocated"] == {"location_kgco2e": "207.050000", "market_kgco2e": "207.050000"}
    assert client.get("/api/v1/shared-emissions/").status_code == 400


def test_the_desk_approves_keys(cast: Cast, pool: Department):
    key = key_of(cast, pool, approved=False)
    User.objects.filter(pk=cast.company_approver.pk).update(is_staff=True)
    desk = Client()
    desk.force_login(cast.company_approver)
    address = reverse("admin:inventory_allocationkey_changelist")
    assert "5,000 m2" in desk.get(address).content.decode()
    asked = {"action": "approve", "_selected_action": [key.pk]}
    assert "1 key is approved." in desk.post(address, asked, follow=True).content.decode()
    key.refresh_from_db()
    assert key.approved_by == cast.company_approver
    page = desk.get(reverse("admin:inventory_allocationkey_change", args=[key.pk]))
    shown = page.content.decode()
    assert "3,800 m2" in shown
    assert "(&#x27;" not in shown  # no tuple where a word should stand
