"""Writes. Puts a mutant in the place of the code that runs in this process, and takes it out again.

Nothing in the tree changes: a module's functions get other code, SQL statements are read from a
copy, and a guard is replaced in a database that only mutants use.
"""

from __future__ import annotations

import functools
import gc
import importlib
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CellType, FunctionType, ModuleType
from typing import Any

from django.db import connection

from ledger import sql

ROOT = Path(__file__).parents[2]
# By their files: pytest calls a test module by less than its whole name.
OURS = tuple(f"{ROOT}/{name}/" for name in ("config", "departments", "pricing", "ledger", "tests"))


class Swap:
    """What a target can do: say its text, run another text instead."""

    text: str

    @contextmanager
    def running(self, text: str) -> Iterator[None]:
        """While it runs, the code is that of `text`."""
        raise NotImplementedError
        yield


class StatementSwap(Swap):
    """A statement of ledger/sql, read from a copy of the folder."""

    def __init__(self, file: str) -> None:
        self.name = Path(file).name
        self.text = (ROOT / file).read_text()

    @contextmanager
    def running(self, text: str) -> Iterator[None]:
        folder, copy = sql.FOLDER, Path(tempfile.mkdtemp(prefix="cfl-mutation-")) / "sql"
        shutil.copytree(folder, copy)
        (copy / self.name).write_text(text)
        sql.FOLDER = copy
        sql.statement.cache_clear()
        try:
            yield
        finally:
            sql.FOLDER = folder
            sql.statement.cache_clear()
            shutil.rmtree(copy.parent)


class GuardSwap(Swap):
    """The body of a function in the database."""

    def __init__(self, function: str) -> None:
        self.text = _one("SELECT prosrc FROM pg_proc WHERE proname = %s", function)
        whole = _one("SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = %s", function)
        self._head, found, self._tail = whole.partition(self.text)
        assert found

    @contextmanager
    def running(self, text: str) -> Iterator[None]:
        self._replace(text)
        try:
            yield
        finally:
            self._replace(self.text)

    def _replace(self, text: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(self._head + text + self._tail)


def _one(query: str, *values: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return str(cursor.fetchone()[0])


class ModuleSwap(Swap):
    """A module: its functions keep who they are and get other code, defaults and constants."""

    def __init__(self, file: str) -> None:
        name = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        self._module = importlib.import_module(name)
        self.text = (ROOT / file).read_text()
        self._functions = _functions_of(vars(self._module))

    @contextmanager
    def running(self, text: str) -> Iterator[None]:
        undo: list[Callable[[], None]] = []
        try:
            self._put(text, undo)
            clear_caches()
            yield
        finally:
            for step in reversed(undo):
                step()
            clear_caches()

    def _put(self, text: str, undo: list[Callable[[], None]]) -> None:
        mutated = ModuleType(self._module.__name__)
        mutated.__file__ = self._module.__file__
        code = compile(text, str(self._module.__file__), "exec", dont_inherit=True)
        exec(code, vars(mutated))
        functions = _functions_of(vars(mutated))
        for name, function in self._functions.items():
            for part in ("__code__", "__defaults__", "__kwdefaults__"):
                _set(function, part, getattr(functions[name], part), undo)
        for name, value in vars(mutated).items():
            mine = vars(self._module).get(name)
            if isinstance(value, type) and isinstance(mine, type) and value is not mine:
                _set(vars(mine).get("__init__"), "__defaults__", _defaults_of(value), undo)
                cells = _factories_of(value)
                for place, cell in _factories_of(mine).items():
                    if place in cells:
                        _set(cell, "cell_contents", cells[place].cell_contents, undo)
            elif _is_constant(name, value) and mine != value:
                _replace_everywhere(name, mine, value, undo)


def _functions_of(namespace: dict[str, Any]) -> dict[str, FunctionType]:
    """The functions and methods that a namespace's code defined, whatever decorates them."""
    found = {}
    for thing in gc.get_objects():
        # Not isinstance(): a lazy object of a page that is over would be made to say what it is.
        if type(thing) is FunctionType and thing.__globals__ is namespace:
            is_written = thing.__code__.co_filename == namespace["__file__"]
            if is_written and "<locals>" not in thing.__qualname__:
                found[thing.__qualname__] = thing
    return found


def _defaults_of(kind: type) -> Any:
    return getattr(vars(kind).get("__init__"), "__defaults__", None)


def _factories_of(kind: type) -> dict[str, CellType]:
    """Where a dataclass keeps what makes its defaults, by name."""
    init = vars(kind).get("__init__")
    if not isinstance(init, FunctionType):
        return {}
    found = zip(init.__code__.co_freevars, init.__closure__ or (), strict=True)
    return {name: cell for name, cell in found if "dflt_" in name}


def _is_constant(name: str, value: Any) -> bool:
    is_code = isinstance(value, ModuleType | FunctionType | type) or hasattr(value, "__wrapped__")
    return not name.startswith("__") and not is_code and name != "annotations"


def _set(thing: Any, name: str, value: Any, undo: list[Callable[[], None]]) -> None:
    before = getattr(thing, name, None)
    if before is not value and not (name == "__defaults__" and before is None and value is None):
        setattr(thing, name, value)
        undo.append(lambda: setattr(thing, name, before))


def _replace_everywhere(name: str, old: Any, new: Any, undo: list[Callable[[], None]]) -> None:
    """A constant goes by its name in every module that imported it; tables may hold it, too."""
    for module in _our_modules():
        if vars(module).get(name, undo) is old:
            _set(module, name, new, undo)
        if not isinstance(old, int | str | None):
            for table in [value for value in vars(module).values() if type(value) is dict]:
                for key in [key for key, value in table.items() if value is old]:
                    table[key] = new
                    undo.append(functools.partial(table.__setitem__, key, old))


def _our_modules() -> list[ModuleType]:
    files = ((module, getattr(module, "__file__", None)) for module in list(sys.modules.values()))
    return [module for module, file in files if file and file.startswith(OURS)]


def clear_caches() -> None:
    """What our functions remember was calculated by other code."""
    for module in _our_modules():
        for value in list(vars(module).values()):
            if hasattr(value, "cache_clear") and hasattr(value, "cache_info"):
                value.cache_clear()
