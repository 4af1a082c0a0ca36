"""Reads the clock. Twenty people at once in the portal and at the desk, beside an empty page."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.core.management import call_command

from config import engines
from config.bench import clock, scratch
from config.bench.measure import Measure, Target
from config.bench.people import cookie_of, session_of
from config.bench.settling import MONTHS
from config.bench.sizes import Size
from config.bench.web import HTTPOverUnixSocket, start_web
from config.management.commands import demo
from departments.inventory.records import list_records
from departments.organisation.models import Department, Role, User
from departments.organisation.people import give_role
from ledger.statements import statement_lines

PEOPLE, VISITS, SEED = 20, 30, 7
AT_THE_DESK = 3  # of the twenty; the others look at their department's bill and records
EMPTY = "/sign-in/cancelled/"  # reads nothing, asks nobody


@dataclass
class Visitor:
    """One person: a session, the pages to look at, and how long each took, in milliseconds."""

    session: str
    pages: list[str]
    took_ms: list[float] = field(default_factory=list)


def measure(size: Size) -> Iterator[Measure]:
    """What half of the pages, and 95 of 100, take at most, from request to the whole answer."""
    visitors = _visitors()
    scratch.as_owner(scratch.NAME, "VACUUM (ANALYZE)")
    address = engines.here().sockets / f"bench-load-{os.getpid()}"
    # As at work, where files are collected first; these people have no second factor.
    call_command("collectstatic", interactive=False, verbosity=0)
    os.environ["CFL_MFA_REQUIRED"] = "false"
    server = start_web(address, workers=clock.cores())
    try:
        _visit(address, visitors)  # warm: does not count
        empty = _visit(address, [Visitor("", [EMPTY] * VISITS) for _ in visitors])
        ours = _visit(address, visitors)
        peak = clock.peak_mib_of(server.pid)
    finally:
        demo.stop([server])
    who = f"{PEOPLE} people at once, {VISITS} pages each"
    for share, target in ((50, Target(below=1_000)), (95, Target(below=2_000))):
        work = f"{who}: {share} of 100 pages within"
        beside = "the same for a page that reads nothing"
        yield Measure(work, _within(ours, share), beside, _within(empty, share), "ms", target, peak)


def _visit(address: Path, visitors: list[Visitor]) -> list[float]:
    """Let all of them look at all of their pages, at the same time; how long each took."""
    start = threading.Barrier(len(visitors))
    failures: list[str] = []

    def look(visitor: Visitor) -> None:
        web = HTTPOverUnixSocket(address)
        headers = cookie_of(visitor.session)
        visitor.took_ms.clear()
        start.wait()
        for page in visitor.pages:
            began = time.perf_counter()
            web.request("GET", page, headers=headers)
            answer = web.getresponse()
            answer.read()
            visitor.took_ms.append(1000 * (time.perf_counter() - began))
            if answer.status != 200:
                failures.append(f"{answer.status} {page}")

    threads = [threading.Thread(target=look, args=(visitor,)) for visitor in visitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise AssertionError(f"{len(failures)} pages failed, the first: {failures[0]}")
    return [took for visitor in visitors for took in visitor.took_ms]


def _within(took_ms: list[float], share: int) -> float:
    """The time within which that share, of 100, was done."""
    ordered = sorted(took_ms)
    return ordered[-(-len(ordered) * share // 100) - 1]


def _visitors() -> list[Visitor]:
    draw = random.Random(SEED)
    analyst = User.objects.get(username="analyst")
    desk = [Visitor(session_of(analyst), _some(draw, _desk_pages())) for _ in range(AT_THE_DESK)]
    departments = Department.objects.order_by("pk")[1 : 1 + PEOPLE - AT_THE_DESK]
    return desk + [
        Visitor(session_of(_contributor(one)), _some(draw, _pages_of(one))) for one in departments
    ]


def _some(draw: random.Random, pages: list[str]) -> list[str]:
    return [draw.choice(pages) for _ in range(VISITS)]


def _contributor(department: Department) -> User:
    person = User.objects.create(username=f"{department.code}-contributor")
    give_role(user=person, role=Role.CONTRIBUTOR, department=department)
    return person


def _pages_of(department: Department) -> list[str]:
    lines = statement_lines(scheme_code="fee", department_ids=[department.pk])[:20]
    records = list_records(department_ids=[department.pk], limit=20)
    bills = [f"/departments/{department.code}/fee/{month}/" for month in MONTHS[-3:]]
    return [
        *bills,
        *(f"{bill}lines/" for bill in bills),
        *(f"/lines/{line.line_id}/" for line in lines),
        *(f"/activity/{record.record_id}/" for record in records),
        f"/departments/{department.code}/activity/",
        "/disputes/",
        "/method/",
    ]


def _desk_pages() -> list[str]:
    tables = ("settlement", "settlementline", "journalentry", "journalline", "account")
    return ["/admin/", "/company/", *(f"/admin/ledger/{table}/" for table in tables)]
