"""Every calculation module has at least two published examples, with their citations."""

import ast
from pathlib import Path

import pytest

from departments.inventory.calculation.methods import METHODS

HERE = Path(__file__).parent


def examples_of(module: str) -> int:
    """Tests with a docstring that call the module, themselves or by a function of their file; a
    parametrised one counts twice."""
    count = 0
    for path in HERE.glob("test_*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        table = ast.dump(tree).count(f"Name(id='{module}'") if "TWICE" in path.read_text() else 0
        written = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        names = {module} | {
            each.name
            for each in written
            if not each.name.startswith("test_") and f"id='{module}'" in ast.dump(each)
        }
        called = [
            each
            for each in written
            if each.name.startswith("test_")
            and ast.get_docstring(each)
            and any(f"id='{name}'" in ast.dump(each) for name in names)
        ]
        count += sum(2 if test.decorator_list else 1 for test in called)
        count += 3 * bool(table)  # three factor sets
    return count


@pytest.mark.parametrize("module", sorted({m.name for m in METHODS.values()}))
def test_a_module_is_worked_at_least_twice(module: str) -> None:
    assert examples_of(module) >= 2
