"""The library of factors: searched, compared, checked when loaded, and with the company's own."""

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from departments.inventory import factor_release
from departments.inventory.calculation_run import Draft, calculate
from departments.inventory.errors.factors import (
    FactorFileRefused,
    FactorsDecidedBySamePerson,
    FactorSetNotFound,
    FactorSetNotProposed,
)
from departments.inventory.factor_checks import flags_of, key_of
from departments.inventory.factor_choice import choose_factor
from departments.inventory.factor_difference import compare_sets
from departments.inventory.factor_file import COLUMNS
from departments.inventory.factor_search import search_factors
from departments.inventory.models.factors import EmissionFactor, FactorSet
from departments.organisation.errors import NotAllowed
from departments.organisation.models import Membership, User
from tests.inventory.conftest import FLIGHT, NOON, Cast
from tests.worked_examples.published import FACTOR_SETS, rows_of

ROW = dict.fromkeys(COLUMNS, "") | {
    "factor_id": "OWN-1",
    "activity": "purchased-goods/spend/consulting",
    "scope": "3",
    "scope3_category": "1",
    "place": "GB",
    "year": "2024",
    "unit": "GBP",
    "kgco2e_per_unit": "0.2",
    "boundary": "cradle-to-gate",
    "suspect": "0",
    "notes": "Own study of ten suppliers, 2024",
}


def folder_of(tmp_path: Path, *rows: dict[str, str], code: str = "company_2024") -> Path:
    folder = tmp_path / code
    folder.mkdir()
    with (folder / "factors.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    facts = f'code = "{code}"\npublisher = "The company"\ntitle = "Own factors"\nyear = 2024\n'
    (folder / "set.toml").write_text(facts + 'licence = "own"\n')
    return folder


def consulting() -> Draft:
    return Draft(
        activity="purchased-goods/spend/consulting",
        ended_on=date(2024, 6, 30),
        quantity=Decimal(1000),
        unit="GBP",
        place="GB",
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("factors")
class TestSearch:
    def test_by_words_place_and_year(self) -> None:
        found = search_factors(words="long-haul economy with-rf", place="gb", year=2024)

        names = [factor.activity for factor in found]
        assert FLIGHT in names
        assert all("long-haul" in name and "economy" in name for name in names)
        assert {(factor.place, factor.year) for factor in found} == {("GB", 2024)}
        assert search_factors(words="long-haul economy", place="FR") == []

    def test_a_place_finds_what_counts_there(self) -> None:
        places = {factor.place for factor in search_factors(words="electricity grid", place="FR")}
        assert places == {"FR", "WORLD"}

    def test_the_command_shows_the_figure_and_its_release(self) -> None:
        out = io.StringIO()
        call_command("factors", "search", "rail national", "--place", "GB", stdout=out)
        assert "0.03546 kgCO2e/passenger.km  scope 3.6" in out.getvalue()
        assert "desnz_2024 UK2024-1587" in out.getvalue()


@pytest.mark.django_db
@pytest.mark.usefixtures("factors")
class TestDifference:
    def test_two_years_of_the_uk(self) -> None:
        """UK electricity 0.207074 (2023), 0.20705 (2024); what 2023 lacks here was added."""
        changes = {each.activity: each for each in compare_sets("desnz_2023", "desnz_2024")}

        grid = changes["electricity/grid"]
        assert (grid.kind, grid.after) == ("changed", Decimal("0.20705"))
        assert grid.before is not None
        assert grid.after is not None
        assert grid.change_percent is not None
        exact = (grid.after / grid.before - 1) * 100
        assert abs(grid.change_percent - exact) < Decimal("1e-20")
        assert changes["gaseous-fuels/natural-gas"].kind == "added"
        back = {each.activity: each for each in compare_sets("desnz_2024", "desnz_2023")}
        assert back["gaseous-fuels/natural-gas"].kind == "removed"

    def test_the_command_and_a_release_that_is_not_there(self) -> None:
        out = io.StringIO()
        call_command("factors", "diff", "desnz_2023", "desnz_2024", stdout=out)
        assert "changed  electricity/grid  GB  per kWh, combustion: 0.2070" in out.getvalue()
        with pytest.raises(FactorSetNotFound, match="Loaded are desnz_2023"):
            compare_sets("desnz_2023", "desnz_2099")
        with pytest.raises(CommandError, match="desnz_2099"):
            call_command("factors", "diff", "desnz_2099", "desnz_2023", stdout=out)


class TestChecks:
    def test_the_shipped_releases_have_no_slip_and_add_up(self) -> None:
        """Against the release before of the same publisher, and year against year within one."""
        neighbours = {"desnz_2024": "desnz_2023", "desnz_2025": "desnz_2024"}
        for name in FACTOR_SETS:
            before = rows_of(neighbours[name]) if name in neighbours else ()
            beside = {key_of(row): Decimal(row["kgco2e_per_unit"]) for row in before}
            flags = flags_of(rows_of(name), beside)
            assert [str(flag) for flag in flags if flag.kind in ("parts", "slip")] == []

    @pytest.mark.parametrize("factor", ["1000", "0.001"])
    def test_a_slip_of_a_thousand_is_suspect(self, factor: str) -> None:
        rows = [dict(row) for row in rows_of("desnz_2024") if row["activity"] == FLIGHT]
        beside = {key_of(row): Decimal(row["kgco2e_per_unit"]) for row in rows}
        rows[0]["kgco2e_per_unit"] = f"{Decimal(rows[0]['kgco2e_per_unit']) * Decimal(factor):f}"
        rows[0] |= dict.fromkeys(("co2_kgco2e", "ch4_kgco2e", "n2o_kgco2e"), "")

        (flag,) = flags_of(rows, beside)
        assert (flag.kind, flag.is_suspect, flag.line) == ("slip", True, 2)
        assert "of the other release" in flag.says

    def test_a_year_that_slips_from_the_year_before(self) -> None:
        years = [ROW | {"factor_id": y, "year": y, "kgco2e_per_unit": k} for y, k in
                 (("2022", "0.2"), ("2023", "210"), ("2024", "0.2"))]  # fmt: skip

        flags = flags_of(years, {})
        assert [(flag.factor_id, flag.kind) for flag in flags] == [
            ("2023", "slip"),
            ("2024", "slip"),
        ]

    def test_parts_and_zeros(self) -> None:
        parts = {"co2_kgco2e": "0.1", "ch4_kgco2e": "0.05", "n2o_kgco2e": "0.04"}
        grid = {"activity": "electricity/grid", "unit": "kWh", "kgco2e_per_unit": "0"}
        zero = ROW | {"factor_id": "Z", "activity": "x", "kgco2e_per_unit": "0"}
        rows = [ROW | parts | {"kgco2e_per_unit": "0.20000"}, ROW | grid, zero]

        flags = flags_of(rows, {key_of(zero): Decimal("0.3")})
        assert [(flag.kind, flag.is_suspect) for flag in flags] == [
            ("parts", False),
            ("zero", True),
            ("zero", False),
        ]
        assert "add up to 0.19, the printed sum is 0.20000" in flags[0].says

    @pytest.mark.django_db
    def test_a_slip_is_loaded_as_suspect_and_shown(self, tmp_path: Path) -> None:
        years = [ROW | {"factor_id": y, "year": y, "kgco2e_per_unit": k} for y, k in
                 (("2022", "0.2"), ("2023", "200"))]  # fmt: skip
        out = io.StringIO()
        call_command("load_factors", str(folder_of(tmp_path, *years)), stdout=out)

        assert "200 is 1,000 times the 0.2 of 2022" in out.getvalue()
        assert list(EmissionFactor.objects.order_by("code").values_list("suspect", flat=True)) == [
            False,
            True,
        ]


@pytest.mark.django_db
class TestOwnFactors:
    @pytest.fixture
    def approver(self, cast: Cast) -> User:
        return cast.company_approver

    def propose(self, cast: Cast, tmp_path: Path, **changes: Any) -> None:
        factor_release.propose_company_factors(
            folder=folder_of(tmp_path, ROW | changes), by=cast.analyst, at=NOON
        )

    def test_they_count_once_another_person_has_approved_them(
        self, cast: Cast, approver: User, tmp_path: Path
    ) -> None:
        self.propose(cast, tmp_path)
        with pytest.raises(Exception, match="consulting"):
            calculate(consulting())

        release = factor_release.approve_company_factors(code="company_2024", by=approver, at=NOON)

        assert (release.proposed_by, release.approved_by) == (cast.analyst, approver)
        found = calculate(consulting())
        assert found.market_kgco2e == 200
        assert (found.scope, found.category) == (3, 1)
        assert found.trace["citation"]["factor_set"] == "company_2024"
        again = factor_release.approve_company_factors(code="company_2024", by=approver, at=NOON)
        assert again == release

    def test_not_by_who_proposed_them(self, cast: Cast, tmp_path: Path) -> None:
        Membership.objects.create(user=cast.analyst, role="sustainability_approver")
        self.propose(cast, tmp_path)

        with pytest.raises(FactorsDecidedBySamePerson, match="analyst proposed company_2024"):
            factor_release.approve_company_factors(code="company_2024", by=cast.analyst, at=NOON)
        with pytest.raises(DatabaseError, match="approved_by_another_person"), transaction.atomic():
            FactorSet.objects.update(approved_by=cast.analyst)
        assert not FactorSet.objects.filter(approved_by__isnull=False).exists()

    def test_nor_without_the_role_or_a_source(
        self, cast: Cast, approver: User, tmp_path: Path
    ) -> None:
        with pytest.raises(NotAllowed):
            factor_release.propose_company_factors(
                folder=folder_of(tmp_path, ROW), by=cast.contributor, at=NOON
            )
        with pytest.raises(FactorFileRefused, match="has no source"):
            factor_release.propose_company_factors(
                folder=folder_of(tmp_path, ROW | {"notes": ""}, code="unsourced"),
                by=cast.analyst,
                at=NOON,
            )
        assert not FactorSet.objects.exists()
        factor_release.propose_company_factors(
            folder=folder_of(tmp_path, ROW, code="sourced"), by=cast.analyst, at=NOON
        )
        with pytest.raises(NotAllowed):
            factor_release.approve_company_factors(code="sourced", by=cast.contributor, at=NOON)
        with pytest.raises(FactorSetNotFound):
            factor_release.approve_company_factors(code="nothing", by=approver, at=NOON)

    def test_a_published_or_approved_release_takes_no_approval_and_no_edit(
        self, cast: Cast, approver: User, factors: None
    ) -> None:
        with pytest.raises(FactorSetNotProposed):
            factor_release.approve_company_factors(code="desnz_2024", by=approver, at=NOON)
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            FactorSet.objects.filter(code="desnz_2024").update(year=2030)

    def test_one_of_the_same_key_comes_before_the_published_one(
        self, cast: Cast, approver: User, factors: None, tmp_path: Path
    ) -> None:
        own = {
            "activity": "electricity/grid",
            "scope": "2",
            "scope3_category": "",
            "unit": "kWh",
            "kgco2e_per_unit": "0.19",
            "boundary": "combustion",
        }
        self.propose(cast, tmp_path, **own)
        asked: dict[str, Any] = {
            "activity": "electricity/grid", "place": "GB", "year": 2024, "unit": "kWh"
        }  # fmt: skip
        assert choose_factor(**asked).set_code == "desnz_2024"

        factor_release.approve_company_factors(code="company_2024", by=approver, at=NOON)

        assert choose_factor(**asked).set_code == "company_2024"
        assert choose_factor(**asked | {"year": 2023}).set_code == "desnz_2023"

    def test_by_command(self, cast: Cast, tmp_path: Path) -> None:
        folder, out = folder_of(tmp_path, ROW), io.StringIO()
        call_command("factors", "propose", str(folder), "--by", "analyst", stdout=out)
        with pytest.raises(CommandError, match="takes the role"):
            call_command("factors", "approve", "company_2024", "--by", "analyst", stdout=out)
        call_command("factors", "approve", "company_2024", "--by", "company_approver", stdout=out)

        assert "1 factors wait for another person" in out.getvalue()
        assert "company_2024 counts from now on" in out.getvalue()
        assert calculate(consulting()).market_kgco2e == 200
