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
from pathlib import Path

from tests.mutation.targets import TARGETS, chosen

LEAST_SCORE = 90
SURVIVORS = Path("var/mutation-survivors.json")
EXPLAINED = Path(__file__).with_name("explained.toml")

Name = tuple[str, str, str, int]


def run(*, only: str, again: bool, workers: int) -> int:
    """Judge every mutant, print the table; 1 if too many survive or one without an explanation."""
    folder = Path(tempfile.mkdtemp(prefix="cfl-mutants-"))
    processes = [_worker(folder, share, workers, only, again) for share in range(workers)]
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
    return report(states, only)


def _wait(processes: list[subprocess.Popen[bytes]], folder: Path, began: float) -> None:
    said = 0
    while any(process.poll() is None for process in processes):
        if any(process.returncode for process in processes):
            return
        time.sleep(0.2)
        if time.monotonic() - began > 60 * (said + 1):
            said += 1
            print(f"{len(_results(folder))} mutants after {_minutes(began)} …", flush=True)


def _worker(
    folder: Path, share: int, workers: int, only: str, again: bool
) -> subprocess.Popen[bytes]:
    tests = sorted({test for target in chosen(only) for test in target.tests})
    environment = os.environ | {
        "CFL_MUTATION_SHARE": str(share),
        "CFL_MUTATION_SHARES": str(workers),
        "CFL_MUTATION_ONLY": only,
        "CFL_MUTATION_AGAIN": str(SURVIVORS) if again else "",
        "CFL_MUTATION_RESULTS": str(folder / f"{share}.jsonl"),
        "PGOPTIONS": "-c statement_timeout=15s",  # no signal reaches a test that waits for a query
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


def explained() -> dict[Name, str]:
    """Survivors that no input can tell from the original, with the reason."""
    if not EXPLAINED.exists():
        return {}
    found = tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))
    return {
        (row["file"], row["was"], becomes, nth): row["why"]
        for row in found["survivor"]
        for becomes in row["becomes"]
        for nth in row.get("nth", [1])
    }


def report(states: dict[Name, str], only: str) -> int:
    """Print the table, then what is left to do."""
    known = explained()
    survived = {name for name, state in states.items() if state == "survived"}
    by_file: dict[str, Counter[str]] = defaultdict(Counter)
    for name, state in states.items():
        by_file[name[0]][state] += 1
        by_file[name[0]]["explained"] += name in survived and name in known
    print(f"{'':36} {'mutants':>8} {'killed':>8} {'survived':>9} {'explained':>10} {'score':>8}")
    for target in TARGETS:
        if target.place in by_file:
            print(_row(target.place, by_file[target.place]))
    total = sum(by_file.values(), Counter())
    print(_row("all", total))
    unexplained = sorted(survived - known.keys())
    for file, was, becomes, nth in unexplained:
        print(f"\n{file}" + (f" (number {nth})" if nth > 1 else ""))
        print(f"  was      {was}\n  becomes  {becomes}")
    for name in sorted(known.keys() - survived):
        if only in name[0] and states.get(name) != "invalid":
            print(f"\nNo survivor any more, so its explanation can go: {name}")
    if unexplained:
        print(f"\n{len(unexplained)} survivors: write a test that kills them, or explain them in")
        print(f"tests/mutation/{EXPLAINED.name}.")
    return int(bool(unexplained) or _score(total) < LEAST_SCORE)


def _score(count: Counter[str]) -> float:
    """Percent killed of all that are a statement; explained ones count as survivors."""
    return 100 * count["killed"] / max(count["killed"] + count["survived"], 1)


def _row(name: str, count: Counter[str]) -> str:
    mutants = count["killed"] + count["survived"]
    return (
        f"{name:36} {mutants:8} {count['killed']:8} {count['survived']:9}"
        f" {count['explained']:10} {_score(count):7.1f}%"
    )
