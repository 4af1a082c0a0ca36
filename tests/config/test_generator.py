"""The made-up company: the same seed gives the same bytes, and its totals are what the product
calculates from its files, row by row, though they were worked out apart from it."""

import csv
import json
from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest

from config.bench.generator.faults import REFUSED, SUSPICIOUS
from config.bench.generator.files import generate
from config.bench.generator.sizes import SIZES, month_at
from config.bench.generator.worlds import WORLDS, Price, World
from departments.inventory import activity_import, factor_release, submission, totals
from departments.inventory.errors.imports import ImportRefused
from departments.inventory.models.activity import ActivityRecord
from departments.organisation.models import Department, Membership, User

FIXTURES = Path(__file__).parents[2] / "fixtures"
NOW = datetime(2023, 3, 1, tzinfo=UTC)
MONTH = "2023-01"


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def bytes_of(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first month of the small company."""
    folder = tmp_path_factory.mktemp("company")
    generate(size="S", seed=7, out=folder, months=1)
    return folder


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(
    company: Path, tmp_path: Path
) -> None:
    generate(size="S", seed=7, out=tmp_path / "again", months=1)
    generate(size="S", seed=8, out=tmp_path / "other", months=1)

    assert bytes_of(tmp_path / "again") == bytes_of(company)
    assert bytes_of(tmp_path / "other").keys() == bytes_of(company).keys()
    assert bytes_of(tmp_path / "other") != bytes_of(company)


def test_it_has_the_shape_of_a_large_company(company: Path) -> None:
    summary = json.loads((company / "expected" / "summary.json").read_text())

    rows = table(company / "activity" / f"{MONTH}.csv")
    late = table(company / "late" / f"{MONTH}-arrives-2023-03.csv")
    assert 1_800 < len(rows) + len(late) < 2_200
    assert sum(row["activity"].startswith("compute/") for row in rows) > 1_300
    assert Decimal(summary["totals"]["scope_2_location_over_market"]) > 5
    assert len({row["kind"] for row in table(company / "answer_key" / "worlds.csv")}) == len(WORLDS)


def test_departments_and_cost_centres_move_in_the_middle_of_a_year(company: Path) -> None:
    for name, key in (("placements", "department"), ("cost_centres", "code")):
        by_code = defaultdict(list)
        for row in table(company / f"{name}.csv"):
            by_code[row[key]].append((row["from_on"], row["ends_before"]))
        moved = [places for places in by_code.values() if len(places) > 1]

        assert moved
        assert all(places[0][1] == places[1][0] == "2023-07-01" for places in moved)


def test_a_new_factor_year_changes_the_total_by_the_sum_of_its_lines(tmp_path: Path) -> None:
    summary = generate(size="S", seed=7, out=tmp_path, months=13)
    lines = table(tmp_path / "expected" / "restatement_2024_by_2025.csv")
    difference = sum(Decimal(line["difference"]) for line in lines)

    restated = summary["restatement_2024_by_2025"]
    assert len(lines) > 100
    assert Decimal(restated["difference"]) == difference != 0
    assert Decimal(restated["kgco2e_2025"]) - Decimal(restated["kgco2e_2024"]) == difference
    economy = [line for line in lines if "long-haul/economy-class/with-rf" in line["activity"]]
    for line in economy:  # the published cliff of 2025: -41.5 % from the factor alone
        ratio = Decimal(line["kgco2e_2025"]) / Decimal(line["kgco2e_2024"])
        assert ratio.quantize(Decimal("0.001")) == Decimal("0.585")
    assert economy


def test_a_world_answers_to_the_price_as_its_key_says() -> None:
    first = SIZES["S"].first_month
    prices = [Price(date(2023, 4, 1), Decimal(15)), Price(date(2023, 10, 1), Decimal(40))]
    world = World("D001", "linear", 0.004, 0.5, 0.0, 0.0, 0.0, -1, 1.0)

    answers = [round(world.factor(month_at(first, number), prices), 6) for number in (0, 3, 9)]

    assert answers == [1.0, 1 - 0.004 * 15, 1 - 0.004 * 40]


# Through the product


@pytest.fixture
def people(db: None, company: Path) -> dict[str, User]:
    """The departments of the files, an analyst who enters and an approver who decides."""
    for row in table(company / "departments.csv"):
        Department.objects.create(code=row["code"], name=row["name"], is_illustrative=True)
    roles = {"analyst": "sustainability_analyst", "approver": "sustainability_approver"}
    found = {name: User.objects.create(username=name) for name in roles}
    for name, role in roles.items():
        Membership.objects.create(user=found[name], role=role)
    return found


@pytest.fixture
def factors(db: None) -> None:
    """The factor sets that a month of 2023 needs."""
    load_factors()


def load_factors() -> None:
    """The same, for another company."""
    for name in ("desnz_2023", "grid_egrid_2023", "grid_ember_owid"):
        factor_release.load_factor_set(FIXTURES / "emission_factors" / name)
    factor_release.load_gwps(FIXTURES / "gwp" / "gwp.csv")


def take_in(path: Path, by: User) -> list[int]:
    report = activity_import.import_file(
        file_name=path.name,
        content=path.read_bytes(),
        by=by,
        at=NOW,
        departments=Department.objects.all(),
    )
    return list(report.record_ids)


def test_totals_are_those_that_the_product_calculates(
    company: Path, people: dict[str, User], factors: None
) -> None:
    ids = [
        record_id
        for path in sorted((company / "activity").glob("*.csv"))
        + sorted((company / "late").glob("*.csv"))
        for record_id in take_in(path, people["analyst"])
    ]
    submission.submit_records(record_ids=ids, by=people["analyst"], at=NOW)
    submission.approve_records(record_ids=ids, by=people["approver"], at=NOW)

    found = {
        (
            f"{total.month:%Y-%m}",
            total.department,
            total.kind,
            str(total.scope or ""),
            str(total.category or ""),
            total.durability_class,
        ): (total.location_kgco2e, total.market_kgco2e)
        for total in totals.monthly_totals(department_ids=None)
    }
    expected = {
        tuple(list(row.values())[:6]): (
            Decimal(row["location_kgco2e"]),
            Decimal(row["market_kgco2e"]),
        )
        for row in table(company / "expected" / "totals.csv")
    }
    assert found == expected


def test_every_refused_fault_is_named_in_its_line_and_column(
    company: Path, people: dict[str, User], factors: None
) -> None:
    key = [
        (int(row["line"]), row["import_refuses"])
        for row in table(company / "answer_key" / "faults.csv")
        if row["file"] == f"refused/{MONTH}.csv"
    ]

    with pytest.raises(ImportRefused) as refused:
        take_in(company / "refused" / f"{MONTH}.csv", people["analyst"])

    named = {(problem.line, problem.column) for problem in refused.value.problems}
    assert len(key) == len(REFUSED)
    assert set(key) <= named
    assert {line for line, _ in named} == {line for line, _ in key}


def test_well_formed_faults_are_taken_in_and_kept_to_the_character(
    company: Path, people: dict[str, User], factors: None
) -> None:
    path = company / "suspicious" / f"{MONTH}.csv"

    take_in(path, people["analyst"])

    kept = {record.external_id: record for record in ActivityRecord.objects.all()}
    assert len(kept) == len(SUSPICIOUS)
    for row in table(path):
        record = kept[row["external_id"]]
        assert (record.note, record.unit) == (row["note"], row["unit"])
        assert record.quantity == Decimal(row["quantity"])
        assert record.ended_on.isoformat() == row["ended_on"]
