"""Writes. A pytest plugin: instead of each test once, each mutant against its tests.

It is told by the environment what to do, see `campaign`, and appends one JSON line a mutant.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from tests.mutation.campaign import explained
from tests.mutation.mutants import Mutant
from tests.mutation.targets import Target, chosen

SECONDS_OF_A_TEST = 20
CANCELLED = "57014"  # what PostgreSQL says of a query that took too long
# What PostgreSQL says of a statement that is none: such a mutant proves nothing about tests.
NO_STATEMENT = {
    *("42601", "42803", "42804", "42883", "42703", "42702", "42P10", "42P18", "42601", "42725"),
    *("42P01", "42P08", "42846", "42P13", "42701", "42P20", "0A000"),
}


class TestTooSlow(BaseException):
    """Not an Exception, so that no code under test takes it for one of its own."""

    __test__ = False


def pytest_configure(config: pytest.Config) -> None:
    """Search for a failing example, but don't make it small."""
    import hypothesis

    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile(
        "mutation", deadline=None, derandomize=True, database=None, phases=phases
    )


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """A database that nothing else uses: guards are replaced in it."""
    import hypothesis
    from django.db import connection

    hypothesis.settings.load_profile("mutation")
    share = os.environ["CFL_MUTATION_SHARE"]
    connection.settings_dict["TEST"]["NAME"] = f"mutation_{os.getppid()}_{share}"


def pytest_runtestloop(session: pytest.Session) -> bool:
    """Every mutant of our share, instead of the tests."""
    from pytest_django.plugin import blocking_manager_key

    with session.config.stash[blocking_manager_key].unblock():
        Campaign(session).run()
    return True


class Campaign:
    """One process's share of the mutants, and what it learns about its tests on the way."""

    def __init__(self, session: pytest.Session) -> None:
        self.session = session
        self.items = [item for item in session.items if isinstance(item, pytest.Function)]
        self.share, self.shares = (
            int(os.environ[f"CFL_MUTATION_{name}"]) for name in ("SHARE", "SHARES")
        )
        self.results = Path(os.environ["CFL_MUTATION_RESULTS"])
        self.targets = chosen(os.environ["CFL_MUTATION_ONLY"])
        again = os.environ["CFL_MUTATION_AGAIN"]
        self.names = [tuple(name) for name in json.loads(Path(again).read_text())] if again else []
        self.trusted = explained() if os.environ["CFL_MUTATION_TRUST"] else {}
        self.uses: dict[pytest.Function, set[tuple[str, str]]] = defaultdict(set)
        self.seconds: dict[pytest.Function, float] = {}
        self.patience = float(os.environ["CFL_MUTATION_PATIENCE"])
        self.codes: set[str] = set()

    def run(self) -> None:
        """First that all tests hold on what is not mutated, then the mutants."""
        from django.db import connection

        self.test(self.items[0])  # makes the database
        connection.execute_wrappers.append(self.watch)
        swaps = {target: _swap(target) for target in self.targets}
        with ExitStack() as unchanged:
            for swap in swaps.values():
                unchanged.enter_context(swap.running(swap.text))
            self.learn()
        number, parent = 0, os.getppid()
        for target, swap in swaps.items():
            kills: Counter[pytest.Function] = Counter()
            for mutant in _mutants(target, swap.text):
                if self.names and mutant.name not in self.names:
                    continue
                number += 1
                if os.getppid() != parent:
                    pytest.exit("whoever asked for mutants is gone", returncode=4)
                if number % self.shares != self.share:
                    continue
                if mutant.name in self.trusted:
                    self.note(mutant, "survived", "explained")
                else:
                    self.note(mutant, *self.judge(target, swap, mutant, kills))

    def learn(self) -> None:
        """Run every test once: it has to pass, and we see which code it calls."""
        for item in self.items:
            began = time.monotonic()
            with self.called(self.uses[item]):
                failed = self.test(item)
            self.seconds[item] = time.monotonic() - began
            if failed:
                pytest.exit(f"{item.nodeid} fails without any mutant:\n{failed}", returncode=3)

    @contextmanager
    def called(self, found: set[tuple[str, str]]) -> Iterator[None]:
        """Notes which statements are read and which functions of the targets are called."""
        from ledger import sql
        from tests.mutation.swaps import ROOT

        files = {str(ROOT / t.place): t.place for t in self.targets if t.place.endswith(".py")}
        folder = sql.FOLDER
        sql.FOLDER = _Reading(folder, found)  # type: ignore[assignment]
        sql.statement.cache_clear()

        def see(frame: FrameType, event: str, _: Any) -> None:
            if event == "call" and frame.f_code.co_filename in files:
                name = frame.f_code.co_qualname.split(".<locals>")[0]
                found.add((files[frame.f_code.co_filename], name))

        if files:  # it makes everything slow
            sys.setprofile(see)
        try:
            yield
        finally:
            sys.setprofile(None)
            sql.FOLDER = folder

    def judge(
        self, target: Target, swap: Any, mutant: Mutant, kills: Counter[pytest.Function]
    ) -> tuple[str, str]:
        """Killed or too slow in which test, survived, or invalid: no statement at all."""
        from django.db import DatabaseError

        first = target.tests[:2]

        def kills_in_a_second(item: pytest.Function) -> float:
            expected = 0.5 if item.nodeid.startswith(first) else 0.02
            return (kills[item] + expected) / self.seconds[item]

        tests = sorted(self.tests_of(target, mutant), key=kills_in_a_second, reverse=True)
        self.codes = set()
        try:
            with swap.running(mutant.text):
                for item in tests:
                    at_most = self.patience * (SECONDS_OF_A_TEST + 5 * self.seconds[item])
                    if failed := self.test(item, at_most):
                        kills[item] += 1
                        return self.verdict(failed), item.nodeid
        except DatabaseError as error:
            return "invalid", str(error)
        except Exception as error:
            return "killed", f"import: {error}"
        return "survived", f"{len(tests)} tests"

    def verdict(self, failed: str) -> str:
        """What a test that failed says of its mutant."""
        if self.codes & NO_STATEMENT:
            return "invalid"
        is_slow = TestTooSlow.__name__ in failed or CANCELLED in self.codes
        return "too slow" if is_slow else "killed"

    def tests_of(self, target: Target, mutant: Mutant) -> Iterator[pytest.Function]:
        """Those of the target's tests that call what was changed; a constant may be used by all."""
        for item in self.items:
            if not item.nodeid.startswith(target.tests):
                continue
            is_called = (target.place, mutant.inside) in self.uses[item]
            if (
                is_called
                or target.is_function
                or (not mutant.inside and mutant.file.endswith(".py"))
            ):
                yield item

    def test(self, item: pytest.Function, at_most: float = 0) -> str:
        """Run one test, for so many seconds if any; what failed, or nothing."""
        signal.signal(signal.SIGALRM, _too_slow)
        signal.setitimer(signal.ITIMER_REAL, at_most)
        try:
            reports = runtestprotocol(item, log=False, nextitem=_Nobody(self.session))  # type: ignore[arg-type]
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        return "\n".join(report.longreprtext for report in reports if report.failed)

    def watch(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        """Remember what PostgreSQL refuses, though the code under test may catch it."""
        try:
            return execute(sql, params, many, context)
        except Exception as error:
            cause = error.__cause__
            self.codes.add(str(getattr(cause, "pgcode", "")))
            raise

    def note(self, mutant: Mutant, state: str, by: str) -> None:
        line = {"name": mutant.name, "state": state, "by": by}
        with self.results.open("a") as file:
            file.write(json.dumps(line) + "\n")


class _Reading:
    """The folder of statements; notes each that is read."""

    def __init__(self, folder: Path, found: set[tuple[str, str]]) -> None:
        self._folder, self._found = folder, found

    def __truediv__(self, name: str) -> Path:
        self._found.add((f"ledger/sql/{name}", ""))
        return self._folder / name


class _Nobody:
    """The next test is not known: only what belongs to the session stays up."""

    def __init__(self, session: pytest.Session) -> None:
        self._session = session

    def listchain(self) -> Sequence[pytest.Session]:
        return [self._session]


def _too_slow(*_: Any) -> None:
    raise TestTooSlow


def _swap(target: Target) -> Any:
    from tests.mutation import swaps

    if target.is_function:
        return swaps.GuardSwap(target.place)
    if target.place.endswith(".sql"):
        return swaps.StatementSwap(target.place)
    return swaps.ModuleSwap(target.place)


def _mutants(target: Target, text: str) -> list[Mutant]:
    from tests.mutation import python_mutator, sql_mutator

    if target.place.endswith(".py"):
        return python_mutator.mutate(target.place, text)
    return sql_mutator.mutate(target.place, text)
