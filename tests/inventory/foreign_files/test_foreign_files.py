"""CodeCarbon, Slurm and OpenCost: each job once, by its own energy or hours, shared exactly.

The sample files were written for these tests after the formats' documentation.
"""

import io
import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from departments.inventory.calculation.errors import OutOfRange
from departments.inventory.calculation.shares import split
from departments.inventory.evidence import kept_file
from departments.inventory.foreign_files import codecarbon, opencost, slurm
from departments.inventory.foreign_files.conversion import Conversion, convert, read_owners
from departments.inventory.models.activity import ActivityRecord, ImportBatch
from tests.inventory.conftest import Cast

HERE = Path(__file__).parent
OWNERS = {"llm": {"CLOUD": Decimal(1)}, "search": {"CLOUD": Decimal(1)}}


def sample(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def converted(name: str, file_format: str, **fixed: str) -> Conversion:
    return convert((HERE / name).read_bytes(), file_format=file_format, owners=OWNERS, fixed=fixed)


class TestCodeCarbon:
    def test_a_run_on_four_gpus_is_counted_once(self) -> None:
        """Two writes of run-a, and two more processes that measured the same four GPUs."""
        file = codecarbon.read(sample("emissions.csv"))

        assert file.problems == []
        assert [(row.line, row.cells["quantity"]) for row in file.rows] == [
            (3, "2.661"),
            (6, "0.0646950757"),
            (7, "10.5"),
        ]
        assert [left.line for left in sorted(file.left_out, key=lambda each: each.line)] == [
            2,
            4,
            5,
        ]

    def test_the_same_run_has_the_same_id_whichever_process_measured_most(self) -> None:
        later = sample("emissions.csv").replace(",2.66,France", ",2.67,France")
        ids = [codecarbon.read(text).rows[0].cells for text in (sample("emissions.csv"), later)]

        assert [cells["quantity"] for cells in ids] == ["2.661", "2.67"]
        assert {cells["external_id"] for cells in ids} == {"codecarbon:run-a"}

    def test_days_places_and_pue(self) -> None:
        own, over_midnight, cloud = (row.cells for row in codecarbon.read(
            sample("emissions.csv")).rows)  # fmt: skip

        assert (own["place"], own["pue"], own["machine_energy_kwh"]) == ("FR", "1", "2.661")
        assert (over_midnight["started_on"], over_midnight["ended_on"]) == (
            "2024-03-01",
            "2024-03-02",
        )
        # A PUE above 1 is in the energy already.
        assert (cloud["place"], cloud["pue"], cloud["machine_energy_kwh"]) == (
            "aws/eu-west-1",
            "",
            "",
        )
        assert cloud["activity"] == "compute/cloud/training"

    def test_runs_one_after_another_or_of_single_processes_are_all_counted(self) -> None:
        text = sample("emissions.csv").replace(",machine,", ",process,")

        assert len(codecarbon.read(text).rows) == 5

    @pytest.mark.parametrize(
        ("before", "after", "column"),
        [
            ("2.661", "nan", "energy_consumed"),
            ("7200.5", "-1", "duration"),
            ("2024-03-01T13:00:00,", "yesterday,", "timestamp"),
            ("energy_consumed", "energy", "energy_consumed"),
        ],
    )
    def test_what_cannot_be_read_is_named(self, before: str, after: str, column: str) -> None:
        file = codecarbon.read(sample("emissions.csv").replace(before, after))

        assert [problem.column for problem in file.problems] == [column]
        assert all(problem.hint for problem in file.problems)


class TestSlurm:
    def test_jobs_and_not_their_steps(self) -> None:
        file = slurm.read(sample("sacct.txt"))

        assert file.problems == []
        quantities = {
            row.cells["external_id"]: f"{row.cells['quantity']} {row.cells['unit']}"
            for row in file.rows
        }
        assert quantities == {
            "slurm:1001@2024-03-01T00:00:00": "50 kWh",
            "slurm:1002_1@2024-03-03T00:00:00": "3 accelerator-hours",
            "slurm:1002_2@2024-03-03T00:00:00": "1 accelerator-hours",
            "slurm:1004@2024-03-04T00:00:00": "3.3333334259 kWh",
            "slurm:1005@2024-03-04T00:00:00": "6.6666668519 kWh",
            "slurm:1006@2024-03-05T00:00:00": "10 accelerator-hours",
            "slurm:1007@2024-03-05T05:00:00": "10 accelerator-hours",
            "slurm:1010@2024-03-06T00:00:00": "2 kWh",
        }
        assert [(left.what, left.why) for left in file.left_out] == [
            ("job 1002_[3-9]", "it is pending, not over"),
            ("job 1003", "it is running, not over"),
            ("job 1008", "it never ran"),
            ("job 1009", "it had no GPU, and no energy of its own was measured"),
        ]

    def test_a_shared_node_is_shared_out_to_the_last_decimal(self) -> None:
        """36,000,001 J are 10.0000002778 kWh; one GPU against two."""
        rows = {row.line: row.cells for row in slurm.read(sample("sacct.txt")).rows}

        parts = [Decimal(rows[line]["quantity"]) for line in (10, 11)]
        assert sum(parts) == Decimal("10.0000002778")

    def test_gpus_with_and_without_their_kind_are_not_added_up(self) -> None:
        job = "\n".join(sample("sacct.txt").splitlines()[:2]).replace("|180000000|", "||")
        first = slurm.read(job).rows[0].cells

        assert (first["quantity"], first["hardware"]) == ("192", "a100")

    def test_nodes_of_a_list(self) -> None:
        assert slurm.nodes_of("gpu[01-03,07],login1") == {
            "gpu01", "gpu02", "gpu03", "gpu07", "login1"
        }  # fmt: skip
        assert slurm.nodes_of("None assigned") == set()

    def test_columns_that_are_missing_are_asked_for(self) -> None:
        file = slurm.read("JobID|State|Elapsed\n1|COMPLETED|01:00:00\n")

        assert {p.column for p in file.problems} == {"Start", "End", "ElapsedRaw", "AllocTRES"}
        assert all("--parsable2" in problem.hint for problem in file.problems)


class TestOpenCost:
    def test_idle_hours_are_shared_out_by_use(self) -> None:
        file = opencost.read(sample("allocation.json"))

        assert file.problems == []
        assert [(row.owner, row.cells["quantity"], row.cells["ended_on"]) for row in file.rows] == [
            ("llm", "13.3333333333", "2024-03-01"),
            ("search", "26.6666666667", "2024-03-01"),
            ("llm", "24.1234567891", "2024-03-02"),
            ("search", "0.5", "2024-03-02"),
        ]
        assert sum(Decimal(row.cells["quantity"]) for row in file.rows[:2]) == 40

    def test_windows_that_overlap_are_refused(self) -> None:
        answer = json.loads(sample("allocation.json"))
        answer["data"][1]["llm"]["window"]["start"] = "2024-03-01T12:00:00Z"

        (problem,) = opencost.read(json.dumps(answer)).problems
        assert "overlaps that of allocation 1" in problem.reason

    @pytest.mark.parametrize("text", ["", "[1]", '{"code": 400}', "kWh,1", '{"data": [{"a": {}}]}'])
    def test_anything_else_is_refused(self, text: str) -> None:
        assert opencost.read(text).problems


class TestShares:
    @pytest.mark.parametrize("weights", [(1, 1, 1), (1, 2, 4), (7, 0, 3), (1, 1, 1, 1, 1, 1, 1)])
    def test_the_parts_are_the_whole(self, weights: tuple[int, ...]) -> None:
        whole = Decimal("100.0000000001")
        parts = split(whole, dict(enumerate(map(Decimal, weights))), decimals=10)

        assert sum(parts.values()) == whole
        for number, weight in enumerate(weights):
            exact = whole * weight / sum(weights)
            assert abs(parts[number] - exact) < Decimal("0.0000000001")

    def test_ties_go_to_the_first(self) -> None:
        assert split(Decimal("0.02"), dict.fromkeys("abc", Decimal(1)), decimals=2) == {
            "a": Decimal("0.01"),
            "b": Decimal("0.01"),
            "c": Decimal("0.00"),
        }

    def test_shares_of_nothing_are_refused(self) -> None:
        with pytest.raises(OutOfRange):
            split(Decimal(1), {"a": Decimal(0)}, decimals=2)

    def test_a_job_of_two_departments_adds_up(self) -> None:
        owners = {
            "LLM": {"CLOUD": Decimal(2), "OFFICES": Decimal(1)},
            "SEARCH": {"CLOUD": Decimal(1)},
        }
        found = convert(
            (HERE / "emissions.csv").read_bytes(),
            file_format="codecarbon",
            owners=owners,
            fixed={"place": "GB"},
        )
        rows = [line.split(",") for line in found.content.decode().splitlines()[1:]]
        header = found.content.decode().splitlines()[0].split(",")
        at = header.index("quantity")

        assert found.lines == (3, 3, 6, 6, 7)
        assert [row[0] for row in rows] == ["CLOUD", "OFFICES", "CLOUD", "OFFICES", "CLOUD"]
        assert Decimal(rows[0][at]) + Decimal(rows[1][at]) == Decimal("2.661")

    def test_owners_are_read_or_refused(self) -> None:
        owners, problems = read_owners("owner,department,share\nllm,CLOUD,0.7\nllm,OFFICES,0.3\n")
        assert owners == {"llm": {"CLOUD": Decimal("0.7"), "OFFICES": Decimal("0.3")}}
        assert problems == []
        assert len(read_owners("owner,department,share\nllm,CLOUD,0\nllm,A,1\nllm,A,1\n")[1]) == 2
        assert len(read_owners("account\nllm\n")[1]) == 2


@pytest.mark.django_db
@pytest.mark.usefixtures("factors")
class TestImport:
    def run(self, name: str, file_format: str, owners: Path, *more: str, **options: object) -> str:
        out = io.StringIO()
        call_command(
            "import_activity", str(HERE / name), *more, by="contributor", owners=owners,
            format=file_format, stdout=out, **options,
        )  # fmt: skip
        return out.getvalue()

    @pytest.fixture
    def owners(self, tmp_path: Path) -> Path:
        path = tmp_path / "owners.csv"
        names = ("llm", "search", "LLM", "SEARCH")
        path.write_text("owner,department\n" + "".join(f"{name},CLOUD\n" for name in names))
        return path

    def test_a_file_is_taken_in_once(self, cast: Cast, owners: Path, tmp_path: Path) -> None:
        """Ember, France 2024: 40.48 g; 2.661 and 0.0646950757 kWh. The file itself is kept."""
        answer = json.loads(self.run("emissions.csv", "codecarbon", owners, "--json"))

        kilograms = {row["line"]: row["emissions_kgco2e"] for row in answer["rows"]}
        assert kilograms[3] == "0.107717"
        assert [left["line"] for left in answer["left_out"]] == [2, 4, 5]
        batch = ImportBatch.objects.get()
        assert b"".join(kept_file(batch.pk)) == (HERE / "emissions.csv").read_bytes()
        assert ActivityRecord.objects.count() == 3

        with pytest.raises(CommandError, match="imported this very file"):
            self.run("emissions.csv", "codecarbon", owners)
        again = tmp_path / "again.csv"
        again.write_bytes((HERE / "emissions.csv").read_bytes() + b"\n")
        with pytest.raises(CommandError, match="has this id already"):
            self.run(str(again), "codecarbon", owners)
        assert ActivityRecord.objects.count() == 3

    def test_nor_for_another_department(self, cast: Cast, owners: Path, tmp_path: Path) -> None:
        self.run("emissions.csv", "codecarbon", owners)
        again = tmp_path / "again.csv"
        again.write_bytes((HERE / "emissions.csv").read_bytes() + b"\n")
        out = io.StringIO()
        with pytest.raises(CommandError):
            call_command(
                "import_activity", str(again), "--json", by="outsider", format="codecarbon",
                set=["department=OFFICES"], stdout=out,
            )  # fmt: skip
        reasons = {
            error["reason"] for row in json.loads(out.getvalue())["rows"] for error in row["errors"]
        }
        assert len(reasons) == 3
        assert all("of another department has this id already" in reason for reason in reasons)

    def test_slurm_needs_what_it_does_not_know(self, cast: Cast, owners: Path) -> None:
        """Place and PUE are the site's; lines are those of the file that was handed in."""
        with pytest.raises(CommandError, match=r"line 2, place"):
            self.run("sacct.txt", "slurm", owners)
        assert not ActivityRecord.objects.exists()

        answer = json.loads(
            self.run(
                "sacct.txt", "slurm", owners, "--json", "--dry-run", set=["place=FR", "pue=1.2"]
            )
        )
        assert answer["rejected"] == 0
        by_line = {row["line"]: row["emissions_kgco2e"] for row in answer["rows"]}
        assert by_line[2] == "2.428800"  # 50 kWh × 1.2 × 0.04048
        assert by_line[6] == "0.043718"  # 3 h × 300 W (V100) × 1.2 × 0.04048
        assert not ActivityRecord.objects.exists()

    def test_opencost_by_namespace(self, cast: Cast, owners: Path) -> None:
        told = self.run(
            "allocation.json", "opencost", owners,
            set=["place=aws/eu-west-3", "average_power_w=300"],
        )  # fmt: skip

        assert "4 rows imported as drafts" in told
        assert "Left out, line 4: __idle__: its 10 GPU-hours are shared out" in told

    def test_options_that_do_not_fit_are_refused(self, cast: Cast, owners: Path) -> None:
        with pytest.raises(CommandError, match="needs a --format"):
            self.run("emissions.csv", "csv", owners)
        with pytest.raises(CommandError, match="Unknown column"):
            self.run("emissions.csv", "codecarbon", owners, set=["colour=red"])
