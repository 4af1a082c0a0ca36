"""Aims take two people, stay as they were approved, and the last one of a kind counts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from departments.organisation.constraints import constraint_of
from ledger.aims import aims_in_force, approve_aim, propose_aim, withdraw_aim
from ledger.atmosphere_outlook import Aims
from ledger.errors.proposals import AimDecided, AimInvalid
from ledger.errors.settlements import NotAllowed
from ledger.models.aims import ClimateAim
from tests.ledger.books import NOON, Books

OF_SETTINGS = Aims(2035, None)


def aim(books: Books, kind: str = "negative_from", year: int = 2030) -> ClimateAim:
    return propose_aim(kind=kind, year=year, by=books.people["analyst"])


def approve(books: Books, row: ClimateAim, later: int = 0, by: str = "approver") -> ClimateAim:
    return approve_aim(aim_id=row.pk, by=books.people[by], at=NOON + timedelta(days=later))


def test_the_one_approved_last_counts_and_settings_where_there_is_none(books: Books) -> None:
    first, second = aim(books), aim(books, year=2032)
    assert aims_in_force(OF_SETTINGS) == OF_SETTINGS
    approve(books, second)
    assert aims_in_force(OF_SETTINGS) == Aims(2032, None)
    approve(books, first, later=1)
    approve(books, aim(books, "zero_by", 2050))
    assert aims_in_force(OF_SETTINGS) == Aims(2030, 2050)
    assert approve(books, first, later=2).approved_at == NOON + timedelta(days=1)


def test_it_takes_two_people_with_their_roles(books: Books) -> None:
    row = aim(books)
    for person in ("analyst", "finance", "auditor"):
        with pytest.raises(NotAllowed, match="approve an aim"):
            approve(books, row, by=person)
    with pytest.raises(NotAllowed, match="propose an aim"):
        propose_aim(kind="zero_by", year=2050, by=books.people["approver"])
    ClimateAim.objects.filter(pk=row.pk).update(proposed_by=books.people["approver"])
    with pytest.raises(AimDecided, match="another person"):
        approve(books, row)
    with pytest.raises(IntegrityError, match="another_person"), transaction.atomic():
        ClimateAim.objects.update(approved_by=books.people["approver"], approved_at=NOON)


@pytest.mark.parametrize(("kind", "year"), [("soon", 2030), ("zero_by", 1999), ("zero_by", 2201)])
def test_what_is_no_aim_is_refused(books: Books, kind: str, year: int) -> None:
    with pytest.raises(AimInvalid, match=str(year)):
        aim(books, kind, year)


def test_an_approved_aim_stays_whatever_sql_tries(books: Books) -> None:
    row = approve(books, aim(books))
    with pytest.raises(AimDecided, match="stays"):
        withdraw_aim(aim_id=row.pk, by=books.people["analyst"])
    for attempt in (
        lambda: ClimateAim.objects.filter(pk=row.pk).update(year=2060),
        lambda: ClimateAim.objects.filter(pk=row.pk).update(approved_by=None, approved_at=None),
        lambda: ClimateAim.objects.filter(pk=row.pk).delete(),
    ):
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            attempt()
        assert constraint_of(refused.value) == "ledger_approved_aim_never_edited"
    other = aim(books, year=2040)
    withdraw_aim(aim_id=other.pk, by=books.people["analyst"])
    with pytest.raises(AimInvalid, match="no aim"):
        approve(books, other)
    assert ClimateAim.objects.get().year == 2030


def test_the_desk_proposes_and_approves(books: Books) -> None:
    desk = Client()
    desk.force_login(books.people["analyst"])
    asked = {"kind": "zero_by", "year": "2050", "reason": "Announced", "source_url": ""}
    page = desk.post("/admin/ledger/climateaim/add/", asked, follow=True).content.decode()
    assert "waits for another person" in page
    row = ClimateAim.objects.get()
    decide = {"action": "approve_selected", "_selected_action": [row.pk]}
    desk.post("/admin/ledger/climateaim/", decide)
    assert aims_in_force(Aims()) == Aims()
    desk.force_login(books.people["approver"])
    desk.post("/admin/ledger/climateaim/", decide)
    assert aims_in_force(Aims()) == Aims(None, 2050)
    assert desk.get("/admin/ledger/climateaim/add/").status_code == 403
