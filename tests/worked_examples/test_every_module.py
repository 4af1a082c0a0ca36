"""Every calculation module has at least two published examples, with their citations."""

import ast
from pathlib import Path

import pytest

from departments.inventory.calculation.methods import METHODS

HERE = Path(__file__).parent
# No source that may be shipped prints an example of these; the tests of the inventory work them.
WITHOUT_A_PUBLISHED_EXAMPLE = {"spend", "investments"}


def examples_of(module: str) -> int:
    """Tests with a docstring that call the module, a parametrised one twice or more."""
    count = 0
    for path in HERE.glob("test_*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        table = ast.dump(tree).count(f"Name(id='{module}'") if "TWICE" in path.read_text() else 0
        tests = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        called = [t for t in tests if ast.get_docstring(t) and f"id='{module}'" in ast.dump(t)]
        count += sum(2 if test.decorator_list else 1 for test in called)
        count += 3 * bool(table)  # three factor sets
    return count


@pytest.mark.parametrize(
    "module", sorted({m.name for m in METHODS.values()} - WITHOUT_A_PUBLISHED_EXAMPLE)
)
def test_a_module_is_worked_at_least_twice(module: str) -> None:
    assert examples_of(module) >= 2
