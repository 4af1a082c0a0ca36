"""The desk: instruments are entered and approved by two people, and never edited."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from departments.inventory.models.instruments import Instrument
from departments.organisation.models import User
from tests.inventory.conftest import Cast
from tests.inventory.test_instruments import enter, hold, match

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("factors")]
LIST = "admin:inventory_instrument_changelist"
ADD = "admin:inventory_instrument_add"
PAGE = "admin:inventory_instrument_change"
FORM = {
    "kind": "certificate",
    "registry": "Ofgem",
    "serial": "A1",
    "market": "GB",
    "generated_from": "2024-01-01",
    "generated_to": "2024-12-31",
    "volume_kwh": "1500.5",
    "technology": "wind",
    "kgco2e_per_kwh": "0",
    "factor_source": "wind",
    "legal_entity": "",
    "evidence": "folder 3",
}


def at_desk(user: User) -> Client:
    User.objects.filter(pk=user.pk).update(is_staff=True)
    client = Client()
    client.force_login(user)
    return client


def take(client: Client, action: str, row: Instrument) -> Any:
    chosen = {"action": action, "_selected_action": [row.pk]}
    return client.post(reverse(LIST), chosen, follow=True)


def test_an_analyst_enters_and_an_approver_approves(cast: Cast):
    assert at_desk(cast.analyst).post(reverse(ADD), FORM).status_code == 302
    row = Instrument.objects.get()
    assert (row.entered_by, row.serial, row.volume_kwh) == (cast.analyst, "A1", Decimal("1500.5"))

    take(at_desk(cast.analyst), "approve", row)
    row.refresh_from_db()
    assert row.approved_by is None
    assert (
        "1 instrument changed."
        in take(at_desk(cast.company_approver), "approve", row).content.decode()
    )
    row.refresh_from_db()
    assert row.approved_by == cast.company_approver


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"market": "Mars"}, "market"),
        ({"generated_to": "2025-12-31"}, "generated_to"),
        ({"volume_kwh": "-1"}, "volume_kwh"),
        ({"kgco2e_per_kwh": "207"}, "kgco2e_per_kwh"),
    ],
)
def test_a_refusal_stands_beside_its_field(cast: Cast, change: dict[str, str], field: str):
    answer = at_desk(cast.analyst).post(reverse(ADD), FORM | change)
    assert field in answer.context["adminform"].form.errors
    assert not Instrument.objects.exists()


def test_the_same_serial_is_refused_at_the_desk(cast: Cast):
    enter(cast, serial="A1")
    answer = at_desk(cast.analyst).post(reverse(ADD), FORM)
    assert "OFGEM A1 is entered already" in answer.content.decode()
    assert Instrument.objects.count() == 1


def test_what_is_left_and_what_it_covers_are_shown(cast: Cast):
    record, row = cast.approved(), hold(cast, volume_kwh=Decimal(1500))
    match(cast)
    desk = at_desk(cast.analyst)

    assert ">500<" in desk.get(reverse(LIST)).content.decode()
    page = desk.get(reverse(PAGE, args=[row.pk])).content.decode()
    assert f"{record.pk} · CLOUD · 2024-01-31" in page
    assert 'name="_save"' not in page
    assert desk.post(reverse(PAGE, args=[row.pk]), FORM).status_code == 403
    row.refresh_from_db()
    assert row.volume_kwh == 1500


def test_withdrawing_is_for_what_nobody_approved(cast: Cast):
    waiting, approved = enter(cast), hold(cast)
    desk = at_desk(cast.analyst)
    take(desk, "withdraw", waiting)
    assert "is approved, so it can" in take(desk, "withdraw", approved).content.decode()
    assert list(Instrument.objects.all()) == [approved]
