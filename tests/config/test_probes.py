"""What a load balancer, an orchestrator and Prometheus ask."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, override_settings
from django.utils import timezone

from ledger.models.outbox import OutboxMessage

pytestmark = pytest.mark.django_db

BY_ADDRESS = {"Host": "10.0.3.7:8000"}  # no name that ALLOWED_HOSTS has


def test_a_process_that_answers_is_alive_whatever_the_database_does() -> None:
    def refuse(execute, sql, params, many, context):
        raise OperationalError("the database is away")

    with connection.execute_wrapper(refuse):
        answer = Client().get("/healthz/", headers=BY_ADDRESS)
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
    assert answer["Cache-Control"] == "no-store"


def test_it_is_ready_once_every_migration_is_applied() -> None:
    answer = Client().get("/readyz/", headers=BY_ADDRESS)
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "missing": []})
    last = MigrationRecorder.Migration.objects.filter(app="ledger").latest("id")
    last.delete()
    answer = Client().get("/readyz/", headers=BY_ADDRESS)
    assert answer.status_code == 503
    words = "Migrations that are not applied: 1. Run: manage.py migrate"
    assert answer.json()["missing"] == [words]


def test_it_is_not_ready_while_the_database_is_away() -> None:
    def refuse(execute, sql, params, many, context):
        raise OperationalError("the database is away")

    with connection.execute_wrapper(refuse):
        answer = Client().get("/readyz/")
    assert answer.status_code == 503
    assert answer.json()["missing"] == ["The database does not answer."]


@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer wrong", "Bearer secrét"])
def test_metrics_are_nowhere_without_their_token(given: str) -> None:
    assert Client().get("/metrics/", headers={"Authorization": given}).status_code == 404
    with override_settings(METRICS_TOKEN="secret"):
        assert Client().get("/metrics/", headers={"Authorization": given}).status_code == 404


@override_settings(METRICS_TOKEN="secret")
def test_metrics_say_what_waits_and_for_how_long() -> None:
    now = timezone.now()
    waits = {"topic": "head", "payload": {}, "created_at": now - timedelta(minutes=9)}
    OutboxMessage.objects.create(key="waits", **waits)
    OutboxMessage.objects.create(key="later", due_at=now + timedelta(hours=1), **waits)
    OutboxMessage.objects.create(key="gone", delivered_at=now, **waits)
    OutboxMessage.objects.create(key="stuck", is_quarantined=True, **waits)
    answer = Client().get("/metrics/", headers={"Authorization": "Bearer secret"})
    assert answer["Content-Type"].startswith("text/plain")
    figures = dict(
        line.rsplit(" ", 1)
        for line in answer.content.decode().splitlines()
        if not line.startswith("#")
    )
    assert figures['carbon_waiting{work="outbox_messages"}'] == "1.0"
    assert figures['carbon_waiting{work="quarantined_messages"}'] == "1.0"
    assert figures['carbon_waiting{work="settlement_shards"}'] == "0.0"
    oldest = float(figures['carbon_waiting_oldest_seconds{work="outbox_messages"}'])
    assert 540 <= oldest < 600
    assert figures['carbon_waiting_oldest_seconds{work="scenarios"}'] == "0.0"


def test_only_reading_is_answered_there() -> None:
    assert Client().post("/healthz/").status_code == 404
