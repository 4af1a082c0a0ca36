"""Entries by hand on the desk: a form without JavaScript, two people, what waits for whom."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from departments.organisation.models import Membership
from ledger.models.journal import JournalEntry
from ledger.models.manual_entries import ManualEntry
from tests.ledger.books import Books
from tests.ledger.by_hand import FEE, FUND, approve, propose, settled_quarter

pytestmark = pytest.mark.django_db

ADD = "/admin/ledger/manualentry/add/"


@pytest.fixture
def quarter(books: Books) -> Books:
    return settled_quarter(books)


def as_person(books: Books, name: str) -> Client:
    client = Client()
    client.force_login(books.people[name])
    return client


def sent(*lines: tuple[str, str, str, str], **facts: str) -> dict[str, str]:
    """What a browser sends: the facts, and rows of which some are empty."""
    form = {
        "entry_date": "2023-05-31",
        "description": "Fee of a site that was sold",
        "reason": "The buyer takes it over",
        "evidence": "https://files.example/contract.pdf",
        "lines-TOTAL_FORMS": str(len(lines)),
        "lines-INITIAL_FORMS": "0",
    }
    for number, line in enumerate(lines):
        for name, text in zip(("account", "commodity", "debit", "credit"), line, strict=True):
            form[f"lines-{number}-{name}"] = text
    return form | facts


EMPTY = ("", "", "", "")
GOOD = [(FUND, "USD", "12.50", ""), EMPTY, (FEE, "", "", "12.5")]


def page_of(entry: ManualEntry, step: str = "") -> str:
    if step:
        return reverse("admin:ledger_manualentry_step", args=[entry.pk, step])
    return reverse("admin:ledger_manualentry_change", args=[entry.pk])


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_one_person_proposes_and_another_approves(quarter: Books) -> None:
    finance, approver = as_person(quarter, "finance"), as_person(quarter, "approver")
    assert "More lines" in text(finance.get(ADD))
    shown = finance.post(ADD, sent(*GOOD), follow=True)
    entry = ManualEntry.objects.get()
    assert shown.redirect_chain == [(page_of(entry), 302)]
    assert "You proposed this entry, so another person must decide it." in text(shown)
    assert page_of(entry, "approve") not in text(shown)
    assert page_of(entry, "withdraw") in text(shown)

    overview = text(approver.get("/admin/"))
    assert "1 manual entry waits for another person’s approval".replace("’", "&#x27;") in overview
    assert page_of(entry, "approve") in text(approver.get(page_of(entry)))
    assert "Approve manual entry" in text(approver.get(page_of(entry, "approve")))
    assert JournalEntry.objects.filter(source_type="manual").count() == 0
    done = approver.post(page_of(entry, "approve"), follow=True)
    posted = JournalEntry.objects.get(source_type="manual")
    assert reverse("admin:ledger_journalentry_change", args=[posted.pk]) in text(done)
    assert "waits for another person" not in text(approver.get("/admin/"))


def test_every_problem_stands_beside_its_field(quarter: Books) -> None:
    wrong = [
        ("Expenses:Nothing", "", "1", ""),
        EMPTY,
        (FEE, "KGCO2E", "", "1"),
        (FUND, "", "x", ""),
    ]
    shown = text(as_person(quarter, "finance").post(ADD, sent(*wrong, reason="")))
    for words in (
        "Write it for those who read it later.",
        "There is no account &#x27;Expenses:Nothing&#x27;",
        "counts USD, not &#x27;KGCO2E&#x27;",
        "&#x27;x&#x27; is no number above zero",
    ):
        assert words in shown
    assert shown.index("Expenses:Nothing") < shown.index("There is no account") < shown.index(FEE)
    assert 'value="The buyer' not in shown  # what was left empty stays empty
    assert 'value="2023-05-31"' in shown
    assert ManualEntry.objects.count() == 0


def test_lines_that_do_not_balance_are_shown_again(quarter: Books) -> None:
    shown = as_person(quarter, "finance").post(ADD, sent((FUND, "", "1", ""), (FEE, "", "", "2")))
    assert "Debits are 1.00 USD and credits 2.00. Make them equal." in text(shown)
    assert ManualEntry.objects.count() == 0


def test_more_lines_keep_what_is_written(quarter: Books) -> None:
    shown = text(as_person(quarter, "finance").post(ADD, sent(*GOOD, more="1", entry_date="")))
    assert 'name="lines-TOTAL_FORMS" value="7"' in shown
    assert 'name="lines-6-account"' in shown
    assert 'value="12.50"' in shown
    assert "Fee of a site that was sold" in shown
    assert "errorlist" not in shown
    assert ManualEntry.objects.count() == 0


@pytest.mark.parametrize("total", ["", "x", "99999999", "-1"])
def test_a_mangled_form_is_no_crash(quarter: Books, total: str) -> None:
    client = as_person(quarter, "finance")
    for more in ({}, {"more": "1"}):
        form = sent(*GOOD) | {"lines-TOTAL_FORMS": total} | more
        assert client.post(ADD, form).status_code == 200
    assert ManualEntry.objects.count() == 0


def test_a_rejection_needs_its_reason(quarter: Books) -> None:
    entry = propose(quarter)
    finance = as_person(quarter, "finance")
    assert finance.post(page_of(entry, "reject"), {"reason": ""}).status_code == 200
    entry.refresh_from_db()
    assert entry.state == "proposed"
    shown = finance.post(page_of(entry, "reject"), {"reason": "There is no contract"}, follow=True)
    assert "There is no contract" in text(shown)
    entry.refresh_from_db()
    assert (entry.state, entry.decided_by) == ("rejected", quarter.people["finance"])


def test_its_author_withdraws_it_and_nobody_approves_by_address(quarter: Books) -> None:
    Membership.objects.create(user=quarter.people["analyst"], role="finance")
    entry = propose(quarter)
    analyst = as_person(quarter, "analyst")
    shown = analyst.post(page_of(entry, "approve"), follow=True)
    assert "another person must" in text(shown)
    assert as_person(quarter, "auditor").post(page_of(entry, "approve")).status_code == 403
    analyst.post(page_of(entry, "withdraw"))
    entry.refresh_from_db()
    assert entry.state == "withdrawn"
    assert analyst.get(page_of(entry, "lose")).status_code == 404


def test_a_reversal_is_proposed_from_the_page_of_its_entry(quarter: Books) -> None:
    entry = approve(quarter, propose(quarter))
    analyst = as_person(quarter, "analyst")
    assert page_of(entry, "reverse") in text(analyst.get(page_of(entry)))
    facts = {"entry_date": "2023-06-30", "reason": "The sale fell through"}
    shown = analyst.post(page_of(entry, "reverse"), facts, follow=True)
    reversal = ManualEntry.objects.get(reverses=entry)
    assert shown.redirect_chain == [(page_of(reversal), 302)]
    again = text(analyst.get(page_of(entry)))
    assert page_of(entry, "reverse") not in again
    assert "Reversal proposed" in again
    as_person(quarter, "finance").post(page_of(reversal, "approve"))
    assert JournalEntry.objects.filter(purpose="reversal").count() == 1


def test_who_may_not_propose_finds_no_form(quarter: Books) -> None:
    for name in ("approver", "auditor", "admin"):
        client = as_person(quarter, name)
        assert client.get("/admin/ledger/manualentry/").status_code == 200
        assert client.get(ADD).status_code == 403
        assert client.post(ADD, sent(*GOOD)).status_code == 403
    assert as_person(quarter, "contributor").get("/admin/ledger/manualentry/").status_code == 302
    assert ManualEntry.objects.count() == 0


def test_nothing_is_edited_or_deleted(quarter: Books) -> None:
    entry = propose(quarter)
    for name in ("analyst", "finance", "admin"):
        client = as_person(quarter, name)
        assert client.post(page_of(entry), {"reason": "other"}).status_code == 403
        delete = reverse("admin:ledger_manualentry_delete", args=[entry.pk])
        assert client.post(delete, {"post": "yes"}).status_code == 403
    entry.refresh_from_db()
    assert entry.reason == "The buyer takes it over, see the contract"
