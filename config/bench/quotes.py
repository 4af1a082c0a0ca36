"""Reads the clock. Quotes by HTTP, beside a request that is refused unread."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from statistics import median
from typing import Any

from django.conf import settings

from config import engines
from config.bench import clock, scratch
from config.bench.measure import Measure, Target
from config.bench.sizes import Size
from config.bench.web import HTTPOverUnixSocket, start_web
from config.management.commands import demo
from departments.organisation import api_keys
from departments.organisation.models import User

AT = datetime(2025, 1, 31, tzinfo=UTC)
QUOTES = "/api/v1/quotes/"
TIMES, WARM_UP = 100, 10
ASKED: dict[str, dict[str, Any]] = {
    "a flight": {
        "activity": "business-travel-air/flights/long-haul/economy-class/with-rf",
        "quantity": "8850",
        "unit": "passenger.km",
        "place": "GB",
    },
    "a GPU job": {
        "activity": "compute/training",
        "place": "aws/us-east-1",
        "inputs": {"accelerator_hours": "5000", "hardware": "H100 SXM"},
    },
    "a server": {
        "activity": "hardware/server",
        "quantity": "1",
        "unit": "item",
        "inputs": {"hardware": "server"},
    },
    "a kWh": {"activity": "electricity/grid", "quantity": "1", "unit": "kWh", "place": "GB"},
}
WHERE = {"department": "D000002", "on": "2024-06-15"}


def measure(size: Size) -> Iterator[Measure]:
    """Each kind of quote, from its request to its answer: the median of 100, warm."""
    subprocess.run(
        [sys.executable, "manage.py", "load_factors"],
        cwd=settings.BASE_DIR,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    scratch.as_owner(scratch.NAME, "VACUUM (ANALYZE)")
    address = engines.here().sockets / f"bench-quotes-{os.getpid()}"
    server = start_web(address)
    try:
        web, secret = HTTPOverUnixSocket(address), _key()
        peak = clock.peak_mib_of(server.pid)
        floor = _median_ms(web, secret, {"nothing": ""}, expected=400)
        for name, facts in ASKED.items():
            ours = _median_ms(web, secret, WHERE | facts, expected=200)
            beside, target = "the same request, refused unread", Target(below=50)
            yield Measure(f"a quote of {name} by HTTP", ours, beside, floor, "ms", target, peak)
    finally:
        demo.stop([server])


def _median_ms(
    web: HTTPOverUnixSocket, secret: str, body: dict[str, Any], *, expected: int
) -> float:
    sent = json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}

    def ask() -> None:
        web.request("POST", QUOTES, sent, headers)
        answer = web.getresponse()
        told = answer.read()
        if answer.status != expected:
            raise AssertionError(f"{answer.status} {told.decode()}")

    return median([1000 * clock.timed(ask) for _ in range(WARM_UP + TIMES)][WARM_UP:])


def _key() -> str:
    analyst = User.objects.get(username="analyst")
    issued = api_keys.issue_key(
        name="bench",
        scopes=("prices:read",),
        departments=(),
        acts_for=analyst,
        expires_at=None,
        at=AT,
    )
    return issued.secret
