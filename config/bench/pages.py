"""Reads the clock. Each page of portal and desk, beside the same of a company of 1,000 records."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from django.core.management import call_command

from config import engines
from config.bench import scratch
from config.bench.addresses import Address, read_addresses
from config.bench.measure import Measure, Page, Target
from config.bench.people import cookie_of
from config.bench.sizes import Size
from config.bench.web import HTTPOverUnixSocket, start_web
from config.management.commands import demo

FEW = "carbon_bench_few"
FEW_RECORDS, FEW_DEPARTMENTS = 1_000, 10
SAME_WITHIN_MS = 15  # on a busy machine the same page differs by as much from one time to another
FOUND = (200, 302)  # the way to a bill leads on


def measure(size: Size) -> Iterator[Measure]:
    """The page that grew most, and the slowest; every page stands beside them."""
    os.environ["CFL_MFA_REQUIRED"] = "false"  # these people have no second factor
    call_command("collectstatic", interactive=False, verbosity=0)  # as at work
    with scratch.scratch_database(FEW) as few, tempfile.TemporaryDirectory() as folder:
        scratch.fill(records=FEW_RECORDS, departments=FEW_DEPARTMENTS, database=FEW)
        scratch.manage(few, "bench", "--settle-few", str(FEW_RECORDS))
        large = {**os.environ}
        asked = [
            _listed(environment, Path(folder) / name, records)
            for name, environment, records in (
                ("few", few, FEW_RECORDS),
                ("large", large, size.records),
            )
        ]
        scratch.settle_disk()
        pages = _times(asked, (few, large), size.page_visits)
    target = Target(at_most=1.5, same_within=SAME_WITHIN_MS)
    grown = max(pages, key=lambda page: _growth(page))
    beside = f"the same page with {FEW_RECORDS:,} records"
    work = f"{len(pages)} pages; grew most: {grown.name}"
    yield Measure(work, grown.ours, beside, grown.floor, "ms", target, pages=tuple(pages))
    slowest = max(pages, key=lambda page: page.ours)
    work = f"{len(pages)} pages; slowest: {slowest.name}"
    yield Measure(work, slowest.ours, beside, slowest.floor, "ms", Target(below=300))


def _growth(page: Page) -> float:
    """The ratio, where the difference is more than the same page's own."""
    return page.ours / page.floor if page.ours - page.floor >= SAME_WITHIN_MS else 0.0


def _listed(environment: dict[str, str], file: Path, records: int) -> list[Address]:
    scratch.manage(environment, "bench", "--list-pages", str(file), "--with", str(records))
    return read_addresses(file)


def _times(
    asked: list[list[Address]], environments: tuple[dict[str, str], ...], visits: int
) -> list[Page]:
    """The median of some visits to each page, all of them warm; both sides in turns."""
    names = [[address.name for address in side] for side in asked]
    if names[0] != names[1]:
        raise AssertionError(f"not the same pages: {set(names[0]) ^ set(names[1])}")
    servers, webs = [], []
    try:
        for number, environment in enumerate(environments):
            address = engines.here().sockets / f"bench-pages-{os.getpid()}-{number}"
            servers.append(start_web(address, environment=environment))
            webs.append(HTTPOverUnixSocket(address))
        for web, side in zip(webs, asked, strict=True):
            _require_found(web, side)
        return [_page(webs, pair, visits) for pair in zip(*asked, strict=True)]
    finally:
        demo.stop(servers)


def _require_found(web: HTTPOverUnixSocket, asked: list[Address]) -> None:
    """Look at each page once: it is warm then, and there."""
    answers = [(_visit(web, address)[0], address) for address in asked]
    missing = [
        f"{status} {address.name} {address.path}"
        for status, address in answers
        if status not in FOUND
    ]
    if missing:
        raise AssertionError("\n".join(["pages that are not there:", *missing]))


def _page(webs: list[HTTPOverUnixSocket], pair: tuple[Address, ...], visits: int) -> Page:
    took: list[list[float]] = [[], []]
    for _ in range(visits):
        for web, address, times in zip(webs, pair, took, strict=True):
            times.append(_visit(web, address)[1])
    few, large = (median(times) for times in took)
    return Page(pair[0].name, large, few)


def _visit(web: HTTPOverUnixSocket, address: Address) -> tuple[int, float]:
    """The status, and milliseconds from the request to the whole answer."""
    web.close()  # the server hangs up on a connection that waits
    began = time.perf_counter()
    web.request("GET", address.path, headers=cookie_of(address.session))
    answer = web.getresponse()
    answer.read()
    return answer.status, 1000 * (time.perf_counter() - began)
