"""A small company, and the published factors that its records need; fixed days, no clock."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from departments.inventory import factor_release, submission
from departments.inventory.models.activity import ActivityRecord
from departments.organisation.models import (
    Department,
    DepartmentPlacement,
    LegalEntity,
    Membership,
    User,
)

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
FLIGHT = "business-travel-air/flights/long-haul/economy-class/with-rf"

OF_SCOPE_3 = (
    "material-use/paper/paper-and-board-paper/",
    "material-use/construction/metals/",
    "electricity/grid-losses",
    "business-travel-land/rail/",
    "homeworking/",
    "managed-assets-electricity/",
    "freight/rail/",
    "waste-disposal/electrical-items/weee-mixed/",
    "liquid-fuels/petrol-average-biofuel-blend",
)

# Rows of the shipped sets that these tests stand on: enough, and loaded in a moment.
KEPT: dict[str, Callable[[dict[str, str]], bool]] = {
    "desnz_2023": lambda row: row["activity"] in ("electricity/grid", FLIGHT),
    "desnz_2024": lambda row: (
        row["activity"] in ("electricity/grid", "gaseous-fuels/natural-gas", "bioenergy/biofuel")
        or row["activity"].startswith(("business-travel-air/", "outside-of-scopes/", "hotel-stay/"))
        or row["activity"].startswith(("freight/hgv-all-diesel", "waste-disposal/refuse"))
        or row["activity"].startswith(OF_SCOPE_3)
    ),
    "grid_desnz_uk": lambda row: True,
    "grid_egrid_2023": lambda row: row["place"] in ("US", "US/CAMX", "US-CA"),
    "grid_ember_owid": lambda row: (
        (row["place"] in ("WORLD", "FR", "IE") and row["year"] >= "2020") or row["suspect"] == "1"
    ),
}


@dataclass(frozen=True)
class Cast:
    """Who acts: two departments; cloud's contributor and approver, the company's approver."""

    cloud: Department
    offices: Department
    contributor: User
    approver: User
    company_approver: User
    analyst: User
    outsider: User

    def draft(self, **facts: Any) -> ActivityRecord:
        """A draft of cloud: 1,000 kWh of British electricity in January 2024, unless told else."""
        usual: dict[str, Any] = {
            "department_id": self.cloud.pk,
            "activity": "electricity/grid",
            "started_on": date(2024, 1, 1),
            "ended_on": date(2024, 1, 31),
            "quantity": Decimal(1000),
            "unit": "kWh",
            "place": "GB",
        }
        return submission.create_record(by=self.contributor, at=NOON, **usual | facts)

    def submitted(self, **facts: Any) -> ActivityRecord:
        """The same, submitted by the contributor."""
        record = self.draft(**facts)
        submission.submit_records(record_ids=[record.pk], by=self.contributor, at=NOON)
        record.refresh_from_db()
        return record

    def approved(self, *, by: User | None = None, **facts: Any) -> ActivityRecord:
        """The same, approved by the approver, unless another person is named."""
        record = self.submitted(**facts)
        submission.approve_records(record_ids=[record.pk], by=by or self.approver, at=NOON)
        record.refresh_from_db()
        return record


@pytest.fixture
def cast(db: None) -> Cast:
    """The people and departments."""
    entity = LegalEntity.objects.create(code="ONE", name="One", country="US", currency="USD")
    departments: list[Department] = []
    for code in ("CLOUD", "OFFICES"):
        department = Department.objects.create(code=code, name=code.title())
        DepartmentPlacement.objects.create(
            department=department, legal_entity=entity, in_force=(date(2020, 1, 1), None)
        )
        departments.append(department)
    people: dict[str, User] = {}
    roles: list[tuple[str, str, Department | None]] = [
        ("contributor", "contributor", departments[0]),
        ("approver", "approver", departments[0]),
        ("company_approver", "sustainability_approver", None),
        ("analyst", "sustainability_analyst", None),
        ("outsider", "contributor", departments[1]),
    ]
    for username, role, place in roles:
        people[username] = User.objects.create(username=username)
        Membership.objects.create(user=people[username], role=role, department=place)
    return Cast(cloud=departments[0], offices=departments[1], **people)


@pytest.fixture(scope="session")
def excerpts(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The kept rows of the shipped sets, each as a folder of its own."""
    into = tmp_path_factory.mktemp("factors")
    return [excerpt(code, is_kept, into) for code, is_kept in KEPT.items()]


@pytest.fixture
def factors(db: None, excerpts: list[Path]) -> None:
    """Some of the shipped factors and all GWPs, loaded as releases."""
    for folder in excerpts:
        factor_release.load_factor_set(folder)
    factor_release.load_gwps(FIXTURES / "gwp" / "gwp.csv")


def excerpt(code: str, is_kept: Callable[[dict[str, str]], bool], into: Path) -> Path:
    """A folder with some rows of a shipped set."""
    source = FIXTURES / "emission_factors" / code
    folder = into / code
    folder.mkdir()
    with (source / "factors.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if is_kept(row)]
    with (folder / "factors.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    facts = tomllib.loads((source / "set.toml").read_text(encoding="utf-8"))
    kept = {"code", "publisher", "title", "year", "gwp_set", "licence", "source_url"}
    lines = [
        f"{name} = {value!r}".replace("'", '"') for name, value in facts.items() if name in kept
    ]
    (folder / "set.toml").write_text("\n".join([*lines, f"rows = {len(rows)}"]), encoding="utf-8")
    return folder
