"""Webhooks, from the moment in the books to a receiver that checks them, and what fails."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from hashlib import sha256
from io import StringIO
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient
from standardwebhooks import Webhook, WebhookVerificationError

from departments.organisation.api_keys import issue_key
from ledger import period_close, tasks
from ledger.errors.settlements import NotAllowed
from ledger.exports.acknowledgement import acknowledge
from ledger.exports.rejection import reject
from ledger.exports.run import Nowhere, export_journal
from ledger.models.webhooks import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookEvent
from ledger.webhooks import delivering, endpoints, sending, signing
from ledger.webhooks.errors import (
    WebhookEndpointOff,
    WebhookEventNotFound,
    WebhookEventsUnknown,
    WebhookOverlapTooLong,
    WebhookTargetRefused,
    WebhookWindowTooLong,
)
from tests.ledger.books import NOON, Books
from tests.ledger.receiver import Receiver, receiving

OPEN = "https://hooks.example.com/carbon-fee"
HOUR = timedelta(hours=1)
API = "/api/v1"


@pytest.fixture
def receiver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A receiver that the company allows and whose certificate it trusts."""
    with receiving(tmp_path) as found:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        monkeypatch.setattr(settings, "WEBHOOK_ALLOWED_HOSTS", [found.allowed])
        yield found


def make(books: Books, url: str = OPEN, **facts: Any) -> endpoints.Issued:
    facts = {"event_types": [], "departments": [], "at": NOON, **facts}
    return endpoints.create(url=url, by=books.people["finance"], **facts)


def settle(books: Books) -> None:
    books.emit("CLOUD", date(2023, 2, 1), "1000")
    books.emit("OFFICES", date(2023, 2, 1), "2000")
    books.settle("2023Q1")


def deliver(at: datetime | None = None) -> tuple[int, int]:
    return delivering.deliver_due(clock=(lambda: at) if at else timezone.now)


def answer(monkeypatch: pytest.MonkeyPatch, **outcome: Any) -> list[dict[str, str]]:
    """Answer everything that is sent in this way; the headers of what was sent."""
    sent: list[dict[str, str]] = []

    def send(url: str, *, body: bytes, headers: dict[str, str], allowed: Any) -> sending.Outcome:
        sent.append(headers)
        return sending.Outcome(3, **outcome)

    monkeypatch.setattr(delivering, "send", send)
    return sent


# What is sent


def test_a_receiver_of_the_standard_accepts_ours_and_refuses_a_changed_byte(
    books: Books, receiver: Receiver
) -> None:
    issued = make(books, receiver.url, event_types=["settlement.posted"])
    settle(books)
    assert deliver() == (1, 0)
    [(path, headers, body)] = receiver.came
    assert path == "/hook"
    assert headers["Host"] == receiver.allowed
    content = Webhook(issued.secret).verify(body, headers)
    event = WebhookEvent.objects.get(type="settlement.posted")
    assert content == {
        "id": event.code,
        "type": "settlement.posted",
        "timestamp": event.happened_at.isoformat().replace("+00:00", "Z"),
        "api_version": "v1",
        "data": {
            "settlement": event.data["settlement"],
            "scheme": "fee",
            "period": "2023Q1",
            "revision": 1,
            "state": "posted",
            "url": f"/api/v1/settlements/{event.data['settlement']}/",
        },
    }
    for place in range(0, len(body), 7):
        changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        with pytest.raises(WebhookVerificationError):
            Webhook(issued.secret).verify(changed, headers)
    for name, value in (
        ("webhook-id", "evt_other"),
        ("webhook-timestamp", str(int(headers["webhook-timestamp"]) + 1)),
        ("webhook-signature", "v1," + base64.b64encode(bytes(32)).decode()),
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(issued.secret).verify(body, {**headers, name: value})
    attempt = WebhookAttempt.objects.get()
    assert (attempt.status, attempt.error) == (200, "")
    assert attempt.body_sha256 == sha256(body).hexdigest()
    assert deliver() == (0, 0)


def test_the_signature_is_the_one_of_the_specification() -> None:
    """The example that the reference implementations test themselves with."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    said = signing.signature(
        secrets=[secret],
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
    )
    assert said == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_both_secrets_sign_until_the_overlap_is_over(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = make(books)
    by = books.people["finance"]
    new = endpoints.rotate(code=old.endpoint.code, by=by, at=NOON, overlap_hours=2)
    assert old.secret != new.secret
    assert new.secret.startswith("whsec_")
    assert len(base64.b64decode(new.secret.removeprefix("whsec_"))) == 32

    def live(at: datetime) -> list[str]:
        return [signing.written(key) for key in endpoints.live_secrets(new.endpoint, at=at)]

    assert live(NOON) == [new.secret, old.secret]
    assert live(NOON + 2 * HOUR) == [new.secret]
    newest = endpoints.rotate(code=old.endpoint.code, by=by, at=NOON, overlap_hours=0)
    new.endpoint.refresh_from_db()
    assert live(NOON) == [newest.secret]
    with pytest.raises(WebhookOverlapTooLong):
        endpoints.rotate(code=old.endpoint.code, by=by, at=NOON, overlap_hours=169)
    sent = answer(monkeypatch, status=200)
    endpoints.rotate(code=old.endpoint.code, by=by, at=NOON)
    endpoints.send_test(code=old.endpoint.code, by=by)
    deliver(NOON)
    assert len(sent[0]["webhook-signature"].split(" ")) == 2


def test_no_secret_is_stored_and_another_key_signs_nothing(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    issued = make(books)
    raw = base64.b64decode(issued.secret.removeprefix("whsec_"))
    kept = json.dumps(WebhookEndpoint.objects.values().get(), default=str)
    assert issued.secret not in kept
    assert raw.hex() not in kept
    assert issued.secret not in repr(issued)
    sent = answer(monkeypatch, status=200)
    endpoints.send_test(code=issued.endpoint.code, by=books.people["finance"])
    monkeypatch.setattr(settings, "WEBHOOK_KEY", "another key")
    assert deliver(NOON) == (0, 1)
    assert not sent
    assert "was made under another WEBHOOK_KEY" in WebhookAttempt.objects.get().error
    renewed = endpoints.rotate(code=issued.endpoint.code, by=books.people["finance"], at=NOON)
    assert len(endpoints.live_secrets(renewed.endpoint, at=NOON)) == 1
    assert deliver(NOON + HOUR) == (1, 0)


# What happens


def test_every_step_is_told_once_in_its_own_transaction(books: Books) -> None:
    make(books)
    settle(books)
    finance = books.people["finance"]
    period_close.close(period_code="2023Q1", by=finance, at=NOON)
    first = export_journal(format_name="jsonl", into=Nowhere(), by=finance)
    second = export_journal(format_name="jsonl", into=Nowhere(), by=finance)
    for _ in range(2):
        period_close.close(period_code="2023Q1", by=finance, at=NOON)
        acknowledge(sequence=first.sequence, by=finance, at=NOON)
        reject(sequence=second.sequence, by=finance, at=NOON, reason="684000 is blocked")
    told = list(WebhookEvent.objects.order_by("pk").values_list("type", flat=True))
    assert told == [
        "settlement.calculated",
        "settlement.approved",
        "settlement.posted",
        "statement.ready",
        "statement.ready",
        "period.closed",
        "export.created",
        "export.created",
        "export.acknowledged",
        "export.rejected",
    ]
    assert WebhookDelivery.objects.count() == len(told)
    with transaction.atomic():
        export_journal(format_name="jsonl", into=Nowhere(), by=finance)
        transaction.set_rollback(True)
    assert WebhookEvent.objects.count() == WebhookDelivery.objects.count() == len(told)


def test_an_endpoint_hears_of_what_it_wants_and_of_its_departments_alone(books: Books) -> None:
    cloud = make(books, departments=["CLOUD"]).endpoint
    posted = make(books, event_types=["settlement.posted", "export.created"]).endpoint
    off = make(books).endpoint
    endpoints.turn_off(code=off.code, by=books.people["finance"], at=NOON)
    orphan = make(books, departments=["OFFICES"]).endpoint
    orphan.departments.clear()
    settle(books)

    def heard(endpoint: WebhookEndpoint) -> list[tuple[str, str]]:
        found = WebhookDelivery.objects.filter(endpoint=endpoint).select_related("event")
        return [(one.event.type, one.event.data.get("department", "")) for one in found]

    assert heard(cloud) == [("statement.ready", "CLOUD")]
    assert heard(posted) == [("settlement.posted", "")]
    assert heard(off) == heard(orphan) == []


def test_who_may_not_and_what_there_is_not_is_refused(books: Books) -> None:
    with pytest.raises(NotAllowed):
        endpoints.create(
            url=OPEN, event_types=[], departments=[], by=books.people["analyst"], at=NOON
        )
    with pytest.raises(WebhookTargetRefused):
        make(books, "https://169.254.169.254/")
    with pytest.raises(WebhookEventsUnknown, match=r"no event settlement\.lost"):
        make(books, event_types=["settlement.lost"])
    assert not WebhookEndpoint.objects.exists()


# What fails


def test_what_is_not_taken_is_tried_for_three_days_and_then_the_endpoint_is_off(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    issued = make(books)
    endpoints.send_test(code=issued.endpoint.code, by=books.people["finance"])
    sent = answer(monkeypatch, status=500, error="answered 500")
    at, tries = NOON, [NOON]
    while True:
        assert deliver(at) == (0, 1)
        assert deliver(at) == (0, 0)
        delivery = WebhookDelivery.objects.get()
        if delivery.given_up_at is not None:
            break
        assert delivery.due_at is not None
        at = delivery.due_at
        tries.append(at)
    assert [tries[1] - tries[0], tries[2] - tries[1]] == [
        timedelta(minutes=1),
        timedelta(minutes=5),
    ]
    assert (len(tries), tries[-1] - tries[0]) == (10, timedelta(days=3))
    assert {headers["webhook-id"] for headers in sent} == {delivery.event.code}
    assert WebhookAttempt.objects.count() == 10
    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.disabled_at, endpoint.disabled_because) == (
        at,
        "it took nothing for three days",
    )


def test_an_endpoint_that_took_something_meanwhile_stays_on(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = make(books).endpoint.code
    bad = endpoints.send_test(code=code, by=books.people["finance"])
    good = endpoints.send_test(code=code, by=books.people["finance"])
    last = NOON + timedelta(days=3)
    WebhookDelivery.objects.filter(event=bad).update(attempts=9, due_at=last)
    WebhookDelivery.objects.filter(event=good).update(attempts=1, delivered_at=NOON + HOUR)
    answer(monkeypatch, error="nobody answers")
    assert deliver(last) == (0, 1)
    assert WebhookDelivery.objects.get(event=bad).given_up_at == last
    assert WebhookEndpoint.objects.get().disabled_at is None


def test_gone_turns_an_endpoint_off_at_once(books: Books, receiver: Receiver) -> None:
    code = make(books, receiver.url).endpoint.code
    by = books.people["finance"]
    for _ in range(2):
        endpoints.send_test(code=code, by=by)
    receiver.answers = [(410, {}, b"")]
    assert deliver() == (0, 1)
    assert len(receiver.came) == 1
    assert WebhookEndpoint.objects.get().disabled_because == "it answered 410 Gone"
    for step in (
        lambda: endpoints.send_test(code=code, by=by),
        lambda: endpoints.send_again(code=code, event="evt_x", by=by),
        lambda: endpoints.send_window_again(code=code, since=NOON, until=NOON, by=by),
    ):
        with pytest.raises(WebhookEndpointOff, match="410 Gone"):
            step()
    endpoints.turn_on(code=code, by=by)
    assert deliver() == (1, 0)


def test_no_redirect_is_followed_and_64_kib_are_read(books: Books, receiver: Receiver) -> None:
    code = make(books, receiver.url).endpoint.code
    long = b"x" * 300_000
    receiver.answers = [(302, {"Location": receiver.url}, b""), (200, {}, long)]
    endpoints.send_test(code=code, by=books.people["finance"])
    assert deliver() == (0, 1)
    assert len(receiver.came) == 1
    assert deliver(timezone.now() + HOUR) == (1, 0)
    refused, taken = WebhookAttempt.objects.order_by("pk")
    assert (refused.status, refused.error) == (302, "answered 302; redirects are not followed")
    assert taken.answer_sha256 == sha256(long[: 64 * 1024]).hexdigest()


def test_a_certificate_that_nobody_vouches_for_is_refused(
    books: Books, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    outcome = sending.send(receiver.url, body=b"{}", headers={}, allowed=[receiver.allowed])
    assert "CERTIFICATE_VERIFY_FAILED" in outcome.error
    assert not receiver.came


@pytest.mark.parametrize("drip", [b"", b"\x16"])
def test_who_answers_too_slowly_is_cut_off(monkeypatch: pytest.MonkeyPatch, drip: bytes) -> None:
    """A server that says nothing, and one that begins a greeting and never ends it."""
    monkeypatch.setattr(sending, "TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        place = f"127.0.0.1:{server.getsockname()[1]}"
        opened: list[socket.socket] = []

        def serve() -> None:
            opened.append(server.accept()[0])
            opened[0].sendall(drip)

        serving = Thread(target=serve, daemon=True)
        serving.start()
        outcome = sending.send(f"https://{place}/", body=b"{}", headers={}, allowed=[place])
        serving.join()
        opened[0].close()
    assert (outcome.status, outcome.error) == (None, "no answer within 0.2 seconds")


def test_a_worker_that_dies_while_it_sends_loses_nothing(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoints.send_test(code=make(books).endpoint.code, by=books.people["finance"])

    def die(*args: Any, **facts: Any) -> Any:
        raise KeyboardInterrupt  # as a killed process, it marks nothing

    with monkeypatch.context() as killed:
        killed.setattr(delivering, "send", die)
        with pytest.raises(KeyboardInterrupt):
            deliver(NOON)
    answer(monkeypatch, status=204)
    assert deliver(NOON) == (0, 0)
    assert deliver(NOON + timedelta(minutes=1)) == (1, 0)


# Again


def test_an_event_and_a_window_are_sent_again_with_the_ids_they_had(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(books)
    late = make(books, event_types=["settlement.posted", "settlement.approved"]).endpoint
    other = make(books, event_types=["period.closed"]).endpoint
    by = books.people["finance"]
    posted = WebhookEvent.objects.get(type="settlement.posted")
    sent = answer(monkeypatch, status=200)
    assert endpoints.send_again(code=late.code, event=posted.code, by=by) == 1
    assert deliver(NOON) == (1, 0)
    assert endpoints.send_again(code=late.code, event=posted.code, by=by) == 1
    assert deliver(NOON) == (1, 0)
    assert [headers["webhook-id"] for headers in sent] == [posted.code] * 2
    with pytest.raises(WebhookEventNotFound):
        endpoints.send_again(code=other.code, event=posted.code, by=by)
    since, until = posted.happened_at - HOUR, posted.happened_at + HOUR
    assert endpoints.send_window_again(code=late.code, since=since, until=until, by=by) == 2
    assert endpoints.send_window_again(code=late.code, since=until, until=until, by=by) == 0
    assert deliver(NOON) == (2, 0)
    monkeypatch.setattr(endpoints, "MOST_AGAIN", 1)
    with pytest.raises(WebhookWindowTooLong, match="2 events lie in this window"):
        endpoints.send_window_again(code=late.code, since=since, until=until, by=by)


# Doors


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    bells: list[str] = []
    monkeypatch.setattr(transaction, "on_commit", lambda ring: ring())
    monkeypatch.setattr(tasks, "ring_webhooks", lambda: bells.append("webhooks"))
    return bells


def program(books: Books, *scopes: str, departments: tuple[str, ...] = ()) -> APIClient:
    issued = issue_key(
        name="program",
        scopes=scopes,
        departments=[books.departments[code] for code in departments],
        acts_for=books.people["finance"],
        expires_at=None,
        at=timezone.now(),
    )
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {issued.secret}")


def test_a_program_makes_an_endpoint_tries_it_and_reads_its_log(
    books: Books, receiver: Receiver, rung: list[str]
) -> None:
    settle(books)
    client = program(books, "webhooks:read", "webhooks:write")
    made = client.post(f"{API}/webhook-endpoints/", {"url": receiver.url})
    assert made.status_code == 201, made.content
    assert made["Cache-Control"] == "no-store"
    place = made["Location"]
    shown = client.get(place).json()
    assert shown == made.json()["endpoint"]
    assert "secret" not in json.dumps({**shown, "previous_secret_until": None}).replace(
        "previous_secret_until", ""
    )
    assert client.post(f"{place}test/", {}).status_code == 202
    assert rung == ["webhooks"]
    deliver()
    [delivery] = client.get(f"{place}deliveries/").json()["data"]
    assert (delivery["state"], delivery["next_attempt_at"]) == ("delivered", None)
    assert [attempt["status"] for attempt in delivery["attempts"]] == [200]
    Webhook(made.json()["secret"]).verify(receiver.came[0][2], receiver.came[0][1])
    events = client.get(f"{API}/events/", {"type": "settlement.posted"}).json()["data"]
    assert [event["data"]["period"] for event in events] == ["2023Q1"]
    assert client.get(f"{API}/events/{events[0]['id']}/").json() == events[0]
    again = client.post(f"{place}replay/", {"event": events[0]["id"]})
    assert (again.status_code, again.json()) == (202, {"events": 1})
    window = {"since": "2000-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z"}
    assert client.post(f"{place}replay/", window).json() == {"events": 4}
    for wrong in ({}, {"since": window["since"]}, {**window, "event": "evt_x"}):
        assert client.post(f"{place}replay/", wrong).status_code == 422
    rotated = client.post(f"{place}rotate/", {}).json()
    assert rotated["secret"] != made.json()["secret"]
    assert rotated["endpoint"]["previous_secret_until"] is not None
    assert client.post(f"{place}turn-off/", {}).json()["is_on"] is False
    assert client.post(f"{place}test/", {}).json()["code"] == "webhook_endpoint_off"
    assert client.post(f"{place}turn-on/", {}).json()["is_on"] is True
    assert client.get(f"{API}/webhook-endpoints/we_none/").status_code == 404
    assert client.get(f"{API}/events/evt_none/").status_code == 404


def test_scopes_departments_and_roles_close_the_doors(books: Books) -> None:
    place = f"{API}/webhook-endpoints/"
    private = program(books, "webhooks:write").post(place, {"url": "https://10.0.0.1/"})
    assert (private.status_code, private.json()["code"]) == (422, "webhook_target_refused")
    assert program(books, "webhooks:read").post(place, {"url": OPEN}).status_code == 403
    assert program(books, "webhooks:write").get(place).status_code == 403
    narrow = program(books, "webhooks:read", "webhooks:write", departments=("CLOUD",))
    assert narrow.get(place).status_code == 403
    assert narrow.post(place, {"url": OPEN}).status_code == 403
    assert narrow.get(f"{API}/events/").status_code == 403
    client = APIClient()
    for name, reads in (("analyst", 200), ("contributor", 403)):
        client.force_login(books.people[name])
        assert client.get(place).status_code == reads
        assert client.post(place, {"url": OPEN}).status_code == 403
    assert not WebhookEndpoint.objects.exists()


def test_the_desk_makes_tries_rotates_and_sends_again(
    books: Books, client: Client, rung: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(books.people["finance"])
    add = "/admin/ledger/webhookendpoint/add/"
    assert "10.0.0.1" in client.post(add, {"url": "https://10.0.0.1/"}).content.decode()
    made = client.post(add, {"url": OPEN, "event_types": ["settlement.posted"]})
    assert "whsec_" in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    endpoint = WebhookEndpoint.objects.get()
    page = f"/admin/ledger/webhookendpoint/{endpoint.pk}/change/"
    steps = f"/admin/ledger/webhookendpoint/{endpoint.code}"
    settle(books)
    answer(monkeypatch, status=503, error="answered 503")
    client.post(f"{steps}/test/step/")
    deliver(NOON)
    said = client.get(page).content.decode()
    assert "settlement.posted" in said
    assert said.count("answered 503") == 2
    assert "whsec_" not in said
    event = WebhookEvent.objects.get(type="settlement.posted")
    client.post(f"{steps}/again/{event.code}/")
    assert WebhookDelivery.objects.get(event=event).attempts == 0
    window = {"since": "2000-01-01T00:00", "until": "2100-01-01T00:00"}
    assert client.post(f"{steps}/again/", window).status_code == 302
    assert len(rung) == 3
    assert "whsec_" in client.post(f"{steps}/rotate/", {"overlap_hours": "1"}).content.decode()
    client.post(f"{steps}/turn-off/step/")
    assert "turned off by finance" in client.get(page).content.decode()
    in_korean = client.get(page, headers={"accept-language": "ko"}).content.decode()
    assert "finance 님이 껐습니다" in in_korean
    client.post(f"{steps}/turn-on/step/")
    endpoint.refresh_from_db()
    assert endpoint.disabled_at is None
    client.force_login(books.people["analyst"])
    assert client.get(page).status_code == 200
    assert client.get("/admin/ledger/webhookendpoint/").status_code == 200
    for closed in (f"{steps}/test/step/", f"{steps}/again/", f"{steps}/rotate/", add):
        assert client.post(closed).status_code == 403
    for closed in (f"{steps}/rotate/", f"{steps}/test/step/"):
        assert client.get(closed).status_code == 403


def test_commands(books: Books, receiver: Receiver) -> None:
    def run(*arguments: str) -> str:
        said = StringIO()
        call_command("webhooks", *arguments, stdout=said)
        return said.getvalue()

    made = run("add", "--url", receiver.url, "--event", "settlement.posted", "--by", "finance")
    code, secret = made.split("\n")[:2]
    assert "1 taken, 0 not." in run("test", "--endpoint", code, "--by", "finance")
    Webhook(secret).verify(receiver.came[0][2], receiver.came[0][1])
    assert f"{code}  {receiver.url}  settlement.posted  on" in run("list")
    settle(books)
    receiver.answers = [(500, {}, b"")]
    with pytest.raises(CommandError, match="says why"):
        run("deliver")
    event = WebhookEvent.objects.get(type="settlement.posted").code
    assert (
        run("replay", "--endpoint", code, "--id", event, "--by", "finance") == "1 on their way.\n"
    )
    tasks.deliver_webhooks()
    assert len(receiver.came) == 3
    window = ("--since", "2000-01-01T00:00Z", "--until", "2100-01-01T00:00Z")
    assert run("replay", "--endpoint", code, *window, "--by", "finance") == "2 on their way.\n"
    assert run("rotate", "--endpoint", code, "--by", "finance").split("\n")[1] != secret
    run("off", "--endpoint", code, "--by", "finance")
    assert "off: turned off by finance" in run("list")
    run("on", "--endpoint", code, "--by", "finance")
    with pytest.raises(CommandError, match="Missing: --url"):
        run("add", "--by", "finance")
    with pytest.raises(CommandError, match="has no time zone"):
        run("replay", "--endpoint", code, "--since", "2024-01-01", "--by", "finance")
