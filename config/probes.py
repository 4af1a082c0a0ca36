"""Doors. What machines ask: does it live, can it serve, what waits.

They are answered before anything else: no host name, session or redirect stands in the way of a
probe that comes by address.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.utils import timezone
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from ledger.backlog import backlog

log = logging.getLogger(__name__)
Answer = Callable[[HttpRequest], HttpResponse]


def answer_probes(get_response: Answer) -> Answer:
    """Answer /healthz/, /readyz/ and /metrics/; hand everything else on."""

    def respond(request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path_info)
        if probe is None or request.method not in ("GET", "HEAD"):
            return get_response(request)
        response = probe(request)
        response["Cache-Control"] = "no-store"
        return response

    return respond


def alive(request: HttpRequest) -> HttpResponse:
    """This process answers. Nothing else is asked: a slow database is no reason to end it."""
    return JsonResponse({"status": "alive"})


def ready(request: HttpRequest) -> HttpResponse:
    """200 if requests can be served, else 503 with what is missing.

    The broker is not asked: without it work waits in its rows, and pages are served all the same.
    """
    missing = _missing()
    found = {"status": "not ready" if missing else "ready", "missing": missing}
    return JsonResponse(found, status=503 if missing else 200)


def metrics(request: HttpRequest) -> HttpResponse:
    """What waits for a worker, for Prometheus; 404 unless the request brings METRICS_TOKEN."""
    given = request.headers.get("Authorization", "")
    wanted = f"Bearer {settings.METRICS_TOKEN}"
    if not settings.METRICS_TOKEN or not hmac.compare_digest(given.encode(), wanted.encode()):
        return HttpResponseNotFound()
    return HttpResponse(generate_latest(_gauges()), content_type=CONTENT_TYPE_LATEST)


def _missing() -> list[str]:
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        log.warning("not ready: %s", error)
        return ["The database does not answer."]
    if plan:
        return [f"Migrations that are not applied: {len(plan)}. Run: manage.py migrate"]
    return []


def _gauges() -> CollectorRegistry:
    registry = CollectorRegistry()
    count = Gauge("carbon_waiting", "Work that waits, by kind", ["work"], registry=registry)
    oldest = Gauge(
        "carbon_waiting_oldest_seconds",
        "Seconds that the oldest of it has waited, by kind",
        ["work"],
        registry=registry,
    )
    for waiting in backlog(timezone.now()):
        count.labels(waiting.name).set(waiting.count)
        oldest.labels(waiting.name).set(waiting.oldest_seconds)
    return registry


PROBES: dict[str, Answer] = {"/healthz/": alive, "/readyz/": ready, "/metrics/": metrics}
