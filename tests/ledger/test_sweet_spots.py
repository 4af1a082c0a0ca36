"""Estimates of the sweet spot: their panel from posted settlements, job, command and pages."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from ledger import sweet_spots, tasks
from ledger.desk.curve import curve_of
from ledger.errors.settlements import NotAllowed
from ledger.models.sweet_spots import SweetSpotRun
from ledger.sweet_spot_panel import settled_panel
from pricing.models import CarbonPrice
from pricing.sweet_spot.estimate import estimate_sweet_spot
from pricing.sweet_spot.panel import Cell, Panel
from tests.ledger.books import NOON, Books
from tests.pricing.sweet_spot.test_estimates import saturated, steps

SignIn = Callable[[str], Client]


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The bell: which estimates it was rung for, instead of a broker."""
    bells: list[int] = []
    monkeypatch.setattr(tasks.estimate_sweet_spot, "delay", bells.append)
    return bells


@pytest.fixture
def as_person(books: Books) -> SignIn:
    def sign_in(username: str) -> Client:
        client = Client()
        client.force_login(books.people[username])
        return client

    return sign_in


@pytest.fixture
def settled(books: Books) -> Books:
    """Two quarters, a price of 100 for travel from the second on, and a true-up of the first."""
    CarbonPrice.objects.create(
        scheme=books.scheme,
        scope=3,
        category=6,
        price_per_tonne=Decimal(100),
        in_force=(date(2023, 4, 1), None),
        proposed_by=books.people["analyst"],
        approved_by=books.people["approver"],
    )
    books.emit("CLOUD", date(2023, 2, 1), "1000000")
    books.emit("OFFICES", date(2023, 2, 2), "20000", scope=2, location_kgco2e="60000")
    books.emit("OFFICES", date(2023, 2, 2), "7000", scope=3, category=6)
    books.emit("OFFICES", date(2023, 2, 3), "9000", scope=3, category=1)
    books.emit(
        "CLOUD", date(2023, 3, 1), "5000", durability_class="medium", removal_state="verified"
    )
    books.settle("2023Q1")
    books.emit("CLOUD", date(2023, 2, 9), "0.5")
    books.emit("OFFICES", date(2023, 5, 2), "6000", scope=3, category=6)
    books.settle("2023Q2")
    return books


def run_of(books: Books, panel: Panel) -> SweetSpotRun:
    text = sweet_spots.as_csv(panel)
    return SweetSpotRun.objects.create(
        scheme=books.scheme,
        panel=text,
        panel_sha256=hashlib.sha256(text.encode()).hexdigest(),
        cell_count=len(panel.cells),
    )


def test_the_panel_is_what_was_settled_with_true_ups_at_its_price(settled: Books):
    """Market-based, as the scheme's basis is; what is not covered has no price; no removals."""
    panel = settled_panel(scheme_code="fee")
    assert panel.cells == (
        Cell("CLOUD", "Scope 1", "2023-01", Decimal("1000000.5"), Decimal(15)),
        Cell("OFFICES", "Scope 2", "2023-01", Decimal(20000), Decimal(15)),
        Cell("OFFICES", "Scope 3.1", "2023-01", Decimal(9000), Decimal(0)),
        Cell("OFFICES", "Scope 3.6", "2023-01", Decimal(7000), Decimal(15)),
        Cell("OFFICES", "Scope 3.6", "2023-04", Decimal(6000), Decimal(100)),
    )
    assert panel.frequency == "quarter"


def test_what_is_not_posted_is_not_in_the_panel(books: Books):
    books.emit("CLOUD", date(2023, 2, 1), "1000")
    books.calculate("2023Q1")
    assert settled_panel(scheme_code="fee").is_empty


def test_an_estimate_keeps_its_panel_and_seed_and_is_answered_once(settled: Books):
    run = sweet_spots.ask(scheme_code="fee", seed=42, by=settled.people["analyst"])
    assert (run.state, run.answer, run.cell_count, run.seed) == ("waiting", None, 5, 42)
    assert run.panel_sha256 == hashlib.sha256(run.panel.encode()).hexdigest()
    rows = list(csv.reader(io.StringIO(run.panel)))
    assert rows[1] == ["CLOUD", "Scope 1", "2023-01", "1000000.5", "15.0000000000000000", ""]
    assert sweet_spots.waiting_run_ids() == [run.pk]

    sweet_spots.estimate(run_id=run.pk, at=NOON)
    run.refresh_from_db()
    assert run.state == "done"
    assert run.answer is not None
    assert run.answer["reason"].startswith("too_few_observations: 0 usable cells")
    assert sweet_spots.waiting_run_ids() == []

    SweetSpotRun.objects.update(answer={"kept": True})
    sweet_spots.estimate(run_id=run.pk, at=NOON)
    run.refresh_from_db()
    assert run.answer == {"kept": True}


def test_what_can_not_be_worked_out_fails_with_its_reason(books: Books):
    run = run_of(books, steps(saturated))
    SweetSpotRun.objects.update(panel="department\n")
    sweet_spots.estimate(run_id=run.pk, at=NOON)
    run.refresh_from_db()
    assert run.state == "failed"
    assert "line 1, category: this column is missing" in run.error


def test_a_scheme_without_settlements_has_too_few(books: Books):
    run = sweet_spots.ask(scheme_code="fee", seed=1, by=None)
    sweet_spots.estimate(run_id=run.pk, at=NOON)
    run.refresh_from_db()
    assert run.answer is not None
    assert run.answer["reason"].startswith("too_few_observations")


def test_asking_takes_a_sustainability_role(books: Books):
    with pytest.raises(NotAllowed, match="sustainability analyst or sustainability approver"):
        sweet_spots.ask(scheme_code="fee", seed=1, by=books.people["finance"])
    assert not SweetSpotRun.objects.exists()


def test_the_sweep_rings_for_what_waits_and_the_task_answers(books: Books, rung: list[int]):
    run = run_of(books, steps(saturated))
    tasks.sweep_sweet_spots()
    assert rung == [run.pk]
    tasks.estimate_sweet_spot(run.pk)
    run.refresh_from_db()
    assert run.answer == json.loads(
        json.dumps(estimate_sweet_spot(steps(saturated), seed=1).as_json())
    )
    tasks.sweep_sweet_spots()
    assert rung == [run.pk]


@pytest.mark.parametrize("state", ["done", "failed"])
def test_no_estimate_is_over_without_answer_or_reason(books: Books, state: str):
    run = run_of(books, steps(saturated))
    with (
        pytest.raises(IntegrityError, match=f"ledger_{state}_sweet_spot"),
        transaction.atomic(),
    ):
        SweetSpotRun.objects.filter(pk=run.pk).update(state=state)


def test_the_command_keeps_what_it_answers(settled: Books):
    out = io.StringIO()
    call_command("sweet_spot", "--scheme", "fee", "--json", "--seed", "9", stdout=out)
    answer = json.loads(out.getvalue())
    assert answer["identifiable"] is False
    assert answer["seed"] == 9
    run = SweetSpotRun.objects.get()
    assert (run.answer, run.seed, run.asked_by) == (answer, 9, None)


def test_the_command_refuses_a_scheme_that_is_not_there(books: Books):
    with pytest.raises(CommandError, match="none") as refusal:
        call_command("sweet_spot", "--scheme", "none")
    assert refusal.value.returncode == 1


def test_a_person_asks_on_the_desk_and_sees_the_curve(
    books: Books, as_person: SignIn, rung: list[int]
):
    desk = as_person("analyst")
    asked = desk.post(
        reverse("admin:ledger_sweetspotrun_add"), {"scheme": "fee", "seed": 3}, follow=True
    )
    assert "A worker is about to estimate this." in said(asked)
    assert rung == [SweetSpotRun.objects.get().pk]

    run = run_of(books, steps(saturated))
    sweet_spots.estimate(run_id=run.pk, at=NOON)
    page = said(desk.get(reverse("admin:ledger_sweetspotrun_change", args=[run.pk])))
    assert "Another dollar still buys abatement from 0 to 25 USD per tonne" in page
    assert '<polyline class="line" points="56,' in page
    assert '<th scope="row">50.00</th>' in page
    assert "0 – 25" in said(desk.get(reverse("admin:ledger_sweetspotrun_changelist")))
    file = desk.get(reverse("admin:ledger_sweetspotrun_panel", args=[run.pk]))
    assert file.content.decode() == run.panel


def test_a_refusal_says_why_on_the_desk(books: Books, as_person: SignIn):
    run = sweet_spots.ask(scheme_code="fee", seed=1, by=None)
    sweet_spots.estimate(run_id=run.pk, at=NOON)
    page = said(as_person("auditor").get(f"/admin/ledger/sweetspotrun/{run.pk}/change/"))
    assert "Not identifiable: Too few observations" in page
    assert "0 usable cells of 0 departments" in page


def test_others_see_no_estimate_and_only_sustainability_asks(books: Books, as_person: SignIn):
    run = run_of(books, steps(saturated))
    place = reverse("admin:ledger_sweetspotrun_panel", args=[run.pk])
    assert as_person("contributor").get(place).status_code in (302, 403)
    assert as_person("auditor").get(place).status_code == 200
    asking = reverse("admin:ledger_sweetspotrun_add")
    assert as_person("finance").get(asking).status_code == 403
    assert as_person("finance").post(asking, {"scheme": "fee", "seed": 1}).status_code == 403


def said(response: Any) -> str:
    return str(response.content.decode())


def test_a_picture_has_its_line_within_its_band_and_round_marks():
    curve = curve_of(estimate_sweet_spot(steps(saturated), seed=1).as_json())
    assert len(curve.dots) == 4
    assert [tick.label for tick in curve.prices] == ["0", "10", "20", "30", "40", "50"]
    assert (curve.range_x, curve.range_width) == (56.0, 284.0)
    line = [tuple(map(float, point.split(","))) for point in curve.line.split()]
    band = [tuple(map(float, point.split(","))) for point in curve.band.split()]
    upper, lower = band[: len(line)], band[len(line) :][::-1]
    for middle, above, below in zip(line, upper, lower, strict=True):
        assert above[1] <= middle[1] <= below[1]
    assert line[0][1] == curve.zero_y
