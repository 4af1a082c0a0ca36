"""Writes. All mutants in several processes, and a table of how many were killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from tests.mutation.targets import TARGETS, chosen

LEAST_SCORE = 90
MILLISECONDS_OF_A_QUERY = 15_000
SURVIVORS = Path("var/mutation-survivors.json")
EXPLAINED = Path(__file__).with_name("explained.toml")

COLUMNS = (
    *("mutants", "killed", "too slow", "survived", "explained", "equivalent"),
    *("of all", "of tellable"),
)

Name = tuple[str, str, str, int]


def run(*, only: str, again: bool, trust: bool, workers: int, patience: float) -> int:
    """Judge every mutant, print the table; 1 if too many survive or one without an explanation."""
    folder = Path(tempfile.mkdtemp(prefix="cfl-mutants-"))
    environment = _environment(workers, only, patience) | {
        "CFL_MUTATION_AGAIN": str(SURVIVORS) if again else "",
        "CFL_MUTATION_TRUST": "yes" if trust else "",
    }
    processes = [_worker(folder, share, only, environment) for share in range(workers)]
    began = time.monotonic()
    try:
        _wait(processes, folder, began)
    finally:
        for process in processes:
            process.terminate()
    if any(process.wait() for process in processes):
        for log in sorted(folder.glob("*.log")):
            print(log.read_text()[-3000:])
        return 1
    states = dict(_results(folder))
    print(f"{len(states)} mutants in {_minutes(began)}.\n")
    survivors = [name for name, state in states.items() if state == "survived"]
    SURVIVORS.write_text(json.dumps(survivors, indent=1))
    return report(states, only, again=again)


def _wait(processes: list[subprocess.Popen[bytes]], folder: Path, began: float) -> None:
    said = 0
    while any(process.poll() is None for process in processes):
        if any(process.returncode for process in processes):
            return
        time.sleep(0.2)
        if time.monotonic() - began > 60 * (said + 1):
            said += 1
            print(f"{len(_results(folder))} mutants after {_minutes(began)} …", flush=True)


def _environment(workers: int, only: str, patience: float) -> dict[str, str]:
    milliseconds = int(MILLISECONDS_OF_A_QUERY * patience)
    return os.environ | {
        "CFL_MUTATION_SHARES": str(workers),
        "CFL_MUTATION_ONLY": only,
        "CFL_MUTATION_PATIENCE": str(patience),
        # No signal reaches a test that waits for a query.
        "PGOPTIONS": f"-c statement_timeout={milliseconds}",
    }


def _worker(
    folder: Path, share: int, only: str, environment: dict[str, str]
) -> subprocess.Popen[bytes]:
    tests = sorted({test for target in chosen(only) for test in target.tests})
    environment = environment | {
        "CFL_MUTATION_SHARE": str(share),
        "CFL_MUTATION_RESULTS": str(folder / f"{share}.jsonl"),
    }
    options = ["-q", "--create-db", "-p", "no:cacheprovider", "-p", "tests.mutation.plugin"]
    with (folder / f"{share}.log").open("w") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "pytest", *options, *tests],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def _minutes(began: float) -> str:
    minutes, seconds = divmod(int(time.monotonic() - began), 60)
    return f"{minutes} min {seconds:02} s"


def _results(folder: Path) -> list[tuple[Name, str]]:
    lines = [json.loads(line) for file in folder.glob("*.jsonl") for line in file.open()]
    return [((*line["name"][:3], line["name"][3]), line["state"]) for line in lines]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why no test kills a mutant: no input can tell it from the original, or something else."""

    why: str
    is_equivalent: bool


def explained() -> dict[Name, Explanation]:
    """Survivors that have a reason."""
    found = tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))
    return {
        (row["file"], row["was"], becomes, nth): Explanation(
            row["why"], row.get("equivalent", True)
        )
        for row in found["survivor"]
        for becomes in row["becomes"]
        for nth in row.get("nth", [1])
    }


def report(states: dict[Name, str], only: str, *, again: bool) -> int:
    """Print the table, then what is left to do."""
    known = explained()
    survived = {name for name, state in states.items() if state == "survived"}
    by_file: dict[str, Counter[str]] = defaultdict(Counter)
    for name, state in states.items():
        by_file[name[0]][state] += 1
        if name in survived and name in known:
            by_file[name[0]]["explained"] += 1
            by_file[name[0]]["equivalent"] += known[name].is_equivalent
    print(f"{'':36}" + "".join(f"{title:>12}" for title in COLUMNS))
    for target in TARGETS:
        if target.place in by_file:
            print(_row(target.place, by_file[target.place]))
    total = sum(by_file.values(), Counter())
    print(_row("all", total))
    for name in sorted(name for name, state in states.items() if state == "too slow"):
        print(f"\nKilled by the limit of time alone, see --patience: {name}")
    unexplained = sorted(survived - known.keys())
    for file, was, becomes, nth in unexplained:
        print(f"\n{file}" + (f" (number {nth})" if nth > 1 else ""))
        print(f"  was      {was}\n  becomes  {becomes}")
    places = {target.place for target in chosen(only)}
    judged = states.keys() if again else known.keys()
    for name in sorted(known.keys() & judged - survived):
        if name[0] in places and states.get(name) != "invalid":
            print(f"\nNo survivor any more, so its explanation can go: {name}")
    if unexplained:
        print(f"\n{len(unexplained)} survivors: write a test that kills them, or explain them in")
        print(f"tests/mutation/{EXPLAINED.name}.")
    is_whole = not only and not again
    return int(bool(unexplained) or (is_whole and score_of(total) < LEAST_SCORE))


def score_of(count: Counter[str], *, tellable: bool = False) -> float:
    """Percent killed of all that are a statement; of the tellable: without equivalent ones."""
    killed = count["killed"] + count["too slow"]
    of = killed + count["survived"] - (count["equivalent"] if tellable else 0)
    return 100 * killed / max(of, 1)


def _row(name: str, count: Counter[str]) -> str:
    killed = count["killed"] + count["too slow"]
    numbers = [killed + count["survived"], killed, count["too slow"]]
    numbers += [count[column] for column in ("survived", "explained", "equivalent")]
    scores = (score_of(count), score_of(count, tellable=True))
    return (
        f"{name:36}"
        + "".join(f"{number:12}" for number in numbers)
        + "".join(f"{score:11.1f}%" for score in scores)
    )
