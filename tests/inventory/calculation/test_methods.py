"""The table of methods: every shipped activity finds its own, and the table names real inputs."""

import inspect

import pytest

from departments.inventory.calculation import methods
from departments.inventory.calculation.compute_workload import WorkloadInputs
from departments.inventory.calculation.errors import UnknownActivity
from tests.worked_examples.published import FACTOR_SETS, rows_of

NOT_FOR_INVENTORIES = {"electricity/grid-nonbaseload", "electricity/grid-state-total"}


@pytest.mark.parametrize("factor_set", FACTOR_SETS)
def test_every_shipped_activity_has_a_method(factor_set: str) -> None:
    for activity in {row["activity"] for row in rows_of(factor_set)} - NOT_FOR_INVENTORIES:
        assert methods.method_for(activity).needs_factor or activity.startswith("refrigerant/")


@pytest.mark.parametrize("activity", sorted(NOT_FOR_INVENTORIES))
def test_marginal_factors_never_enter_an_inventory(activity: str) -> None:
    with pytest.raises(UnknownActivity, match="electricity/grid"):
        methods.method_for(activity)


@pytest.mark.parametrize("prefix", sorted(methods.METHODS))
def test_the_table_names_real_inputs(prefix: str) -> None:
    """Whatever a function requires is in the table, and the table asks for nothing else."""
    method = methods.METHODS[prefix]
    parameters = inspect.signature(method.calculate).parameters
    keyword = {n: p for n, p in parameters.items() if p.kind is not p.VAR_KEYWORD}
    taken = set(keyword) | (set(WorkloadInputs.__annotations__) if keyword != parameters else set())
    named = {*method.required, *method.any_of, *method.supplied}
    assert named <= taken
    assert {n for n, p in keyword.items() if p.default is p.empty} <= named
    assert all(p.kind is p.KEYWORD_ONLY for p in keyword.values())


@pytest.mark.parametrize(
    ("activity", "name", "scope"),
    [
        ("reported/scope-1", "reported", ("1", None)),
        ("reported/scope-2", "reported", ("2", None)),
        ("reported/scope-3/6", "reported", ("3", 6)),
        ("refrigerant/r-410a", "fugitive", ("1", None)),
        ("compute/training", "compute_workload", ("2", None)),
        ("compute/cloud/llm", "compute_workload", ("3", 1)),
        ("hardware/server", "hardware", ("3", 2)),
        ("removal/mangrove-restoration", "removals", ("", None)),
        ("removal-reversal/mangrove-restoration", "removals", ("", None)),
    ],
)
def test_scope_without_a_factor(activity: str, name: str, scope: tuple[str, int | None]) -> None:
    assert methods.method_for(activity).name == name
    assert methods.scope_of(activity) == scope


def test_scope_and_category_of_a_factor_row() -> None:
    """The same rail journey's fuel is category 6, its upstream too, as the publisher says."""
    for row in rows_of("desnz_2024"):
        if row["activity"].endswith("rail/national-rail"):
            category = int(row["scope3_category"])
            assert methods.scope_of(
                row["activity"], factor_scope=row["scope"], factor_category=category
            ) == ("3", 6)


@pytest.mark.parametrize(
    "activity",
    ["", "natural-gas", "electricity", "reported", "reported/scope-4", "reported/scope-3/16",
     "reported/scope-3", "gaseous-fuelsnatural-gas", "Gaseous-Fuels/natural-gas"],
)  # fmt: skip
def test_an_unknown_activity_is_refused(activity: str) -> None:
    with pytest.raises(UnknownActivity) as refusal:
        methods.scope_of(activity)
    assert refusal.value.code == "unknown_activity"
    assert refusal.value.activity == activity
