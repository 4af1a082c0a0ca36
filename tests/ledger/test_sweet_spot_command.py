"""`manage.py sweet_spot --panel`: an answer for any panel, or every problem of its file."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

import manage
from tests.pricing.sweet_spot.test_estimates import saturated, steps
from tests.pricing.sweet_spot.worlds import UNIDENTIFIED

HEADER = "department,category,period,emissions_kgco2e,price_per_tonne,driver"


def written(panel, folder: Path) -> str:
    rows = [
        f"{cell.department},{cell.category},{cell.period},{cell.emissions_kgco2e},"
        f"{cell.price_per_tonne},"
        for cell in panel.cells
    ]
    file = folder / "panel.csv"
    file.write_text("\n".join([HEADER, *rows]))
    return str(file)


def said(*arguments: str) -> str:
    out = io.StringIO()
    call_command("sweet_spot", *arguments, stdout=out)
    return out.getvalue()


def test_a_panel_is_answered_for_programs_and_for_people(tmp_path: Path) -> None:
    file = written(steps(saturated), tmp_path)
    answer = json.loads(said("--panel", file, "--json", "--seed", "5"))
    assert answer["identifiable"] is True
    assert answer["range"] == {"low": 0.0, "high": 25.0}
    assert answer["seed"] == 5
    text = said("--panel", file)
    assert "Another dollar still buys abatement from 0 to 25 per tonne" in text
    assert "-30" in text
    assert "384 observations" in text


def test_what_nobody_can_tell_is_said_so(tmp_path: Path) -> None:
    file = written(UNIDENTIFIED["same price for all"](3).panel, tmp_path)
    assert said("--panel", file).startswith("Not identifiable (only_time_variation)\n")
    assert json.loads(said("--panel", file, "--json"))["identifiable"] is False


def test_problems_of_a_file_come_all_at_once_with_exit_code_1(tmp_path: Path) -> None:
    file = tmp_path / "panel.csv"
    file.write_text(f"{HEADER}\nA,x,2021,ten,5,\nA,x,2022,-3,5,\n")
    with pytest.raises(CommandError) as refusal:
        said("--panel", str(file))
    assert refusal.value.returncode == 1
    assert "2 problems" in str(refusal.value)
    assert "line 3, emissions_kgco2e: below zero ('-3')" in str(refusal.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="can't be read: No such file") as refusal:
        said("--panel", str(tmp_path / "none.csv"))
    assert refusal.value.returncode == 1


def test_a_panel_needs_no_database() -> None:
    assert not manage.needs_database(["sweet_spot", "--panel", "panel.csv"])
    assert not manage.needs_database(["sweet_spot", "--panel=panel.csv", "--json"])
    assert manage.needs_database(["sweet_spot", "--scheme", "CARBON-FEE"])
