"""One campaign: start, settle, kill until it is enough, wait, reckon, print."""

from __future__ import annotations

import random
import sys
import threading
import time
import traceback
from collections import Counter
from pathlib import Path

from ledger import verification
from tests.chaos.attacks import ATTACKS
from tests.chaos.company import SCHEMES, Company, found_company
from tests.chaos.driver import Driver, persist
from tests.chaos.reckoning import Reckoning, reckon
from tests.chaos.site import Site

LONGEST_WAIT = 10  # seconds, for work to go on after an attack
LONGEST_PAUSE, LONGEST_OUTAGE = 0.9, 0.3  # seconds, before an attack and until somebody mends it


def run(var: Path, *, kills: int, seed: int) -> int:
    """Returns: the exit code."""
    site = Site(var)
    try:
        site.found()
        company = found_company(seed)
        site.mend()
        enough = threading.Event()
        drivers = [Driver(company, scheme, seed, enough) for scheme in SCHEMES]
        for driver in drivers:
            driver.start()
        killed = attack(site, drivers, kills, random.Random(seed))
        enough.set()
        for driver in drivers:
            driver.join()
        return report(killed, drivers, company, kills, seed)
    finally:
        site.end()


def attack(site: Site, drivers: list[Driver], kills: int, dice: random.Random) -> Counter[str]:
    """Kill at random moments; everything that is dead is started again a little later."""
    killed: Counter[str] = Counter()
    names = list(ATTACKS)
    while killed.total() < kills and not any(driver.problem for driver in drivers):
        site.wait_for_progress(LONGEST_WAIT)
        time.sleep(dice.uniform(0, LONGEST_PAUSE))
        name = dice.choices(names, [often for _, often in ATTACKS.values()])[0]
        found = ATTACKS[name][0](site, dice)
        killed[name] += found
        time.sleep(dice.uniform(0, LONGEST_OUTAGE))
        site.mend()
        say(f"{killed.total()} of {kills}: {name}{'' if found else ' (nothing there)'}")
    return killed


def report(
    killed: Counter[str], drivers: list[Driver], company: Company, kills: int, seed: int
) -> int:
    """Print the table; 0 if there were enough kills and nothing is wrong."""
    for driver in drivers:
        if driver.problem:
            traceback.print_exception(driver.problem)
    found = persist(lambda: reckon(company))
    found.unfinished += [
        f"{driver.scheme}: {driver.problem!r}" for driver in drivers if driver.problem
    ]
    proof = persist(verification.verify)
    print(table(killed, found, company, seed))
    for name, wrongs in found.wrongs.items():
        for wrong in wrongs[:20]:
            print(f"{name}: {wrong}")
    for finding in proof.findings[:20]:
        print(f"verify: {finding}")
    whole = killed.total() >= kills and not any(found.wrongs.values()) and proof.holds
    return 0 if whole else 1


def table(killed: Counter[str], found: Reckoning, company: Company, seed: int) -> str:
    lines = [f"chaos, seed {seed}", ""]
    lines += [f"  killed {name:<16}{killed[name]:>8}" for name in ATTACKS]
    lines += [f"  {'kills':<23}{killed.total():>8}"]
    lines += [f"  {'results':<23}{len(company.paper.approved):>8}"]
    lines += [f"  {'settlements':<23}{found.settlements:>8}"]
    lines += [f"  {name:<23}{len(wrongs):>8}" for name, wrongs in found.wrongs.items()]
    return "\n".join(lines)


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
