"""Files of the watched folder are taken in once, and moved where it shows what became of them."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from departments.inventory.models.activity import ActivityRecord, ImportBatch
from departments.inventory.tasks import take_in_watched_folder
from departments.inventory.watched_folder import take_in_folder
from tests.inventory.conftest import Cast
from tests.inventory.test_activity_import import GOOD, as_csv

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("factors")]

LATER = timezone.now() + timedelta(days=1)


def names(folder: Path) -> list[str]:
    return sorted(path.name[13:] for path in folder.glob("*"))


def test_a_right_file_is_done_and_a_wrong_one_refused_with_its_errors(
    cast: Cast, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_bytes(as_csv(GOOD))
    (tmp_path / "b.csv").write_bytes(as_csv(GOOD | {"quantity": "1,5"}))
    (tmp_path / "notes.txt").write_text("no activity")

    found = take_in_folder(tmp_path, by=cast.contributor, at=LATER)

    assert [(each.name, each.is_done) for each in found] == [("a.csv", True), ("b.csv", False)]
    assert names(tmp_path / "done") == ["a.csv"]
    assert names(tmp_path / "refused") == ["b.csv", "b.csv.errors.csv"]
    (errors,) = (tmp_path / "refused").glob("*.errors.csv")
    assert "quantity" in errors.read_text(encoding="utf-8").splitlines()[1]
    assert [path.name for path in tmp_path.glob("*.*")] == ["notes.txt"]
    assert ActivityRecord.objects.count() == 1
    assert take_in_folder(tmp_path, by=cast.contributor, at=LATER) == []


def test_the_same_content_is_taken_in_once(cast: Cast, tmp_path: Path) -> None:
    for name in ("a.csv", "copy.csv"):
        (tmp_path / name).write_bytes(as_csv(GOOD))

    found = take_in_folder(tmp_path, by=cast.contributor, at=LATER)

    assert [each.is_done for each in found] == [True, True]
    assert ImportBatch.objects.count() == ActivityRecord.objects.count() == 1


@pytest.mark.parametrize(
    "name", ["JANUARY.CSV", "x" * 251 + ".csv", "가" * 83 + ".csv", b"\xff.csv"]
)
def test_whatever_a_file_is_called_it_is_taken_in_and_keeps_nobody_waiting(
    cast: Cast, tmp_path: Path, name: str | bytes
) -> None:
    (tmp_path / os.fsdecode(name)).write_bytes(as_csv(GOOD | {"quantity": "1,5"}))
    (tmp_path / "가나.csv").write_bytes(as_csv(GOOD))

    found = take_in_folder(tmp_path, by=cast.contributor, at=LATER)

    assert sorted(each.is_done for each in found) == [False, True]
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == []
    assert ImportBatch.objects.get().file_name == "가나.csv"
    assert all(each.name.encode() and each.moved_to.exists() for each in found)


def test_a_file_on_its_way_is_left_alone(cast: Cast, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(as_csv(GOOD))

    assert take_in_folder(tmp_path, by=cast.contributor, at=timezone.now()) == []
    assert (tmp_path / "a.csv").exists()


def test_the_task_asks_the_settings(cast: Cast, tmp_path: Path, settings: Any) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(as_csv(GOOD))
    os.utime(path, (1_700_000_000, 1_700_000_000))

    settings.WATCHED_FOLDER = ""
    take_in_watched_folder()
    assert path.exists()

    settings.WATCHED_FOLDER, settings.WATCHED_FOLDER_USER = str(tmp_path), "contributor"
    take_in_watched_folder()
    assert names(tmp_path / "done") == ["a.csv"]
