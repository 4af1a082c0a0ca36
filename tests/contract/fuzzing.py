"""Schemathesis over the committed contract at a running server, as one person: what it found.

Every check and every phase: examples, the coverage of each rule of the contract, random requests
good and bad, and chains of them. What is left out is said in `CHECKS`, with why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import schemathesis
import yaml
from schemathesis.engine import Status, events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.schemas import BaseSchema

CONTRACT = Path(__file__).with_name("openapi.yaml")

CHECKS: dict[str, Any] = {
    # No schema can say which departments there are, or which record waits for whom. What is well
    # written and can't be done is refused by name, with 422 (RFC 9110, 15.5.21). Two hundred
    # letters that take twelve bytes each in an address can be longer than a web server takes: 414.
    "positive_data_acceptance": {
        "expected-statuses": ["2xx", "304", "401", "403", "404", "409", "414", "422"]
    },
    "negative_data_rejection": {
        "expected-statuses": [
            *("400", "401", "403", "404", "405", "406", "409", "413", "414", "415", "422"),
        ]
    },
}


@dataclass
class Outcome:
    """What came back from all requests of one person."""

    who: str
    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0
    slowest_what: str = ""
    failures: dict[str, str] = field(default_factory=dict)
    operations: Counter[str] = field(default_factory=Counter)

    @property
    def server_errors(self) -> int:
        return sum(count for status, count in self.statuses.items() if status >= 500)

    def add(self, recorder: ScenarioRecorder) -> None:
        """Count what a scenario sent; keep each kind of failure with a request that shows it."""
        for case_id, interaction in recorder.interactions.items():
            self.requests += 1
            self.operations[recorder.cases[case_id].value.operation.label] += 1
            answer = interaction.response
            if answer is None:
                self.failures[f"no answer: {interaction.request.uri}"] = str(interaction.request)
                continue
            self.statuses[answer.status_code] += 1
            if answer.elapsed > self.slowest:
                self.slowest = answer.elapsed
                self.slowest_what = f"{interaction.request.method} {interaction.request.uri}"
        for checks in recorder.checks.values():
            for check in checks:
                if check.status == Status.FAILURE and check.failure_info is not None:
                    failure = check.failure_info.failure
                    kind = f"{failure.operation}: {failure.title}"
                    self.failures.setdefault(
                        kind, f"{failure.message}\n{check.failure_info.code_sample}"
                    )

    def __str__(self) -> str:
        return (
            f"{self.who:24} {self.requests:7} requests {len(self.failures):4} failures "
            f"{self.server_errors:4} answers of 5xx {len(self.operations):4} operations   "
            f"slowest {self.slowest:5.2f} s "
            f"{self.slowest_what[:100]}"
        )


@dataclass(frozen=True)
class Person:
    """Who asks: the headers of a key or of a session."""

    name: str
    headers: Mapping[str, str]


def fuzz(person: Person, *, base_url: str, seed: int, requests: int) -> Outcome:
    """Send at least so many requests; the same seed sends the same at the same books.

    Every operation gets examples, random requests and chains first, however many that takes: rule
    by rule a single one takes hundreds, and the last of a long list would never have its turn. Then
    one after the other is covered rule by rule, in an order of the seed's, until enough were sent.
    """
    outcome, turn = Outcome(person.name), 0
    _run(_schema(person, base_url, seed, 3, without="coverage"), outcome)
    while outcome.requests < requests:
        before = outcome.requests
        for operation in _shuffled(seed + turn):
            schema = _schema(person, base_url, seed + turn, _examples_for(requests))
            _run(schema.include(operation_id=[operation]), outcome, requests)
            if outcome.requests >= requests:
                break
        assert outcome.requests > before, "A whole turn sent nothing."
        turn += 1
    return outcome


def fuzz_some(person: Person, *, base_url: str, seed: int, part: int, of: int) -> Outcome:
    """Send a few requests to the part of all operations that is this person's.

    Each operation gets examples, random requests and chains; one of them is covered rule by rule.
    """
    outcome = Outcome(person.name)
    mine = _shuffled(seed)[part::of]
    quick = _schema(person, base_url, seed, 3, without="coverage").include(operation_id=mine)
    _run(quick, outcome)
    whole = _schema(person, base_url, seed, 1).include(operation_id=mine[:1])
    _run(whole, outcome)
    return outcome


def _run(schema: BaseSchema, outcome: Outcome, most: int | None = None) -> None:
    stream = from_schema(schema).execute()
    for event in stream:
        if isinstance(event, events.ScenarioFinished):
            outcome.add(event.recorder)
        elif isinstance(event, events.NonFatalError):
            outcome.failures[f"{event.label}: {event.info.title}"] = str(event.value)
        elif isinstance(event, events.FatalError):
            raise event.exception
        if most is not None and outcome.requests >= most:
            stream.stop()


@cache
def contract() -> dict[str, Any]:
    """The committed contract."""
    found: dict[str, Any] = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    return found


def operations() -> dict[str, str]:
    """Every operation of the contract: `GET /api/v1/me/` and its id."""
    return {
        f"{method.upper()} {path}": one["operationId"]
        for path, named in contract()["paths"].items()
        for method, one in named.items()
    }


def _shuffled(seed: int) -> list[str]:
    found = list(operations().values())
    Random(seed).shuffle(found)
    return found


def _examples_for(requests: int) -> int:
    """Random requests an operation; the other phases send a few thousand by themselves."""
    return max(1, min(100, requests // 500))


def _schema(
    person: Person, base_url: str, seed: int, examples: int, *, without: str = ""
) -> BaseSchema:
    config = schemathesis.Config.from_dict(
        {
            "seed": seed,
            "base-url": base_url,
            "headers": dict(person.headers),
            "continue-on-failure": True,
            "max-redirects": 0,
            "request-timeout": 60.0,
            "workers": 1,
            "checks": CHECKS,
            "phases": {without: {"enabled": False}} if without else {},
            "generation": {"max-examples": examples, "database": "none"},
        }
    )
    return schemathesis.openapi.from_dict(deepcopy(contract()), config=config)
