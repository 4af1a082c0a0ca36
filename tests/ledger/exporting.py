"""An export that a program asks for, made as a worker would make it."""

from __future__ import annotations

from typing import Any

from ledger import export_runs
from tests.ledger.books import NOON

API = "/api/v1"


def job_by_api(client: Any, body: dict[str, str], path: str = "exports/") -> dict[str, Any]:
    """Ask for it, let a worker come, and look what became of it."""
    asked = client.post(f"{API}/{path}", body)
    assert asked.status_code == 202, asked.json()
    begun = asked.json()
    assert asked["Location"] == begun["url"]
    assert (begun["state"], begun["export"]) == ("waiting", None)
    export_runs.fulfil(run_id=int(begun["id"].removeprefix("export_")), clock=lambda: NOON)
    found: dict[str, Any] = client.get(begun["url"]).json()
    return found


def export_by_api(client: Any, body: dict[str, str], path: str = "exports/") -> dict[str, Any]:
    """The same, for one that is made."""
    job = job_by_api(client, body, path)
    assert (job["state"], job["error"], job["problems"]) == ("done", "", [])
    export: dict[str, Any] = job["export"]
    return export
