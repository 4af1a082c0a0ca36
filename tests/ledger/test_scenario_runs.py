"""Scenarios: replays as jobs, each answered once and kept, with page, file and command."""

from __future__ import annotations

import io
import json
import shlex
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from ledger import scenario_runs, seal, tasks
from ledger.desk.bars import LEFT, RIGHT, bars_of
from ledger.errors.calendar import PeriodNotFound
from ledger.errors.settlements import NotAllowed
from ledger.models.scenarios import ScenarioRun
from ledger.replay import replay
from ledger.scenario_settings import (
    Settings,
    price_path_of,
    read_price,
    read_price_path,
    settings_of,
)
from ledger.scenarios import command_of, replay_content
from tests.counting import rows_by_table
from tests.ledger.books import NOON, Books

SignIn = Callable[[str], Client]
PATH = "from,price_per_tonne,place\n2023-01-01,10,\n2023-02-01,20,3.6\n2023-03-01,30,\n"
EVERYTHING = Settings(
    under="steep",
    rules_on=date(2024, 6, 1),
    prices=(read_price("100"), read_price("3.6=50.5"), *read_price_path(PATH)),
    coverage=((1, None), (3, 6)),
    scope2_basis="location",
    incentive_rates=(("medium", Decimal(50)),),
    factor_sets=("desnz_2024", "desnz_2025"),
)


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The bell: which scenarios it was rung for, instead of a broker."""
    bells: list[int] = []
    monkeypatch.setattr(tasks.replay_scenario, "delay", bells.append)
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
    books.emit("CLOUD", date(2023, 2, 1), "1000000")
    books.emit("OFFICES", date(2023, 2, 2), "7000", scope=3, category=6)
    books.settle("2023Q1")
    return books


def ask(books: Books, **changes: Any) -> ScenarioRun:
    return scenario_runs.ask(
        name="Travel at 50",
        scheme_code="fee",
        period_code="2023Q1",
        settings=Settings(**({"prices": (read_price("3.6=50"),)} | changes)),
        by=books.people["analyst"],
    )


def said(response: Any) -> str:
    return str(response.content.decode())


# --- plain figures ------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [Settings(), EVERYTHING, Settings(coverage=())])
def test_settings_come_back_from_what_is_kept(settings: Settings) -> None:
    assert settings_of(json.loads(json.dumps(settings.content()))) == settings


def test_a_price_path_comes_back_from_its_file() -> None:
    dated = tuple(price for price in EVERYTHING.prices if price.starts_on)
    assert read_price_path(price_path_of(EVERYTHING)) == dated
    assert price_path_of(Settings(prices=(read_price("100"),))) == ""


def test_the_command_says_every_setting() -> None:
    command = command_of(scheme="fee", period="2023Q1", settings=EVERYTHING, as_billed=False)
    assert command == (
        "manage.py replay --scheme fee --period 2023Q1 --under steep --rules-on 2024-06-01 "
        "--price 100 --price 3.6=50.5 --price-path path.csv --coverage 1 3.6 "
        "--scope2-basis location --incentive medium=50 --factor-sets desnz_2024 desnz_2025"
    )
    billed = command_of(scheme="fee", period="2023Q1", settings=Settings(), as_billed=True)
    assert billed == "manage.py replay --scheme fee --period 2023Q1 --as-billed"


def test_bars_stand_on_their_side_of_nothing_within_the_picture() -> None:
    picture = bars_of(
        [
            ("A", Decimal(300), "+3.00"),
            ("B", Decimal(1), "+0.01"),
            ("C", Decimal(0), "0.00"),
            ("D", Decimal(-100), "-1.00"),
        ]
    )
    most, some, nothing, least = picture.bars
    assert (most.x, most.x + most.width) == (picture.zero_x, Decimal(RIGHT))
    assert (least.x, least.x + least.width) == (Decimal(LEFT), picture.zero_x)
    assert most.width == 3 * least.width
    assert (some.width, nothing.width) == (Decimal("1.5"), Decimal(0))
    assert [bar.is_more for bar in picture.bars] == [True, True, False, False]
    assert most.y < some.y < nothing.y < least.y < picture.height
    assert bars_of([]).bars == ()


# --- the job ------------------------------------------------------------------------------------


def test_a_scenario_is_answered_once_and_its_hash_is_over_its_answer(settled: Books) -> None:
    run = ask(settled)
    assert (run.state, run.answer, run.asked_by) == ("waiting", None, settled.people["analyst"])
    assert scenario_runs.waiting_run_ids() == [run.pk]

    scenario_runs.answer(run_id=run.pk, at=NOON)
    run.refresh_from_db()
    found = replay(
        scheme_code="fee",
        period_code="2023Q1",
        settings=Settings(prices=(read_price("3.6=50"),)),
    )
    assert (run.state, run.answer, run.done_at) == ("done", replay_content(found), NOON)
    assert run.answer is not None
    assert run.answer["total"]["difference"] == "245.00"  # 7 t × (50 − 15)
    assert run.answer_sha256 == sha256(scenario_runs.answer_text(run.answer).encode()).hexdigest()
    assert scenario_runs.waiting_run_ids() == []

    ScenarioRun.objects.update(answer={"kept": True})
    scenario_runs.answer(run_id=run.pk, at=NOON)
    run.refresh_from_db()
    assert run.answer == {"kept": True}


def test_only_its_own_row_is_written(settled: Books) -> None:
    run = ask(settled, coverage=((1, None),))
    before = rows_by_table(), seal.chain_head()
    scenario_runs.answer(run_id=run.pk, at=NOON)
    run.refresh_from_db()
    assert run.state == "done"
    assert (rows_by_table(), seal.chain_head()) == before


def test_what_can_not_be_replayed_fails_with_its_reason(settled: Books) -> None:
    run = ask(settled, factor_sets=("desnz_1066", "desnz_2024"))
    scenario_runs.answer(run_id=run.pk, at=NOON)
    run.refresh_from_db()
    assert (run.state, run.answer) == ("failed", None)
    assert "desnz_1066" in run.error


def test_asking_takes_a_role_and_a_period(settled: Books) -> None:
    asked: dict[str, Any] = {"name": "x", "scheme_code": "fee", "settings": Settings()}
    with pytest.raises(NotAllowed, match="replay a period"):
        scenario_runs.ask(**asked, period_code="2023Q1", by=settled.people["auditor"])
    with pytest.raises(PeriodNotFound):
        scenario_runs.ask(**asked, period_code="1999", by=settled.people["finance"])
    assert not ScenarioRun.objects.exists()


def test_the_sweep_rings_for_what_waits_and_the_task_replays(
    settled: Books, rung: list[int]
) -> None:
    run = ask(settled)
    tasks.sweep_scenarios()
    assert rung == [run.pk]
    tasks.replay_scenario(run.pk)
    tasks.sweep_scenarios()
    assert rung == [run.pk]
    assert ScenarioRun.objects.get().state == "done"


@pytest.mark.parametrize("state", ["done", "failed"])
def test_no_scenario_is_over_without_answer_or_reason(settled: Books, state: str) -> None:
    run = ask(settled)
    with pytest.raises(IntegrityError, match=f"ledger_{state}_scenario"), transaction.atomic():
        ScenarioRun.objects.filter(pk=run.pk).update(state=state)


# --- command and desk ---------------------------------------------------------------------------


def test_the_command_keeps_its_answer_under_a_name(settled: Books) -> None:
    out = io.StringIO()
    call_command(
        "replay",
        scheme="fee",
        period="2023Q1",
        price=["20"],
        save="All at 20",
        json=True,
        stdout=out,
    )
    run = ScenarioRun.objects.get()
    assert (run.name, run.state, run.asked_by) == ("All at 20", "done", None)
    assert run.answer == json.loads(out.getvalue())


def test_a_person_asks_on_the_desk_and_sees_who_pays_more(
    settled: Books, as_person: SignIn, rung: list[int], tmp_path: Path
) -> None:
    desk = as_person("finance")
    form = {
        "name": "A path",
        "scheme": "fee",
        "period": "2023Q1",
        "prices": "3.6=50",
        "price_path": "from,price_per_tonne\n2023-01-01,10\n",
    }
    asked = desk.post(reverse("admin:ledger_scenariorun_add"), form, follow=True)
    assert "A worker is about to replay this." in said(asked)
    run = ScenarioRun.objects.get()
    assert rung == [run.pk]
    scenario_runs.answer(run_id=run.pk, at=NOON)

    page = said(desk.get(reverse("admin:ledger_scenariorun_change", args=[run.pk])))
    # 1,000 t at 10 in place of 15; 7 t at 50
    assert "-5,000.00" in page
    assert "+245.00" in page
    assert page.index('<th scope="row">OFFICES') < page.index('<th scope="row">CLOUD')
    assert '<rect class="more"' in page
    assert '<rect class="less"' in page
    file = desk.get(reverse("admin:ledger_scenariorun_answer", args=[run.pk])).content
    assert sha256(file).hexdigest() == ScenarioRun.objects.get().answer_sha256
    assert "-4,755.00 USD" in said(desk.get(reverse("admin:ledger_scenariorun_changelist")))

    path = tmp_path / "path.csv"
    path.write_bytes(desk.get(reverse("admin:ledger_scenariorun_path", args=[run.pk])).content)
    command = command_of(
        scheme="fee", period="2023Q1", settings=settings_of(run.settings), as_billed=False
    )
    assert command in page.replace("&#x27;", "'")
    out = io.StringIO()
    words = shlex.split(command.replace("path.csv", str(path)))[1:]
    call_command(*words, "--json", stdout=out)
    assert json.loads(out.getvalue()) == json.loads(file)


def test_what_is_wrong_stands_beside_its_field(settled: Books, as_person: SignIn) -> None:
    form = {
        "name": "x",
        "scheme": "fee",
        "period": "2023Q1",
        "prices": "9=5",
        "coverage": "4",
        "price_path": "a,b",
        "incentives": "eternal=3",
        "factors_before": "desnz_2024",
    }
    page = said(as_person("analyst").post(reverse("admin:ledger_scenariorun_add"), form))
    for words in (
        "&#x27;9&#x27; is no scope",
        "&#x27;4&#x27; is no scope",
        "columns from",
        "is no rate",
        "Name both",
    ):
        assert words in page
    assert not ScenarioRun.objects.exists()


def test_a_failure_says_why_and_others_are_kept_out(settled: Books, as_person: SignIn) -> None:
    run = ask(settled, factor_sets=("desnz_1066", "desnz_2024"))
    scenario_runs.answer(run_id=run.pk, at=NOON)
    place = f"/admin/ledger/scenariorun/{run.pk}/change/"
    assert "desnz_1066" in said(as_person("auditor").get(place))
    assert as_person("contributor").get(place).status_code in (302, 403)
    asking = reverse("admin:ledger_scenariorun_add")
    assert as_person("auditor").get(asking).status_code == 403
    assert as_person("auditor").post(asking, {"name": "x"}).status_code == 403
