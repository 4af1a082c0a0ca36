"""The desk: projects, measurements and the company's own factors, each by two people."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from departments.inventory.models.absorption import AbsorptionMeasurement, AbsorptionProject
from departments.inventory.models.factors import FactorSet
from tests.inventory.conftest import Cast
from tests.inventory.test_factor_library import ROW, folder_of
from tests.inventory.test_instrument_admin import at_desk

pytestmark = pytest.mark.django_db
PROJECT = {
    "code": "delta",
    "name": "Delta",
    "kind": "mangrove",
    "place": "ID",
    "durability_class": "short",
    "buffer_share": "0.2",
    "evidence": "folder 3",
}


def page(name: str, *args: int) -> str:
    return reverse(f"admin:inventory_{name}", args=args)


def take(client: Client, name: str, row: Any) -> str:
    chosen = {"action": "approve", "_selected_action": [row.pk]}
    return client.post(page(f"{name}_changelist"), chosen, follow=True).content.decode()


def measurement_of(project: AbsorptionProject, **changes: str) -> dict[str, str]:
    return {
        "project": str(project.pk),
        "method": "drone",
        "measured_on": "2024-06-30",
        "tonnes": "1250",
        "uncertainty_percent": "12.5",
        "area_ha": "100",
        "evidence": "flight 7",
    } | changes


def test_a_project_and_its_measurement_by_two_people(cast: Cast):
    """1,250 t by drone less a fifth are 1,000 t to claim."""
    analyst, approver = at_desk(cast.analyst), at_desk(cast.company_approver)
    assert analyst.post(page("absorptionproject_add"), PROJECT).status_code == 302
    project = AbsorptionProject.objects.get()
    sent = measurement_of(project)
    assert analyst.post(page("absorptionmeasurement_add"), sent).status_code == 302
    measured = AbsorptionMeasurement.objects.get()
    assert (measured.tonnes, measured.entered_by) == (Decimal(1250), cast.analyst)

    take(analyst, "absorptionproject", project)
    project.refresh_from_db()
    assert project.approved_by is None
    assert "1 project and its measurements count." in take(approver, "absorptionproject", project)
    project.refresh_from_db()
    measured.refresh_from_db()
    assert project.approved_by == measured.approved_by == cast.company_approver

    shown = approver.get(page("absorptionproject_change", project.pk)).content.decode()
    assert "1,250 measured, 1,000 may be claimed, 1,000 are left" in shown
    assert "± 12.5 %" in shown
    assert 'name="_save"' not in shown
    assert ">1,250<" in approver.get(page("absorptionproject_changelist")).content.decode()

    later = measurement_of(project, measured_on="2025-06-30", tonnes="10.5")
    analyst.post(page("absorptionmeasurement_add"), later)
    second = AbsorptionMeasurement.objects.get(measured_on__year=2025)
    take(approver, "absorptionmeasurement", second)
    second.refresh_from_db()
    assert second.approved_by == cast.company_approver


@pytest.mark.parametrize(
    ("change", "field"),
    [({"place": "Mars"}, "place"), ({"buffer_share": "1"}, "buffer_share"), ({"code": ""}, "code")],
)
def test_a_refusal_stands_beside_its_field(cast: Cast, change: dict[str, str], field: str):
    answer = at_desk(cast.analyst).post(page("absorptionproject_add"), PROJECT | change)
    assert field in answer.context["adminform"].form.errors
    assert not AbsorptionProject.objects.exists()


def test_nobody_else_enters_or_approves(cast: Cast):
    assert at_desk(cast.contributor).get(page("absorptionproject_add")).status_code == 302
    assert at_desk(cast.company_approver).get(page("absorptionproject_add")).status_code == 403


def files_of(folder: Path) -> dict[str, SimpleUploadedFile]:
    return {
        field: SimpleUploadedFile(name, (folder / name).read_bytes())
        for field, name in (("facts", "set.toml"), ("factors", "factors.csv"))
    }


def test_own_factors_are_brought_and_approved_at_the_desk(cast: Cast, tmp_path: Path):
    analyst, approver = at_desk(cast.analyst), at_desk(cast.company_approver)
    sent = files_of(folder_of(tmp_path, ROW))
    assert analyst.post(page("factorset_add"), sent).status_code == 302
    release = FactorSet.objects.get(code="company_2024")
    assert (release.proposed_by, release.approved_by) == (cast.analyst, None)
    assert "waits for another person" in analyst.get(page("factorset_changelist")).content.decode()
    take(analyst, "factorset", release)
    release.refresh_from_db()
    assert release.approved_by is None
    assert "1 release counts." in take(approver, "factorset", release)
    release.refresh_from_db()
    assert release.approved_by == cast.company_approver


def test_a_broken_file_of_factors_names_its_lines_and_no_path(cast: Cast, tmp_path: Path):
    sent = files_of(folder_of(tmp_path, ROW | {"kgco2e_per_unit": "many"}))
    answer = at_desk(cast.analyst).post(page("factorset_add"), sent)
    (error,) = answer.context["adminform"].form.errors["factors"]
    assert "line 2" in error
    assert "/tmp" not in error
    assert not FactorSet.objects.filter(code="company_2024").exists()
