"""The client in docs/examples: pages, refusals, patience, one effect however often it is sent."""

from __future__ import annotations

import importlib.util
import io
import json
import urllib.error
import urllib.request
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

JOB = {"id": "export_7", "state": "waiting", "url": "/api/v1/exports/jobs/7/", "export": None}
PLACE = Path(settings.BASE_DIR) / "docs" / "examples" / "client.py"


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> Any:
    import sys

    spec = importlib.util.spec_from_file_location("client_example", PLACE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "client_example", module)  # its dataclass looks there
    spec.loader.exec_module(module)
    return module


class Answer(io.BytesIO):
    status = 200


def refusal(status: int, body: bytes, **headers: str) -> urllib.error.HTTPError:
    told = Message()
    for name, value in headers.items():
        told[name.replace("_", "-")] = value
    return urllib.error.HTTPError("http://server", status, "no", told, io.BytesIO(body))


class Server:
    """Answers in turn, and keeps what it was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: Any) -> None:
        self.answers: list[Any] = list(answers)
        self.asked: list[urllib.request.Request] = []
        monkeypatch.setattr(urllib.request, "urlopen", self)

    def __call__(self, request: urllib.request.Request, timeout: float) -> Answer:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return Answer(json.dumps(answer).encode())


@pytest.fixture
def waits() -> list[float]:
    return []


def client_of(example: Any, waits: list[float]) -> Any:
    return example.Client("http://server/", "cfl_key", sleep=waits.append)


def test_it_goes_through_every_page(
    example: Any, monkeypatch: pytest.MonkeyPatch, waits: list[float]
) -> None:
    server = Server(
        monkeypatch,
        {"data": [{"id": 1}, {"id": 2}], "has_more": True, "next_cursor": "Mg"},
        {"data": [{"id": 3}], "has_more": False, "next_cursor": None},
    )
    rows = list(client_of(example, waits).rows("journal-lines/", period="FY24"))
    assert [row["id"] for row in rows] == [1, 2, 3]
    assert [request.full_url for request in server.asked] == [
        "http://server/api/v1/journal-lines/?period=FY24",
        "http://server/api/v1/journal-lines/?period=FY24&cursor=Mg",
    ]
    assert server.asked[0].get_header("Authorization") == "Bearer cfl_key"
    assert server.asked[0].get_header("Cfl-ledger") == "books"
    assert waits == []


def test_a_post_is_sent_again_with_the_same_key_and_body(
    example: Any, monkeypatch: pytest.MonkeyPatch, waits: list[float]
) -> None:
    server = Server(
        monkeypatch,
        ConnectionResetError("nobody knows"),
        refusal(503, b"busy"),
        refusal(429, b"{}", Retry_After="7"),
        refusal(409, b'{"code": "idempotency_key_in_use"}', Retry_After="3600"),
        {"sequence": 1},
    )
    assert client_of(example, waits).post("exports/", {"format": "sap"}) == {"sequence": 1}
    assert waits == [1.0, 2.0, 7.0, 60.0]
    keys = {request.get_header("Idempotency-key") for request in server.asked}
    assert [len(key or "") for key in keys] == [36]
    assert {request.data for request in server.asked} == {b'{"format": "sap"}'}


def test_a_refusal_is_raised_at_once_with_its_code(
    example: Any, monkeypatch: pytest.MonkeyPatch, waits: list[float]
) -> None:
    body = {"code": "export_invalid", "detail": "No.", "errors": {"period": ["?"]}, "status": 409}
    server = Server(monkeypatch, refusal(409, json.dumps(body).encode()), refusal(502, b"<html>"))
    with pytest.raises(example.Problem, match="409 export_invalid: No") as raised:
        client_of(example, waits).post("exports/", {}, once="export FY24")
    assert (raised.value.code, raised.value.errors) == ("export_invalid", {"period": ["?"]})
    assert server.asked[0].get_header("Idempotency-key") == "export FY24"
    impatient = example.Client("http://server", "cfl_key", tries=1, sleep=waits.append)
    with pytest.raises(example.Problem, match="502 : <html>"):
        impatient.get("me/")
    server.answers = [ConnectionRefusedError()]
    with pytest.raises(ConnectionRefusedError):
        impatient.get("me/")
    assert waits == []


def test_a_file_that_came_broken_is_not_kept(
    example: Any, monkeypatch: pytest.MonkeyPatch, waits: list[float], tmp_path: Path
) -> None:
    made = {"sequence": 4, "sha256": "0" * 64}
    server = Server(
        monkeypatch,
        JOB,
        JOB | {"state": "running"},
        JOB | {"state": "done", "export": made},
        "other bytes",
    )
    with pytest.raises(ValueError, match="export 4 came broken"):
        example.export(client_of(example, waits), "sap", "FY24", tmp_path / "file.csv")
    assert not (tmp_path / "file.csv").exists()
    assert waits == [1.0, 2.0]
    assert [request.full_url for request in server.asked][1:] == [
        "http://server/api/v1/exports/jobs/7/",
        "http://server/api/v1/exports/jobs/7/",
        "http://server/api/v1/exports/4/file/",
    ]


def test_an_export_that_can_not_leave_is_told_with_its_code(
    example: Any, monkeypatch: pytest.MonkeyPatch, waits: list[float], tmp_path: Path
) -> None:
    failed = JOB | {"state": "failed", "error_code": "export_invalid", "error": "No company code."}
    Server(monkeypatch, failed)
    with pytest.raises(example.Problem, match=r"^export_invalid: No company code") as raised:
        example.export(client_of(example, waits), "sap", "FY24", tmp_path / "file.csv")
    assert (raised.value.status, raised.value.code) == (None, "export_invalid")
    assert waits == []
