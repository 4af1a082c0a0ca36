"""Files of other programs on the upload page: known by their content, given to departments."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from departments.inventory import factor_release
from departments.inventory.foreign_files.recognition import format_of, owners_in
from departments.inventory.records import list_records
from tests.inventory.conftest import KEPT, excerpt
from tests.ledger.books import Books
from tests.portal.test_activity import GOOD, UPLOAD, text_of

FILES = Path(__file__).resolve().parents[1] / "inventory" / "foreign_files"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("emissions.csv", "codecarbon"), ("sacct.txt", "slurm"), ("allocation.json", "opencost")],
)
def test_a_file_says_by_itself_which_program_wrote_it(name: str, expected: str):
    content = (FILES / name).read_bytes()
    assert format_of(content) == expected
    assert format_of(b"\xef\xbb\xbf" + content) == expected
    assert owners_in(content, expected)


@pytest.mark.parametrize("content", [b"", GOOD.encode(), b"{}", b"[1, 2]", b"\xff\xfe\x00", b"PK"])
def test_other_files_are_no_foreign_ones(content: bytes):
    assert format_of(content) is None


@pytest.fixture
def factors(books: Books, tmp_path: Path) -> None:
    """The grids of some countries."""
    folder = excerpt("grid_ember_owid", KEPT["grid_ember_owid"], tmp_path)
    factor_release.load_factor_set(folder)


def test_jobs_become_drafts_of_the_departments_that_are_chosen(
    books: Books, browse: Callable[[str], Client], factors: None
):
    client = browse("contributor")
    content = (FILES / "sacct.txt").read_bytes()
    answer = client.post(UPLOAD, {"file": SimpleUploadedFile("jobs.txt", content)})
    assert answer.headers["Location"] == f"{UPLOAD}owners/"
    page = text_of(client.get(f"{UPLOAD}owners/"))
    named = owners_in(content, "slurm")
    assert all(owner in page for owner in named)

    refused = client.post(f"{UPLOAD}owners/", {"owner_0": "OFFICES"})
    assert refused.status_code == 422  # somebody else's department is no choice
    chosen = {f"owner_{number}": "CLOUD" for number in range(len(named))}
    before = list_records(department_ids=None)
    checked = client.post(f"{UPLOAD}owners/", chosen)
    assert checked.status_code == 422  # Slurm says no place
    assert "Say again whose the jobs are" in text_of(checked)
    checked = client.post(f"{UPLOAD}owners/", chosen | {"place": "FR", "pue": "1.2"})
    assert checked.status_code == 200, text_of(checked)
    assert list_records(department_ids=None) == before
    client.post(f"{UPLOAD}confirm/")
    made = list_records(department_ids=None)[: -len(before)]
    assert made
    assert {(record.department, record.place, record.state) for record in made} == {
        ("CLOUD", "FR", "draft")
    }
