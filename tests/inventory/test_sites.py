"""Sites and their indicators: with unit and source, by two people, superseded and never edited."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import include, path, reverse
from psycopg2.extensions import connection as PsycopgConnection
from rest_framework.test import APIClient

from departments.inventory import sites
from departments.inventory.errors import EntryRefused
from departments.inventory.errors.sites import (
    ReadingDecidedBySamePerson,
    ReadingInWrongState,
    ReadingOverlaps,
    SiteNotFound,
    SiteTaken,
)
from departments.inventory.models.sites import Site, SiteReading
from departments.inventory.site_catalogue import INDICATORS, SHARES
from departments.inventory.site_series import MONTH, list_sites, series_of, shares_of
from departments.inventory.units import conversion_ratio
from departments.organisation.constraints import constraint_of
from departments.organisation.errors import NotAllowed
from departments.organisation.models import LegalEntity, User
from tests.inventory.conftest import NOON, Cast
from tests.promises.row_security.walled import seeing

pytestmark = pytest.mark.django_db


def site_of(cast: Cast, code: str = "DC-DUBLIN-1", **facts: Any) -> Site:
    usual: dict[str, Any] = {
        "name": "Dublin 1",
        "kind": "data_centre",
        "place": "IE",
        "legal_entity": LegalEntity.objects.get(code="ONE"),
        "department": cast.cloud,
        "opened_on": date(2020, 1, 1),
    }
    return sites.enter_site(by=cast.analyst, at=NOON, code=code, **usual | facts)


def read(
    cast: Cast, site: Site, indicator: str, quantity: str, unit: str, **facts: Any
) -> SiteReading:
    """A measured reading of January 2024, unless told else; not approved yet."""
    usual: dict[str, Any] = {
        "first_day": date(2024, 1, 1),
        "last_day": date(2024, 1, 31),
        "method": "measured",
        "source": "meter 4",
    }
    return sites.enter_reading(
        by=cast.contributor,
        at=NOON,
        site=site,
        indicator=indicator,
        quantity=quantity,
        unit=unit,
        **usual | facts,
    )


def count(cast: Cast, *readings: SiteReading) -> None:
    ids = [reading.pk for reading in readings]
    assert sites.approve_readings(reading_ids=ids, by=cast.approver, at=NOON) == ids


FEBRUARY = {"first_day": date(2024, 2, 1), "last_day": date(2024, 2, 29)}


# Series


def test_water_is_added_up_in_the_unit_of_its_indicator(cast: Cast):
    # 1,200 m³ = 1.2 million litres; 100,000 US gallons × 3.785411784 L = 0.3785411784.
    site = site_of(cast)
    january = read(cast, site, "water-withdrawn", "1200", "m³")
    february = read(cast, site, "water-withdrawn", "100000", "US gallons", **FEBRUARY)
    assert series_of(site=site.code, department_ids=None) == []
    count(cast, january, february)

    (year,) = series_of(site=site.code, department_ids=None)
    assert (year.period, year.value, year.unit) == (
        "2024",
        Decimal("1.5785411784"),
        "million litres",
    )
    assert year.readings == (january.pk, february.pk)
    assert year.definition == "GRI 303: Water and Effluents 2018, disclosure 303-3"
    months = series_of(site=site.code, department_ids=None, by=MONTH)
    assert [(each.period, each.value) for each in months] == [
        ("2024-01", Decimal("1.2")),
        ("2024-02", Decimal("0.3785411784")),
    ]


def test_the_share_of_reused_servers_has_both_figures(cast: Cast):
    # Of a state of things the latest counts: 3,000 ÷ 9,000 = 33.33 %, whatever January was.
    site = site_of(cast)
    count(
        cast,
        read(cast, site, "servers-reused", "100", "items"),
        read(cast, site, "servers-reused", "3000", "items", **FEBRUARY),
        read(cast, site, "servers-in-service", "9000", "items", **FEBRUARY),
    )

    (share,) = shares_of(series_of(site=site.code, department_ids=None))
    assert share.share_name == "share-of-servers-reused"
    assert [share.part, share.whole] == [3000, 9000]
    assert share.percent == "33.33"
    months = shares_of(series_of(site=site.code, department_ids=None, by=MONTH))
    assert [each.period for each in months] == ["2024-02"]


def test_without_servers_there_is_no_share(cast: Cast):
    site = site_of(cast)
    count(
        cast,
        read(cast, site, "servers-reused", "0", "items"),
        read(cast, site, "servers-in-service", "0", "items"),
    )
    (share,) = shares_of(series_of(site=site.code, department_ids=None))
    assert (share.share, share.percent) == (None, "–")


def test_every_indicator_has_a_known_unit_and_a_source():
    for each in INDICATORS.values():
        assert conversion_ratio(from_unit=each.unit, to_unit=each.unit) == 1, each.code
        assert each.definition, each.code
    for part, whole in SHARES.values():
        assert INDICATORS[part].unit == INDICATORS[whole].unit
    assert {each.theme for each in INDICATORS.values()} == {
        "water",
        "air",
        "soil",
        "biodiversity",
        "circularity",
    }


# Steps


def test_a_correction_supersedes_once_another_person_approves(cast: Cast):
    site = site_of(cast)
    before = read(cast, site, "air-nox", "5", "kg")
    count(cast, before)
    facts: dict[str, Any] = {"method": "measured", "source": "meter 4", "reason": "misread"}
    after = sites.correct_reading(
        reading_id=before.pk, by=cast.contributor, at=NOON, quantity="7", unit="kg", **facts
    )
    assert [each.value for each in series_of(site=site.code, department_ids=None)] == [5]
    with pytest.raises(ReadingInWrongState):
        sites.correct_reading(
            reading_id=before.pk, by=cast.contributor, at=NOON, quantity="8", unit="kg", **facts
        )

    count(cast, after)
    assert [each.value for each in series_of(site=site.code, department_ids=None)] == [7]
    before.refresh_from_db()
    assert before.quantity == 5
    assert before.superseded_at == NOON
    assert sites.approve_readings(reading_ids=[after.pk], by=cast.approver, at=NOON) == []


def test_the_same_days_are_read_once(cast: Cast):
    site = site_of(cast)
    first = read(cast, site, "air-nox", "5", "kg")
    again = read(cast, site, "air-nox", "5", "kg", last_day=date(2024, 1, 1))
    count(cast, first)

    with pytest.raises(ReadingOverlaps, match=f"Reading {again.pk} covers days of air-nox"):
        sites.approve_readings(reading_ids=[again.pk], by=cast.approver, at=NOON)

    (point,) = series_of(site=site.code, department_ids=None)
    assert point.value == 5
    sites.withdraw_reading(reading_id=again.pk, by=cast.contributor)
    with pytest.raises(ReadingInWrongState):
        sites.withdraw_reading(reading_id=first.pk, by=cast.contributor)
    assert list(SiteReading.objects.all()) == [first]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"unit": "kWh"}, "unit"),
        ({"unit": "buckets"}, "unit"),
        ({"indicator": "water-withdrown"}, "indicator"),
        ({"quantity": "-1"}, "quantity"),
        ({"quantity": "1,5"}, "quantity"),
        ({"method": "guessed"}, "method"),
        ({"source": " "}, "source"),
        ({"last_day": date(2023, 12, 31)}, "last_day"),
        ({"first_day": date(2019, 12, 31)}, "first_day"),
        ({"last_day": date(2024, 7, 1)}, "first_day"),
    ],
)
def test_what_can_not_be_read_is_refused(cast: Cast, changes: dict[str, Any], field: str):
    site = site_of(cast, closed_on=date(2024, 6, 30))
    good: dict[str, Any] = {"indicator": "water-withdrawn", "quantity": "1", "unit": "m3"}
    with pytest.raises(EntryRefused) as caught:
        read(cast, site, **good | changes)
    assert caught.value.field == field
    assert not SiteReading.objects.exists()
    read(cast, site, **good)


def test_who_may(cast: Cast):
    site = site_of(cast)
    with pytest.raises(NotAllowed):
        sites.enter_site(
            by=cast.contributor,
            at=NOON,
            code="X",
            name="X",
            kind="office",
            place="IE",
            legal_entity=site.legal_entity,
            department=cast.cloud,
            opened_on=site.opened_on,
        )
    reading = read(cast, site, "air-nox", "5", "kg")
    with pytest.raises(NotAllowed):  # of another department
        sites.withdraw_reading(reading_id=reading.pk, by=cast.outsider)
    with pytest.raises(NotAllowed):
        sites.approve_readings(reading_ids=[reading.pk], by=cast.analyst, at=NOON)
    own = sites.enter_reading(
        by=cast.approver,
        at=NOON,
        site=site,
        indicator="air-sox",
        first_day=date(2024, 1, 1),
        last_day=date(2024, 1, 31),
        quantity="1",
        unit="kg",
        method="estimated",
        source="fuel",
    )
    with pytest.raises(ReadingDecidedBySamePerson):
        sites.approve_readings(reading_ids=[own.pk], by=cast.approver, at=NOON)
    assert not SiteReading.objects.filter(approved_by__isnull=False).exists()


def test_a_site_is_entered_once_and_closed_once(cast: Cast):
    site = site_of(cast)
    with pytest.raises(SiteTaken):
        site_of(cast, code="dc-dublin-1")
    with pytest.raises(EntryRefused, match="can't be a code"):
        site_of(cast, code="a b")
    count(cast, read(cast, site, "air-nox", "5", "kg"))
    with pytest.raises(EntryRefused):
        sites.close_site(code=site.code, by=cast.analyst, closed_on=date(2024, 1, 30))
    last = date(2024, 1, 31)
    for _ in range(2):
        closed = sites.close_site(code=site.code, by=cast.analyst, closed_on=last)
        assert closed.closed_on == last
    with pytest.raises(EntryRefused):
        sites.close_site(code=site.code, by=cast.analyst, closed_on=date(2025, 1, 31))
    assert [each.code for each in list_sites(department_ids=[cast.cloud.pk])] == ["DC-DUBLIN-1"]
    assert list_sites(department_ids=[cast.offices.pk]) == []
    with pytest.raises(SiteNotFound):
        series_of(site=site.code, department_ids=[cast.offices.pk])


# What the database promises


def broken(sql: str, *facts: Any) -> str:
    with (
        pytest.raises(IntegrityError) as caught,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, facts)
    return constraint_of(caught.value)


def test_the_database_keeps_readings(cast: Cast):
    site = site_of(cast)
    one, two = read(cast, site, "air-nox", "5", "kg"), read(cast, site, "air-nox", "6", "kg")
    update = "UPDATE inventory_sitereading SET"
    assert broken(f"{update} quantity = 1") == "inventory_reading_never_edited"
    assert (
        broken(f"{update} approved_by_id = entered_by_id, approved_at = now()")
        == "inventory_reading_approved_by_another_person"
    )
    approve = f"{update} approved_by_id = %s, approved_at = now()"
    assert broken(approve, cast.approver.pk) == "inventory_one_reading_in_force"
    count(cast, one)
    taken_out = f"{update} superseded_at = now() WHERE id = %s"
    assert broken(taken_out, one.pk) == "inventory_reading_never_edited"
    delete = "DELETE FROM inventory_sitereading WHERE id = %s"
    assert broken(delete, one.pk) == "inventory_reading_never_edited"
    columns = (
        "site_id, indicator, days, quantity, unit, method, source, entered_by_id, entered_at, "
        "reason"
    )
    copy = f"INSERT INTO inventory_sitereading ({columns}, approved_by_id, approved_at) "
    copy += (
        f"SELECT {columns}, approved_by_id, approved_at FROM inventory_sitereading WHERE id = %s"
    )
    assert broken(copy, one.pk) == "inventory_reading_begins_unapproved"
    other = f"INSERT INTO inventory_sitereading ({columns}, supersedes_id) SELECT "
    other += columns.replace("reason", "'x'").replace("indicator", "'air-sox'", 1)
    other += ", id FROM inventory_sitereading WHERE id = %s"
    assert broken(other, one.pk) == "inventory_correction_is_of_its_reading"
    assert broken("UPDATE inventory_site SET code = 'OTHER'") == "inventory_site_code_never_changes"
    two.refresh_from_db()
    assert two.quantity == 6
    assert two.approved_by_id is None


@pytest.mark.django_db(transaction=True)
def test_a_department_sees_its_sites_alone(cast: Cast, app_role: PsycopgConnection):
    read(cast, site_of(cast), "air-nox", "5", "kg")
    asked = "SELECT (SELECT count(*) FROM inventory_site), count(*) FROM inventory_sitereading"
    seen = {str(cast.cloud.pk): (1, 1), str(cast.offices.pk): (0, 0), "all": (1, 1)}
    for sees, found in seen.items():
        with seeing(app_role, sees) as cursor:
            cursor.execute(asked)
            assert cursor.fetchone() == found
    with seeing(app_role, cast.cloud.pk) as cursor:
        cursor.execute("DELETE FROM inventory_sitereading")
        assert cursor.rowcount == 0


# Doors

SITES = """code,name,kind,place,legal_entity,department,opened_on,closed_on,floor_area_m2
DC-1,Dublin,data_centre,IE,ONE,CLOUD,2020-01-01,,12000.5
HQ,Head office,office,GB,ONE,OFFICES,2020-01-01,2024-06-30,
"""
READINGS = """site,indicator,first_day,last_day,quantity,unit,method,source
DC-1,water-withdrawn,2024-01-01,2024-01-31,1200,m3,measured,meter 4
DC-1,waste-generated,2024-01-01,2024-01-31,8,t,measured,weigher
DC-1,waste-diverted,2024-01-01,2024-01-31,6000,kg,measured,weigher
"""


def test_commands_take_files_in_and_show_series(cast: Cast, tmp_path: Path):
    (tmp_path / "sites.csv").write_text(SITES)
    (tmp_path / "readings.csv").write_text(READINGS)
    said = StringIO()
    call_command("sites", "import", str(tmp_path / "sites.csv"), by="analyst", stdout=said)
    call_command("sites", "readings", str(tmp_path / "readings.csv"), by="contributor", stdout=said)
    ids = [str(pk) for pk in SiteReading.objects.order_by("pk").values_list("pk", flat=True)]
    call_command("sites", "approve", *ids, by="approver", stdout=said)
    call_command("sites", "list", stdout=said)
    assert (
        "DC-1  Dublin  data_centre  IE  CLOUD  ONE  from 2020-01-01, 12,000.5 m²" in said.getvalue()
    )

    shown = StringIO()
    call_command("site_indicators", site="DC-1", json=True, stdout=shown)
    found = json.loads(shown.getvalue())
    assert {each["indicator"]: each["value"] for each in found["points"]} == {
        "waste-diverted": "6",
        "waste-generated": "8",
        "water-withdrawn": "1.2",
    }
    (share,) = found["shares"]
    assert (share["share"], share["percent"]) == ("3/4", "75.00")
    shown = StringIO()
    call_command("site_indicators", site="DC-1", stdout=shown)
    assert "share-of-waste-diverted  75.00 %  6 of 8 t" in shown.getvalue()


def test_a_file_is_taken_whole_or_refused_with_every_problem(cast: Cast, tmp_path: Path):
    site_of(cast, code="DC-1")
    file = tmp_path / "readings.csv"
    file.write_text(
        READINGS
        + "DC-9,air-nox,2024-01-01,2024-01-31,1,kg,measured,x\n"
        + "DC-1,air-nox,01/02/2024,2024-01-31,1,kg,measured,x\n"
        + "DC-1,air-nox,2024-01-01,2024-01-31,1,kWh,measured,x\n"
    )
    with pytest.raises(CommandError) as caught:
        call_command("sites", "readings", str(file), by="contributor")
    text = str(caught.value)
    assert "3 problems" in text
    assert all(part in text for part in ("line 5, site", "line 6, first_day", "line 7, unit"))
    assert not SiteReading.objects.exists()


urlpatterns = [path("api/v1/", include("departments.inventory.api.urls"))]


@pytest.mark.urls(__name__)
def test_the_api_shows_series_to_those_who_may_see_the_site(cast: Cast):
    count(cast, read(cast, site_of(cast), "water-withdrawn", "1200", "m3"))
    client = APIClient()
    client.force_authenticate(cast.contributor)
    assert [each["code"] for each in client.get("/api/v1/sites/").json()["data"]] == ["DC-DUBLIN-1"]
    address = "/api/v1/sites/DC-DUBLIN-1/indicators/"
    found = client.get(address, {"by": "month"}).json()
    assert [(each["period"], each["value"]) for each in found["points"]] == [("2024-01", "1.2")]
    assert client.get(address, {"by": "day"}).status_code == 400
    client.force_authenticate(cast.outsider)
    assert client.get("/api/v1/sites/").json() == {"data": []}
    assert client.get(address).status_code == 404


def test_the_desk_approves_readings(cast: Cast):
    reading = read(cast, site_of(cast), "water-withdrawn", "1200", "m3")
    User.objects.filter(pk=cast.company_approver.pk).update(is_staff=True)
    desk = Client()
    desk.force_login(cast.company_approver)
    address = reverse("admin:inventory_sitereading_changelist")
    assert "Water withdrawn" in desk.get(address).content.decode()
    answer = desk.post(
        address, {"action": "approve", "_selected_action": [reading.pk]}, follow=True
    )
    assert "1 reading is approved." in answer.content.decode()
    reading.refresh_from_db()
    assert reading.approved_by == cast.company_approver
    for page in ("site", "sitereading"):
        row = reading.site if page == "site" else reading
        opened = desk.get(reverse(f"admin:inventory_{page}_change", args=[row.pk]))
        assert opened.status_code == 200
        assert "(&#x27;" not in opened.content.decode()  # no tuple where a word should stand
