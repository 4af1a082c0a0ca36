"""Files of other programs with figures, moments and shapes that none of them should write."""

from __future__ import annotations

import json
from typing import Any

import pytest

from departments.inventory.foreign_files import codecarbon, opencost, slurm

RUN = {
    "timestamp": "2024-03-01T12:00:00",
    "run_id": "a",
    "duration": "3600",
    "energy_consumed": "2.5",
}
JOB = {
    "JobID": "7",
    "State": "COMPLETED",
    "Start": "2024-03-01T00:00:00",
    "End": "2024-03-01T01:00:00",
    "ElapsedRaw": "3600",
    "AllocTRES": "cpu=8,gres/gpu=2",
    "ConsumedEnergyRaw": "7200000",
    "NodeList": "gpu01",
}
DAY = {"start": "2024-03-01T00:00:00Z", "end": "2024-03-02T00:00:00Z"}
FIGURES = ["1e999999999", "1e16", "-1", "NaN", "Infinity", "9" * 500]


def of_codecarbon(*runs: dict[str, str]) -> str:
    return "\n".join([",".join(RUN), *(",".join((RUN | run).values()) for run in runs)])


def of_slurm(*jobs: dict[str, str]) -> str:
    return "\n".join(["|".join(JOB), *("|".join((JOB | job).values()) for job in jobs)])


def of_opencost(**facts: Any) -> str:
    return json.dumps({"data": [{"train": {"window": DAY, "gpuHours": 3} | facts}]})


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_that_no_quantity_holds_is_refused_in_its_line(figure: str) -> None:
    for name in ("energy_consumed", "duration"):
        (problem,) = codecarbon.read(of_codecarbon({}, {name: figure})).problems
        assert (problem.line, problem.column) == (3, name)
    text = of_opencost(gpuHours=0).replace(": 0}", f": {figure}}}")
    (problem,) = opencost.read(text).problems
    assert problem.column in ("gpuHours", "")  # or no JSON at all


def test_the_smallest_floats_are_figures() -> None:
    for figure in ("5e-324", "0e-400", "0.0", "1.7976931348623157e-308"):
        (row,) = codecarbon.read(of_codecarbon({"energy_consumed": figure})).rows
        assert row.cells["quantity"] == "0"


def test_a_run_of_centuries_is_refused() -> None:
    (problem,) = codecarbon.read(of_codecarbon({"duration": "99999999999"})).problems
    assert problem.column == "duration"


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00", "9999-12-31T23:59:59", "yesterday"])
def test_a_moment_of_another_age_is_refused(moment: str) -> None:
    assert codecarbon.read(of_codecarbon({"timestamp": moment})).problems[0].column == "timestamp"
    assert slurm.read(of_slurm({"End": moment})).problems[0].column == "End"
    window = {"start": moment, "end": DAY["end"]}
    assert opencost.read(of_opencost(window=window)).problems[0].column == "window"


def test_rows_with_and_without_an_offset_stand_in_one_file() -> None:
    later = {"timestamp": "2024-03-01T12:30:00+01:00", "run_id": "b", "energy_consumed": "2"}
    file = codecarbon.read(of_codecarbon({}, later))
    assert [row.cells["external_id"] for row in file.rows] == ["codecarbon:a"]  # one machine
    with_offset = {"JobID": "8", "Start": "2024-03-01T00:00:00Z", "End": "2024-03-01T01:00:00Z"}
    jobs = slurm.read(of_slurm({}, with_offset))
    assert [row.cells["quantity"] for row in jobs.rows] == ["1", "1"]  # a node's 2 kWh, shared
    window = {"start": "2024-03-01T00:00:00", "end": DAY["end"]}
    assert opencost.read(of_opencost(window=window)).rows[0].cells["quantity"] == "3"


@pytest.mark.parametrize(
    "facts",
    [
        {"properties": ["cluster"]},
        {"window": "2024-03-01", **DAY},
        {"gpuHours": True},
        {"gpuHours": "3"},
        {"gpuHours": [3]},
    ],
)
def test_another_shape_than_opencosts_is_read_or_refused(facts: dict[str, Any]) -> None:
    file = opencost.read(of_opencost(**facts))
    assert len(file.rows) + len(file.problems) == 1
    assert all(problem.column == "gpuHours" for problem in file.problems)


def test_brackets_without_end_are_no_answer_of_opencost() -> None:
    for text in ("[" * 200_000, '{"data":' * 200_000):
        (problem,) = opencost.read(text).problems
        assert problem.reason == "This is not an answer of OpenCost's allocation API."


def test_a_line_that_breaks_off_is_refused() -> None:
    text = of_slurm({}).replace("JobID|State", "State|JobID")
    (problem,) = slurm.read(f"{text}\nCOMPLETED").problems
    assert (problem.line, problem.column) == (3, "JobID")


def test_a_cell_without_end_is_refused() -> None:
    (problem,) = codecarbon.read(of_codecarbon({}, {"run_id": "x" * 200_000})).problems
    assert "field larger than field limit" in problem.reason


def test_a_range_of_nodes_without_end_is_cut_short() -> None:
    assert len(slurm.nodes_of("gpu[0-999999999]")) == slurm.MOST_NODES
    assert slurm.nodes_of(f"gpu[{'9' * 5000}]") == frozenset()
    assert slurm.nodes_of("gpu[01-03,07],login1") == {"gpu01", "gpu02", "gpu03", "gpu07", "login1"}
