"""A large file is streamed: it says and stores what a small one does, and is held nowhere whole."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from departments.inventory import activity_file, activity_import, evidence, staged_import
from departments.inventory.errors.imports import ImportRefused
from departments.inventory.evidence import kept_file
from departments.inventory.import_report import ImportReport
from departments.inventory.models.activity import ActivityRecord, ImportBatch
from departments.organisation.models import Department
from tests.inventory.conftest import FIXTURES, FLIGHT, NOON, Cast
from tests.inventory.test_activity_import import GOOD, T5_11B, as_csv

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("factors")]

FACTS = (
    "department__code",
    "activity",
    "started_on",
    "ended_on",
    "quantity",
    "unit",
    "place",
    "inputs",
    "external_id",
    "note",
    "is_estimated",
    "state",
)
KINDS = [
    GOOD,
    GOOD | {"unit": "MWh", "quantity": "1.5", "note": "Zürich · 서울"},
    GOOD | {"activity": "gaseous-fuels/natural-gas", "unit": "kWh (Gross CV)", "quantity": "7.1"},
    GOOD | {"activity": FLIGHT, "unit": "passenger-mile", "quantity": "3459"},
    GOOD | {"activity": "reported/scope-3/6", "unit": "t", "place": "", "quantity": "12.345678"},
    GOOD | {"unit": "GJ", "quantity": "3.3333", "estimated": "yes"},
    GOOD | {"covered_kwh": "400", "instrument_kgco2e_per_kwh": "0"},
    GOOD | {"quantity": "0"},
    GOOD | {"place": "us-ca", "quantity": " 5 ", "note": 'tab\there, \\N and "quoted"\nbelow'},
    T5_11B,
    T5_11B | {"external_id": "", "quantity": "", "unit": "", "accelerator_hours": "12"},
    {"department": "CLOUD", "activity": "removal", "quantity": "2", "unit": "t"}
    | {"started_on": "2024-01-01", "ended_on": "2024-12-31", "durability_class": "long"}
    | {"removal_state": "verified"},
]


def stream_in(cast: Cast, content: bytes, **more: Any) -> ImportReport:
    offered: dict[str, Any] = {
        "file_name": "january.csv",
        "by": cast.contributor,
        "at": NOON,
        "departments": Department.objects.all(),
    }
    return activity_import.import_file(content=io.BytesIO(content), **offered | more)


@pytest.fixture
def stream_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every open file is streamed, however small."""
    monkeypatch.setattr(activity_import, "MOST_HELD_BYTES", -1)


@pytest.fixture
def both(cast: Cast, stream_all: None) -> Callable[[bytes], tuple[Any, Any]]:
    """What a file comes to, held and streamed: its problems, or its records."""

    def outcome(content: Any) -> Any:
        try:
            activity_import.import_file(
                file_name="january.csv",
                content=content,
                by=cast.contributor,
                at=NOON,
                departments=Department.objects.all(),
            )
        except ImportRefused as refusal:
            assert not ActivityRecord.objects.exclude(external_id="recorded").exists()
            assert not ImportBatch.objects.exists()
            return refusal.problems
        records = list(ActivityRecord.objects.order_by(*FACTS).values_list(*FACTS))
        ActivityRecord.objects.all().delete()
        connection.cursor().execute("DELETE FROM inventory_importpart")
        ImportBatch.objects.all().delete()
        return records

    return lambda content: (outcome(content), outcome(io.BytesIO(content)))


def test_streamed_rows_are_stored_as_held_rows_are(both: Callable[[bytes], tuple[Any, Any]]):
    held, streamed = both(as_csv(*KINDS))

    assert len(held) == len(KINDS)
    assert streamed == held


def test_streamed_rows_with_ids_of_their_own(both: Callable[[bytes], tuple[Any, Any]]):
    rows = [kind | {"external_id": f"{n}-{m}"} for n in range(3) for m, kind in enumerate(KINDS)]

    held, streamed = both(as_csv(*rows))

    assert len(held) == len(rows)
    assert streamed == held


FAULTS: list[dict[str, str]] = [
    {"department": "OFFICES"},
    {"department": "CLOUDS", "external_id": "a"},
    {"activity": "electricity/gird"},
    {"quantity": "1.234,5", "external_id": "a"},
    {"quantity": "1,234.5", "note": "x" * 501},
    {"quantity": "-5"},
    {"quantity": "NaN"},
    {"quantity": "9" * 40},
    {"quantity": "999999999999999", "unit": "GWh"},
    {"quantity": "", "unit": ""},
    {"unit": "kg"},
    {"unit": "furlong"},
    {"started_on": "01/02/2024"},
    {"ended_on": "2023-12-31"},
    {"ended_on": "2015-12-31", "started_on": "2015-01-01"},
    {"external_id": "a"},
    {"external_id": "a\x00"},
    {"external_id": "recorded"},
    {"external_id": "recorded"},
    {"pue": "high"},
    {"estimated": "perhaps"},
    {},
]


def test_streamed_rows_are_refused_as_held_rows_are(
    cast: Cast, both: Callable[[bytes], tuple[Any, Any]]
):
    cast.draft(external_id="recorded")

    held, streamed = both(as_csv(*(GOOD | fault for fault in FAULTS)))

    assert len(held) > len(FAULTS)
    assert streamed == held


@pytest.mark.parametrize(
    "content",
    [
        as_csv(columns=list(GOOD)),
        as_csv(GOOD) + "CLOUD,Zürich".encode("latin-1"),
        b"PK\x03\x04rest of a workbook",
        as_csv(GOOD).decode().encode("utf-16-le"),
        as_csv(GOOD).decode().encode("utf-32"),
        as_csv(GOOD).decode().encode("utf-16")[:-1],
        as_csv(GOOD).replace(b",", b";"),
        as_csv(GOOD | {"colour": "green"}),
        as_csv(GOOD) + b'CLOUD,"electricity',
        as_csv(GOOD) + b'CLOUD,"a"b',
        as_csv(GOOD) + b"CLOUD,electricity/grid,1,2,3,4,5,6,7,8",
        as_csv(GOOD) + b"\n \nCLOUD,electricity/grid\n",
        as_csv(GOOD) + b"CLOUD," + b"x" * 200_000,
        as_csv(GOOD) + b"\\.\r\n",
        as_csv(GOOD).replace(b"CLOUD", b"CL\x00OUD"),
    ],
)
def test_a_form_is_refused_alike(content: bytes, both: Callable[[bytes], tuple[Any, Any]]):
    held, streamed = both(content)

    assert held
    assert streamed == held


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_are_read_alike(encoding: str, both: Callable[[bytes], tuple[Any, Any]]):
    rows = [GOOD | {"note": "Zürich · 서울"}, GOOD | {"note": "two\nlines", "quantity": "2"}]
    held, streamed = both(as_csv(*rows).decode().encode(encoding))

    assert len(held) == 2
    assert streamed == held


def test_the_evidence_is_kept_and_a_second_time_refused(cast: Cast, stream_all: None):
    content = (FIXTURES / "demo" / "activity_fy24.csv").read_bytes()
    content = content.replace(b"SITES-EMEA", b"CLOUD")

    report = stream_in(cast, content)

    assert report.batch_id is not None
    assert b"".join(kept_file(report.batch_id)) == content
    assert ImportBatch.objects.get().row_count == report.accepted
    with pytest.raises(ImportRefused, match="this very file"):
        stream_in(cast, content)


def test_what_the_rows_come_to_is_what_they_are_calculated_to(cast: Cast, stream_all: None):
    rows = [kind | {"external_id": f"{n}-{m}"} for n in range(3) for m, kind in enumerate(KINDS)]

    streamed = stream_in(cast, as_csv(*rows), dry_run=True)

    held = activity_import.import_file(
        file_name="a",
        content=as_csv(*rows),
        by=cast.contributor,
        at=NOON,
        departments=Department.objects.all(),
        dry_run=True,
    )
    assert streamed.market_kgco2e == held.market_kgco2e > 0
    assert (streamed.accepted, streamed.problems) == (len(rows), ())
    assert not ActivityRecord.objects.exists()


def test_half_a_milligram_is_rounded_away_from_zero(cast: Cast, stream_all: None):
    row = GOOD | {
        "activity": "reported/scope-1",
        "place": "",
        "unit": "kg",
        "quantity": "0.0000005",
    }

    report = stream_in(cast, as_csv(row), dry_run=True)

    assert report.market_kgco2e == Decimal("0.000001")


def test_only_a_thousand_problems_are_listed_and_the_rest_counted(cast: Cast, stream_all: None):
    rows = [GOOD | {"quantity": "many", "unit": "kg"}] * 1200 + [GOOD] * 3

    with pytest.raises(ImportRefused, match="has 2400 problems") as refused:
        stream_in(cast, as_csv(*rows))
    report = stream_in(cast, as_csv(*rows), dry_run=True)

    assert (len(refused.value.problems), refused.value.more) == (2000, 400)
    refused_rows = [row for row in report.rows if row.problems]
    assert (report.accepted, report.rejected, len(refused_rows)) == (3, 1200, 1000)
    assert not ActivityRecord.objects.exists()


def test_limits_of_a_streamed_file(cast: Cast, stream_all: None, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as few:
        few.setattr(activity_file, "MOST_STREAMED_ROWS", 2)
        with pytest.raises(ImportRefused, match="more than 2 rows"):
            stream_in(cast, as_csv(GOOD, GOOD, GOOD))
    with monkeypatch.context() as small:
        small.setattr(staged_import, "MOST_STREAMED_BYTES", 10)
        with pytest.raises(ImportRefused, match="at most 10 are taken"):
            stream_in(cast, as_csv(GOOD))
    with monkeypatch.context() as short:
        short.setattr(staged_import, "LONGEST_LINE", 64)
        with pytest.raises(ImportRefused, match="A line is longer than 64 bytes"):
            stream_in(cast, as_csv(GOOD | {"note": "x" * 200}))
    assert not ActivityRecord.objects.exists()


def test_a_stream_that_breaks_off_leaves_nothing(
    cast: Cast, stream_all: None, monkeypatch: pytest.MonkeyPatch
):
    class Broken(io.BytesIO):
        """A disk that fails on the second read of the file."""

        reads = 0

        def readinto(self, buffer: Any) -> int:
            raise OSError("the disk is gone")

        def read1(self, size: int | None = -1, /) -> bytes:
            raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        activity_import.import_file(
            file_name="a",
            content=Broken(as_csv(*[GOOD] * 10)),
            by=cast.contributor,
            at=NOON,
            departments=Department.objects.all(),
        )
    assert not ImportBatch.objects.exists()
    assert not ActivityRecord.objects.exists()


def test_memory_does_not_grow_with_the_file(
    cast: Cast, stream_all: None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(evidence, "PART_BYTES", 64 * 1024)

    def peak(count: int, batch: str) -> int:
        rows = [GOOD | {"external_id": f"{batch}-{number}"} for number in range(count)]
        content = as_csv(*rows)
        tracemalloc.start()
        try:
            stream_in(cast, content)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    small, large = peak(2_000, "a"), peak(20_000, "b")

    assert large < small + 2_000_000  # ten times the rows; each would be over 100 bytes
    assert ActivityRecord.objects.count() == 22_000
