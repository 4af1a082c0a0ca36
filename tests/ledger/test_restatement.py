"""Restatements: seen before they count, the old result kept, and a true-up on the next bill."""

from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from departments.inventory import factor_release, recalculation, submission
from departments.inventory.models.activity import ActivityRecord
from departments.inventory.models.emissions import EmissionRecord
from departments.inventory.models.factors import EmissionFactor, FactorSet
from ledger import statements, verification
from ledger.models.periods import AccountingPeriod
from ledger.models.settlements import SettlementLine
from tests.inventory.conftest import FLIGHT
from tests.inventory.test_activity_import import as_csv
from tests.ledger.books import Books
from tests.ledger.test_factor_switch import GRID, NOON, two_years  # noqa: F401  # a fixture

pytestmark = pytest.mark.django_db

ROWS = (
    ("CLOUD", FLIGHT, "100000.5", "passenger.km", "2024-02-01", "flight"),
    ("CLOUD", GRID, "412500.1234567891", "kWh", "2024-01-31", "london"),
    ("OFFICES", GRID, "999.99", "MWh", "2024-03-05", "offices"),
)


@pytest.fixture
def imported(books: Books, two_years: list[Path], tmp_path: Path) -> Books:  # noqa: F811
    """A file of 2024, taken in by the command, submitted, approved and settled at $15 a tonne."""
    for folder in two_years:
        factor_release.load_factor_set(folder)
    quarters = [date(2024, 1, 1), date(2024, 4, 1), date(2024, 7, 1), date(2024, 10, 1)]
    for number, days in enumerate(pairwise(quarters), start=1):
        AccountingPeriod.objects.create(code=f"2024Q{number}", days=days)
    names = ("department", "activity", "quantity", "unit", "ended_on", "external_id")
    rows = [dict(zip(names, row, strict=True)) for row in ROWS]
    path = tmp_path / "activity.csv"
    path.write_bytes(
        as_csv(*(row | {"started_on": row["ended_on"], "place": "GB"} for row in rows))
    )
    call_command("import_activity", str(path), by="analyst", stdout=io.StringIO())
    ids = list(ActivityRecord.objects.values_list("pk", flat=True))
    analyst, approver = books.people["analyst"], books.people["approver"]
    submission.submit_records(record_ids=ids, by=analyst, at=NOON)
    submission.approve_records(record_ids=ids, by=approver, at=NOON)
    books.settle("2024Q1")
    return books


def restate(**options: Any) -> dict[str, Any]:
    out = io.StringIO()
    call_command("restate", scheme="fee", year=2024, json=True, stdout=out, **options)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def billed(period: str) -> dict[tuple[str, int | None], Decimal]:
    """What a period's settlement charged for 2024Q1, by department and scope, in dollars."""
    lines = SettlementLine.objects.filter(
        settlement__period__code=period, activity_period__code="2024Q1", kind="charge"
    )
    return {
        (line.department.code, line.scope): Decimal(line.amount_minor) / 100
        for line in lines.select_related("department")
    }


NEWER = {"factor_sets": ["desnz_2024", "desnz_2025"], "by": "analyst", "reason": "DESNZ 2025."}


def test_2024_with_the_set_of_2025_is_seen_accepted_and_trued_up(imported: Books) -> None:
    """UK Government, grid 0.20705 → 0.177, long-haul economy with RF 0.20011 → 0.11704."""
    before = list(EmissionRecord.objects.order_by("pk").values())
    told = restate(**NEWER)
    lines, total = told["lines"], told["total"]
    for name in ("difference_kgco2e", "factor_change_kgco2e", "difference", "factor_change"):
        assert sum(Decimal(line[name]) for line in lines) == Decimal(total[name])
        records = [row for line in lines for row in line["records"]]
        if name.endswith("kgco2e"):
            assert sum(Decimal(row[name]) for row in records) == Decimal(total[name])
    flight = Decimal("11704.058520") - Decimal("20011.100055")
    grid = (Decimal("412500.1234567891") + Decimal(999990)) * (
        Decimal("0.177") - Decimal("0.20705")
    )
    assert abs(Decimal(total["difference_kgco2e"]) - flight - grid) < Decimal("0.000003")
    assert total["other_change_kgco2e"] == "0.000000"
    assert told == restate(show=True)
    # Seen, and nothing counts: the results in force and the bill are what they were.
    kept = [row["id"] for row in before]
    assert list(EmissionRecord.objects.filter(pk__in=kept).order_by("pk").values()) == before
    imported.settle("2024Q2")
    assert billed("2024Q2") == {}

    with pytest.raises(CommandError, match="may not decide"):
        restate(by="analyst", approve=True)
    restate(by="approver", approve=True)
    assert list(EmissionRecord.objects.filter(pk__in=kept).order_by("pk").values()) == before
    first = billed("2024Q1")
    imported.settle("2024Q3")
    differences = {
        (line["department"], line["scope"]): Decimal(line["difference"]) for line in lines
    }
    assert billed("2024Q3") == differences
    assert sum(differences.values()) == Decimal(total["difference"])
    # 100,000.5 km × 0.11704 and 412,500.1234567891 kWh × 0.177 at $15 are what stands in all.
    assert first["CLOUD", 3] + differences["CLOUD", 3] == Decimal("175.56")
    assert first["CLOUD", 2] + differences["CLOUD", 2] == Decimal("1095.19")
    lines_seen = statements.statement_of(
        department_code="CLOUD", scheme_code="fee", period_code="2024Q3"
    ).lines
    assert {(line.is_true_up, line.activity_period) for line in lines_seen} == {(True, "2024Q1")}
    assert verification.verify().findings == ()


def test_a_restated_record_keeps_to_the_release_until_it_is_restated_again(
    imported: Books,
) -> None:
    restate(**NEWER)
    restate(by="approver", approve=True)
    assert restate(by="analyst", reason="again", dry_run=True)["lines"] == []
    record = ActivityRecord.objects.get(external_id="london")
    correction = submission.correct_record(
        record_id=record.pk, by=imported.people["analyst"], at=NOON,
        changes={"quantity": Decimal(1000)}, reason="The meter was read again.",
    )  # fmt: skip
    submission.submit_records(record_ids=[correction.pk], by=imported.people["analyst"], at=NOON)
    submission.approve_records(record_ids=[correction.pk], by=imported.people["approver"], at=NOON)
    newest = EmissionRecord.objects.get(activity_record=correction)
    assert newest.market_kgco2e == 177
    assert "desnz_2025 takes the place of desnz_2024" in newest.trace["fallbacks"][-1]
    imported.settle("2024Q2")
    # $1,281.12 at 0.20705 before; 177 kg are $2.66
    assert billed("2024Q2")["CLOUD", 2] == Decimal("2.66") - billed("2024Q1")["CLOUD", 2]

    back = restate(
        factor_sets=["desnz_2025", "desnz_2024"], by="analyst", reason="Not yet.", dry_run=True
    )
    (london,) = [
        line for line in back["lines"] if (line["department"], line["scope"]) == ("CLOUD", 2)
    ]
    assert london["after_kgco2e"] == "207.050000"
    assert not EmissionRecord.objects.filter(approval_number=None).exists()


def test_a_corrected_release_and_a_mended_method_stand_apart(imported: Books) -> None:
    """The grid's factor is corrected to 0.21; a result was approved 1.5 kg too high by a rule."""
    result = EmissionRecord.objects.get(activity_record__external_id="offices")
    record = result.activity_record
    EmissionRecord.objects.create(
        activity_record=record, department=result.department, activity_on=result.activity_on,
        country="GB", scope=2, factor=result.factor,
        location_kgco2e=result.location_kgco2e + Decimal("1.5"),
        market_kgco2e=result.market_kgco2e + Decimal("1.5"), trace={"steps": []},
        supersedes=result, proposed_by=imported.people["analyst"],
    )  # fmt: skip
    recalculation.approve_recalculation(
        record_ids=[record.pk], by=imported.people["approver"], at=NOON
    )
    factor = EmissionFactor.objects.get(factor_set__code="desnz_2024", activity=GRID)
    factor.factor_set = FactorSet.objects.create(
        code="desnz_2024_v2", publisher="DESNZ", title="v2", year=2024, licence="OGL", sha256="0"
    )
    factor.pk, factor.kgco2e_per_unit = None, Decimal("0.21")
    factor.save()

    told = restate(by="analyst", reason="v2", department=["OFFICES"])
    (line,) = told["lines"]
    assert line["factor_change_kgco2e"] == "2949.970500"  # 999,990 kWh × 0.00295
    assert line["other_change_kgco2e"] == "-1.500000"
    assert line["difference_kgco2e"] == "2948.470500"
    assert (line["records"][0]["factor_before"], line["records"][0]["factor_after"]) == (
        factor.code,
        factor.code,
    )
    restate(by="approver", approve=True)
    imported.settle("2024Q2")
    assert sum(billed("2024Q2").values()) == Decimal("44.25")  # 2,949.9705 kg at $15


def test_the_desk_shows_it_before_another_person_accepts(imported: Books) -> None:
    page = "/admin/restatements/"
    chosen = {"scheme": "fee", "period": "2024Q1"}
    analyst, approver = Client(), Client()
    analyst.force_login(imported.people["analyst"])
    approver.force_login(imported.people["approver"])
    assert "Nothing waits" in analyst.get(page, chosen).content.decode()
    asked = chosen | {"propose": "1", "reason": "DESNZ 2025.", "before": "desnz_2024"}
    half = analyst.post(page, asked).content.decode()
    assert "Name both releases, or neither." in half
    unknown = analyst.post(page, asked | {"after": "x"}).content.decode()
    assert "Loaded are" in unknown
    told = analyst.post(page, asked | {"after": "desnz_2025"}, follow=True).content.decode()
    assert "3 results would change." in told
    assert "-12,395.629" in told  # 412,500.123… kWh × (0.177 − 0.20705)
    assert 'name="approve"' not in told
    assert EmissionRecord.objects.filter(approval_number=None).count() == 3

    first, *_, last = EmissionRecord.objects.filter(approval_number=None).order_by("pk")
    accept = f'name="approve" value="{last.pk}"'
    assert accept in approver.get(page, chosen).content.decode()
    refused = analyst.post(page, chosen | {"approve": str(last.pk)}).content.decode()
    assert "may not decide" in refused
    assert approver.post(page, chosen | {"approve": "many"}).status_code == 400
    # Who saw one result alone lets one alone count.
    one = approver.post(page, chosen | {"approve": str(first.pk)}, follow=True).content.decode()
    assert "1 new result counts from now on." in one
    assert EmissionRecord.objects.filter(approval_number=None).count() == 2
    done = approver.post(page, chosen | {"approve": str(last.pk)}, follow=True).content.decode()
    assert "2 new results count from now on." in done
    assert "Nothing waits" in done
    assert not EmissionRecord.objects.filter(approval_number=None).exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"by": "nobody", "reason": "x"}, "no active user 'nobody'"),
        ({"by": "analyst"}, "reason"),
        ({"by": "analyst", "reason": "x", "department": ["NONE"]}, "no department NONE"),
        ({"by": "analyst", "reason": "x", "factor_sets": ["desnz_2024", "x"]}, "Loaded are"),
        ({"by": "finance", "reason": "x"}, "may not"),
    ],
)
def test_a_restatement_is_refused_in_words(
    imported: Books, options: dict[str, Any], said: str
) -> None:
    before = EmissionRecord.objects.count()
    with pytest.raises(CommandError, match=said):
        restate(**options)
    assert EmissionRecord.objects.count() == before
