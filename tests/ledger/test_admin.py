"""The desk: who may open it, what it shows, and the steps of a settlement taken through it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from departments.organisation.models import Membership, User
from ledger import close_checklist, settlement_review, settlement_run, tasks
from ledger.close_checklist import Check
from ledger.models.journal import JournalEntry
from ledger.models.periods import AccountingPeriod
from ledger.models.settlements import Settlement, SettlementState, ShardState
from pricing.models import CarbonPrice
from tests.ledger.books import NOON, Books, found_scheme

SignIn = Callable[[str], Client]


@pytest.fixture
def as_person(books: Books) -> SignIn:
    def sign_in(username: str) -> Client:
        client = Client()
        client.force_login(books.people[username])
        return client

    return sign_in


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The bell: which settlements it was rung for, instead of a broker."""
    bells: list[int] = []
    monkeypatch.setattr(tasks, "ring", lambda settlement_id, **_: bells.append(settlement_id))
    return bells


@pytest.fixture
def posted(books: Books) -> Settlement:
    books.emit("CLOUD", date(2023, 2, 1), "1000000", scope=1)
    books.emit("OFFICES", date(2023, 2, 2), "20000", scope=2, location_kgco2e="60000")
    books.emit(
        "CLOUD", date(2023, 3, 1), "5000", durability_class="medium", removal_state="verified"
    )
    return books.settle("2023Q1")


def said(response: Any) -> str:
    """The page with its messages."""
    return str(response.content.decode())


def admin_pages(person: User) -> list[str]:
    """Every list that this person's roles open, and the page of one row of each."""
    request = RequestFactory().get("/admin/")
    request.user = person
    pages = []
    for model, model_admin in admin.site._registry.items():
        if not model_admin.has_view_permission(request):
            continue
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        pages.append(reverse(f"{name}_changelist"))
        row = model._default_manager.order_by("-pk").first()
        if row is not None:
            pages.append(reverse(f"{name}_change", args=[row.pk]))
    return pages


def test_every_list_and_page_opens_for_the_analyst(
    books: Books, posted: Settlement, as_person: SignIn
) -> None:
    client = as_person("analyst")
    pages = admin_pages(books.people["analyst"])
    assert len(pages) > 20
    answers = {page: client.get(page).status_code for page in [*pages, "/admin/", "/admin/verify/"]}
    assert {page: code for page, code in answers.items() if code != 200} == {}


def test_a_department_contributor_is_sent_away(
    books: Books, posted: Settlement, as_person: SignIn
) -> None:
    contributor = books.people["contributor"]
    User.objects.filter(pk=contributor.pk).update(is_staff=True)
    client = as_person("contributor")
    for page in admin_pages(books.people["analyst"]):
        assert client.get(page).status_code in (302, 403), page
    assert client.get("/admin/login/").status_code == 403


def test_a_superuser_without_a_role_sees_nothing(books: Books, posted: Settlement) -> None:
    client = Client()
    client.force_login(User.objects.create(username="root", is_staff=True, is_superuser=True))
    assert client.get(reverse("admin:ledger_journalentry_changelist")).status_code == 302


def test_whoever_is_not_signed_in_goes_to_the_sign_in_page(books: Books) -> None:
    answer = Client().get("/admin/login/?next=/admin/verify/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/sign-in/?next=/admin/verify/"


@pytest.mark.parametrize(
    "table", ["journalentry", "journalline", "settlementline", "account", "periodseal"]
)
def test_posted_rows_refuse_every_post(posted: Settlement, as_person: SignIn, table: str) -> None:
    entries = JournalEntry.objects.count()
    for person in ("analyst", "finance", "admin"):
        client = as_person(person)
        for page in ("1/change/", "1/delete/", "add/"):
            answer = client.post(f"/admin/ledger/{table}/{page}", {"description": "changed"})
            assert answer.status_code in (302, 403, 404), page
            assert answer.status_code != 302 or answer.headers["Location"].endswith("/admin/")
    assert JournalEntry.objects.count() == entries
    assert not JournalEntry.objects.filter(description="changed").exists()


def test_a_settlement_goes_from_its_form_to_the_journal(
    books: Books, as_person: SignIn, rung: list[int]
) -> None:
    books.emit("CLOUD", date(2023, 2, 1), "1000000", scope=1)
    analyst, approver, finance = (as_person(name) for name in ("analyst", "approver", "finance"))

    answer = analyst.post(
        reverse("admin:ledger_settlement_add"), {"scheme": "fee", "period": "2023Q1"}
    )
    settlement = Settlement.objects.get()
    page = reverse("admin:ledger_settlement_change", args=[settlement.pk])
    assert answer.headers["Location"] == page
    assert rung == [settlement.pk]
    assert "0 of 4 shards" in said(analyst.get(page))

    settlement_run.calculate(settlement_id=settlement.pk, at=NOON)
    shown = said(approver.get(page))
    assert "15,000.00" in shown
    assert reverse("admin:ledger_settlement_step", args=[settlement.pk, "approve"]) in shown
    assert reverse("admin:ledger_settlement_step", args=[settlement.pk, "post"]) not in shown

    take(approver, settlement, "approve")
    take(finance, settlement, "post")
    settlement.refresh_from_db()
    assert (settlement.state, settlement.approved_by, settlement.posted_by) == (
        SettlementState.POSTED,
        books.people["approver"],
        books.people["finance"],
    )
    assert JournalEntry.objects.filter(settlement=settlement).count() == 1


def take(client: Client, settlement: Settlement, step: str) -> Any:
    """Open the confirmation, confirm, and come back to the page."""
    address = reverse("admin:ledger_settlement_step", args=[settlement.pk, step])
    assert client.get(address).status_code == 200
    return client.post(address, follow=True)


def test_the_preparer_is_told_why_they_cannot_approve(books: Books, as_person: SignIn) -> None:
    books.emit("CLOUD", date(2023, 2, 1), "1000000", scope=1)
    settlement = books.calculate("2023Q1")
    Membership.objects.create(user=books.people["analyst"], role="sustainability_approver")
    analyst = as_person("analyst")
    page = said(analyst.get(reverse("admin:ledger_settlement_change", args=[settlement.pk])))
    assert "another person must approve it" in page
    answer = take(analyst, settlement, "approve")
    assert "analyst prepared this settlement and can&#x27;t approve it" in said(answer)
    settlement.refresh_from_db()
    assert settlement.state == SettlementState.CALCULATED


def test_a_step_without_its_role_is_refused_with_the_role(books: Books, as_person: SignIn) -> None:
    books.emit("CLOUD", date(2023, 2, 1), "1000000", scope=1)
    settlement = books.calculate("2023Q1")
    address = reverse("admin:ledger_settlement_step", args=[settlement.pk, "approve"])
    finance = as_person("finance")
    assert finance.get(address).status_code == 403
    assert "takes the role sustainability approver" in said(finance.post(address, follow=True))
    settlement.refresh_from_db()
    assert settlement.state == SettlementState.CALCULATED


def test_cancelling_frees_the_records(books: Books, as_person: SignIn) -> None:
    books.emit("CLOUD", date(2023, 2, 1), "1000000", scope=1)
    settlement = books.calculate("2023Q1")
    assert "is cancelled" in said(take(as_person("analyst"), settlement, "cancel"))
    settlement.refresh_from_db()
    assert settlement.state == SettlementState.CANCELLED
    assert not settlement.lines.exists()


def test_a_refusal_of_the_form_is_shown_in_plain_words(
    books: Books, posted: Settlement, as_person: SignIn
) -> None:
    answer = as_person("analyst").post(
        reverse("admin:ledger_settlement_add"), {"scheme": "fee", "period": "2023Q1"}
    )
    assert "is already settled for scheme fee" in said(answer)
    assert Settlement.objects.count() == 1


def test_a_stuck_shard_is_shown_with_its_error_and_released(
    books: Books, as_person: SignIn, rung: list[int]
) -> None:
    books.emit("CLOUD", date(2023, 2, 1), "1000000", scope=1)
    other = found_scheme(books, "narrow", keeps_atmosphere=False)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        CarbonPrice.objects.filter(scheme=other).delete()
        cursor.execute("SET LOCAL session_replication_role = origin")
    settlement = settlement_run.prepare(
        scheme_code="narrow", period_code="2023Q1", by=books.people["analyst"]
    )
    settlement_run.calculate(settlement_id=settlement.pk, at=NOON)
    shard = settlement.shards.get(state=ShardState.QUARANTINED)
    analyst = as_person("analyst")
    page = reverse("admin:ledger_settlement_change", args=[settlement.pk])
    assert "No price is in force for 1 covered combinations" in said(analyst.get(page))
    assert "could not be calculated" in said(analyst.get("/admin/"))
    korean = {"Accept-Language": "ko"}
    for address in (page, "/admin/"):
        told = said(analyst.get(address, headers=korean))
        assert "조합 1개에 유효한 가격이 없습니다" in told
        assert "No price is in force" not in told

    address = reverse("admin:ledger_settlement_release", args=[settlement.pk, shard.pk])
    assert analyst.get(address).status_code == 403
    assert "calculated again" in said(analyst.post(address, follow=True))
    shard.refresh_from_db()
    assert (shard.state, rung) == (ShardState.WAITING, [settlement.pk])


def test_the_page_says_that_nothing_moves(books: Books, as_person: SignIn) -> None:
    books.emit("CLOUD", date(2023, 2, 1), "1000000", scope=1)
    settlement = settlement_run.prepare(
        scheme_code="fee", period_code="2023Q1", by=books.people["analyst"]
    )
    quick = settlement_review.review(settlement_id=settlement.pk, at=settlement.prepared_at)
    late = settlement_review.review(
        settlement_id=settlement.pk, at=settlement.prepared_at + timedelta(minutes=2)
    )
    assert quick.progress.still_for is None
    assert late.progress.still_minutes == "2.0"


def test_the_progress_reloads_the_page_once_it_is_done(books: Books, as_person: SignIn) -> None:
    books.emit("CLOUD", date(2023, 2, 1), "1000000", scope=1)
    settlement = settlement_run.prepare(
        scheme_code="fee", period_code="2023Q1", by=books.people["analyst"]
    )
    address = reverse("admin:ledger_settlement_progress", args=[settlement.pk])
    analyst = as_person("analyst")
    assert "0 of 4 shards" in said(analyst.get(address))
    settlement_run.calculate(settlement_id=settlement.pk, at=NOON)
    assert analyst.get(address).headers["HX-Refresh"] == "true"


def test_finance_closes_a_period_once_every_check_holds(
    books: Books, posted: Settlement, as_person: SignIn
) -> None:
    finance = as_person("finance")
    later = books.periods["2023Q2"]
    page = reverse("admin:ledger_accountingperiod_change", args=[later.pk])
    assert "Scheme fee is settled up to 2023Q1, not up to 2023Q2." in said(finance.get(page))
    refused = finance.post(
        reverse("admin:ledger_accountingperiod_close", args=[later.pk]), follow=True
    )
    assert "can&#x27;t be closed yet" in said(refused)

    first = books.periods["2023Q1"]
    close = reverse("admin:ledger_accountingperiod_close", args=[first.pk])
    assert as_person("analyst").post(close).status_code == 403
    assert "closed and sealed" in said(finance.post(close, follow=True))
    first.refresh_from_db()
    assert first.state == "closed"
    assert first.seal.chain_sha256 in said(
        finance.get(reverse("admin:ledger_accountingperiod_change", args=[first.pk]))
    )


def test_a_period_that_is_open_is_there_before_its_control_totals(
    books: Books, posted: Settlement, as_person: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = books.periods["2023Q1"]
    page = reverse("admin:ledger_accountingperiod_change", args=[first.pk])
    close = reverse("admin:ledger_accountingperiod_close", args=[first.pk])
    finance = as_person("finance")
    whole = said(finance.get(page, {"totals": "now"}))
    assert "Debits equal credits" in whole
    assert "this period is ready to close" in whole
    assert f'href="{close}"' in whole

    monkeypatch.setattr(close_checklist, "totals_of", _not_now)
    at_once = said(finance.get(page))
    assert "Every step is taken." in at_once
    for way in ('hx-get="?totals=now"', 'href="?totals=now"'):
        assert way in at_once
    assert "ready to close" not in at_once
    assert f'href="{close}"' not in at_once
    assert "The control totals are worked out once more" in said(finance.get(close))


def _not_now(_: AccountingPeriod) -> list[Check]:
    raise AssertionError("the page waits for the control totals")


def test_what_a_page_asks_for_later_takes_the_places_that_wait_for_it(
    books: Books, posted: Settlement, as_person: SignIn
) -> None:
    page = reverse("admin:ledger_accountingperiod_change", args=[books.periods["2023Q1"].pk])
    for answer in (as_person("finance").get(page), as_person("finance").get(page + "?totals=now")):
        for place in ("control-totals", "close-verdict", "close-button"):
            assert said(answer).count(f'id="{place}"') == 1


def test_control_totals_that_differ_keep_the_period_open_also_for_who_came_to_close_it(
    books: Books, posted: Settlement, as_person: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = books.periods["2023Q1"]
    wrong = Check("debits_equal_credits", "Debits equal credits", what_next="Not equal: USD.")
    monkeypatch.setattr(close_checklist, "totals_of", lambda _: [wrong])
    finance = as_person("finance")
    page = reverse("admin:ledger_accountingperiod_change", args=[first.pk])
    assert "1 of 10 checks fails." in said(finance.get(page, {"totals": "now"}))
    close = reverse("admin:ledger_accountingperiod_close", args=[first.pk])
    assert "Not equal: USD." in said(finance.post(close, follow=True))
    first.refresh_from_db()
    assert first.state == "open"


def test_a_page_that_waits_for_totals_learns_that_the_period_was_closed(
    books: Books, posted: Settlement, as_person: SignIn
) -> None:
    finance = as_person("finance")
    first = books.periods["2023Q1"]
    finance.post(reverse("admin:ledger_accountingperiod_close", args=[first.pk]))
    page = reverse("admin:ledger_accountingperiod_change", args=[first.pk])
    asked = finance.get(page, {"totals": "now"}, headers={"HX-Request": "true"})
    assert asked.headers["HX-Refresh"] == "true"
    assert first.code in said(finance.get(page, {"totals": "now"}))


def test_a_period_is_opened_by_its_first_and_last_day(books: Books, as_person: SignIn) -> None:
    form = reverse("admin:ledger_accountingperiod_add")
    facts = {"code": "2023Q4", "first_day": "2023-10-01", "last_day": "2023-12-31"}
    finance = as_person("finance")
    overlapping = finance.post(form, facts | {"first_day": "2023-09-01"})
    assert "already belong to another period" in said(overlapping)
    backwards = finance.post(form, facts | {"last_day": "2023-09-01"})
    assert "before the first day" in said(backwards)
    for far in ({"last_day": "9999-12-31"}, {"first_day": "0001-01-01"}):
        refused = finance.post(form, facts | far)
        assert refused.status_code == 200
        assert "Ensure this value is" in said(refused)
    assert finance.post(form, facts).status_code == 302
    assert AccountingPeriod.objects.get(code="2023Q4").days.upper == date(2024, 1, 1)
    assert as_person("auditor").get(form).status_code == 403


def test_verify_shows_what_was_checked(posted: Settlement, as_person: SignIn) -> None:
    auditor = as_person("auditor")
    assert "Everything holds" not in said(auditor.get("/admin/verify/"))
    shown = said(auditor.post("/admin/verify/"))
    assert "Everything holds" in shown
    assert "Entries balance" in shown


def test_verify_names_what_is_broken(posted: Settlement, as_person: SignIn) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE ledger_journalline SET debit = debit + 1 WHERE debit > 0")
        cursor.execute("SET LOCAL session_replication_role = origin")
    shown = said(as_person("auditor").post("/admin/verify/"))
    assert "Everything holds" not in shown
    assert "entries balance" in shown.lower()
    assert "broken" in shown


def test_the_entry_shows_both_sides_in_units_and_balances(
    posted: Settlement, as_person: SignIn
) -> None:
    entry = JournalEntry.objects.filter(settlement=posted, purpose="charge").order_by("id")[0]
    shown = said(
        as_person("finance").get(reverse("admin:ledger_journalentry_change", args=[entry.pk]))
    )
    assert shown.count("15,000.00") == 4  # both lines and both totals
    assert "1,000,000.000" in shown


def test_lists_of_the_books_never_count_their_rows(posted: Settlement, as_person: SignIn) -> None:
    client = as_person("auditor")
    for table in ("journalentry", "journalline", "settlementline", "settlement"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(f"/admin/ledger/{table}/")
        counts = [
            query["sql"]
            for query in queries
            if "COUNT(*)" in query["sql"].upper() and f"ledger_{table}" in query["sql"]
        ]
        assert counts == [], table
