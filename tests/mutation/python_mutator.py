"""Calculates. What can be wrong in a module of money: mutmut's operators on all of its code.

mutmut's own runner leaves decorated functions out; see docs/mutation.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import libcst
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper
from mutmut.mutation.mutators import mutation_operators

from tests.mutation import sql_mutator
from tests.mutation.mutants import Edit, Mutant, mutants_of

Operator = tuple[type, Callable[[Any], Any]]

SWAPPED = {
    "max": ["min"],
    "min": ["max"],
    "debit": ["credit"],
    "credit": ["debit"],
    "ROUND_HALF_UP": ['"ROUND_HALF_EVEN"', '"ROUND_DOWN"'],
}


def mutate(file: str, source: str) -> list[Mutant]:
    """Every mutant of a module."""
    return list(mutants_of(file, source, edits_of(source)))


def edits_of(source: str) -> Iterator[tuple[Edit, str]]:
    """Every single change, and the function that it is in."""
    wrapper = MetadataWrapper(libcst.parse_module(source))
    visitor = _Visitor(source)
    wrapper.visit(visitor)
    yield from visitor.found


def _swapped_names(node: libcst.Name) -> Iterator[libcst.BaseExpression]:
    for other in SWAPPED.get(node.value, ()):
        yield libcst.parse_expression(other)


def _without_abs(node: libcst.Call) -> Iterator[libcst.CSTNode]:
    if isinstance(node.func, libcst.Name) and node.func.value == "abs":
        yield node.args[0].value


OPERATORS: list[Operator] = [
    *mutation_operators,
    (libcst.Name, _swapped_names),
    (libcst.Call, _without_abs),
]


# In other letters it would be the same statement: its mutants are those of SQL.
SQL = re.compile(r"\s*(SELECT|SET LOCAL|ANALYZE|DROP TABLE)\b")
UNTOUCHED = (libcst.Annotation, libcst.Decorator, libcst.Import, libcst.ImportFrom)


class _Visitor(libcst.CSTVisitor):
    """Collects edits; leaves out imports, decorators, annotations and text for people."""

    METADATA_DEPENDENCIES = (ByteSpanPositionProvider,)

    def __init__(self, source: str) -> None:
        self._bytes = source.encode()
        self._module = libcst.parse_module("")
        self._inside: list[libcst.FunctionDef | libcst.ClassDef] = []
        self.found: list[tuple[Edit, str]] = []

    def on_visit(self, node: libcst.CSTNode) -> bool:
        if isinstance(node, UNTOUCHED):
            return False
        if isinstance(node, libcst.SimpleString) and SQL.match(node.raw_value):
            self._found_sql(node)
            return True
        for kind, operator in OPERATORS:
            if isinstance(node, kind):
                for mutated in operator(node):
                    self._found(node, self._module.code_for_node(mutated))
        if isinstance(node, libcst.FunctionDef | libcst.ClassDef):
            self._inside.append(node)
        return True

    def on_leave(self, original_node: libcst.CSTNode) -> None:
        if isinstance(original_node, libcst.FunctionDef | libcst.ClassDef):
            self._inside.pop()

    def _found(self, node: libcst.CSTNode, replacement: str) -> None:
        start, end = self._span(node)
        self.found.append((Edit(start, end, replacement), self._function()))

    def _found_sql(self, node: libcst.SimpleString) -> None:
        start, _ = self._span(node)
        quote = node.quote
        for edit in sql_mutator.edits_of(node.value[len(quote) : -len(quote)]):
            moved = start + len(quote)
            found = Edit(edit.start + moved, edit.end + moved, edit.replacement)
            self.found.append((found, self._function()))

    def _function(self) -> str:
        """The name of the function or method we are in; a class alone is none."""
        is_function = any(isinstance(node, libcst.FunctionDef) for node in self._inside)
        return ".".join(node.name.value for node in self._inside) if is_function else ""

    def _span(self, node: libcst.CSTNode) -> tuple[int, int]:
        span = self.get_metadata(ByteSpanPositionProvider, node)
        before = len(self._bytes[: span.start].decode())
        return before, before + len(self._bytes[span.start : span.start + span.length].decode())
