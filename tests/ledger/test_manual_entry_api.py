"""Entries by hand, by programs: keys act for persons, and two persons it takes."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from departments.organisation.models import KeptReply
from ledger.models.journal import JournalEntry
from ledger.models.manual_entries import ManualEntry
from tests.ledger.books import Books
from tests.ledger.by_hand import FEE, FUND, approve, propose, settled_quarter
from tests.ledger.test_api import API, as_person, as_program

PROPOSAL = {
    "entry_date": "2023-05-31",
    "description": "Fee of a site that was sold",
    "reason": "The buyer takes it over, see the contract",
    "evidence": "https://files.example/contract.pdf",
    "lines": [
        {"account": FUND, "commodity": "USD", "debit": "12.50"},
        {"account": FEE, "credit": "12.5"},
    ],
}


@pytest.fixture
def quarter(books: Books) -> Books:
    return settled_quarter(books)


def program(books: Books, person: str) -> APIClient:
    return as_program(books, "manual:read", "manual:write", "manual:approve", acts_for=person)


def test_two_programs_of_two_persons_propose_approve_and_reverse(quarter: Books) -> None:
    analyst, finance = program(quarter, "analyst"), program(quarter, "finance")
    proposed = analyst.post(f"{API}/manual-entries/", PROPOSAL)
    url = proposed["Location"]
    shown = proposed.json()
    assert (proposed.status_code, shown["state"], shown["kind"]) == (201, "proposed", "entry")
    assert (shown["proposed_by"], shown["decided_by"]) == ("analyst", None)
    assert shown["lines"][0] == {
        "account": FUND,
        "commodity": "USD",
        "debit": "12.50",
        "credit": "0.00",
        "amount": "12.50",
        "amount_minor": 1250,
    }
    for _ in range(2):
        approved = finance.post(f"{url}approve/", {})
        assert (approved.status_code, approved.json()["state"]) == (200, "approved")
    entry = JournalEntry.objects.get(pk=approved.json()["journal_entry"])
    assert (entry.source_type, entry.source_id) == ("manual", str(shown["id"]))

    reversal = finance.post(
        f"{url}reverse/", {"entry_date": "2023-06-30", "reason": "fell through"}
    )
    assert (reversal.status_code, reversal.json()["kind"]) == (201, "reversal")
    assert reversal.json()["reverses"] == shown["id"]
    done = program(quarter, "approver").post(f"{reversal['Location']}approve/", {})
    mirror = JournalEntry.objects.get(pk=done.json()["journal_entry"])
    assert mirror.reverses_id == entry.pk
    assert analyst.get(url).json()["reversed_by"] == reversal.json()["id"]


def test_a_second_key_of_the_same_person_is_the_same_person(quarter: Books) -> None:
    url = program(quarter, "finance").post(f"{API}/manual-entries/", PROPOSAL)["Location"]
    for step, body in (("approve", {}), ("reject", {"reason": "no"})):
        answer = program(quarter, "finance").post(f"{url}{step}/", body)
        assert (answer.status_code, answer.json()["code"]) == (403, "decided_by_proposer")
    assert ManualEntry.objects.get().state == "proposed"


@pytest.mark.parametrize(
    ("scope", "step"),
    [("manual:write", "approve"), ("manual:approve", "withdraw"), ("journal:read", "reverse")],
)
def test_each_step_takes_its_scope(quarter: Books, scope: str, step: str) -> None:
    entry = propose(quarter)
    client = as_program(quarter, scope, acts_for="finance")
    assert client.post(f"{API}/manual-entries/{entry.pk}/{step}/", {}).status_code == 403
    assert ManualEntry.objects.get().state == "proposed"


def test_a_key_of_one_department_and_a_contributor_see_none_of_it(quarter: Books) -> None:
    entry = propose(quarter)
    narrow = as_program(
        quarter, "manual:read", "manual:write", acts_for="finance", departments=("CLOUD",)
    )
    for client in (narrow, as_person(quarter, "contributor")):
        assert client.get(f"{API}/manual-entries/").status_code == 403
        assert client.get(f"{API}/manual-entries/{entry.pk}/").status_code == 403
        assert client.post(f"{API}/manual-entries/", PROPOSAL).status_code == 403


def test_every_problem_comes_back_with_its_place(quarter: Books) -> None:
    wrong: dict[str, Any] = PROPOSAL | {
        "entry_date": "2031-01-01",
        "reason": "",
        "lines": [{"account": "Expenses:Nothing", "debit": "1"}, {"account": FEE, "credit": "x"}],
    }
    answer = as_person(quarter, "analyst").post(f"{API}/manual-entries/", wrong)
    assert (answer.status_code, answer.json()["code"]) == (422, "manual_entry_invalid")
    assert [problem["field"] for problem in answer.json()["errors"]] == [
        "reason",
        "entry_date",
        "lines.0.account",
        "lines.1.credit",
    ]
    assert ManualEntry.objects.count() == 0


def test_amounts_are_text_and_nothing_unknown_is_taken(quarter: Books) -> None:
    lines = [{"account": FUND, "debit": 12.5}, {"account": FEE, "credit": "12.5", "note": "x"}]
    answer = as_person(quarter, "analyst").post(
        f"{API}/manual-entries/", PROPOSAL | {"lines": lines}
    )
    assert answer.status_code == 400
    assert {problem["field"] for problem in answer.json()["errors"]} == {
        "lines.0.debit",
        "lines.1.note",
    }


def test_rejecting_and_withdrawing(quarter: Books) -> None:
    analyst, finance = as_person(quarter, "analyst"), as_person(quarter, "finance")
    first, second = propose(quarter), propose(quarter)
    rejected = finance.post(f"{API}/manual-entries/{first.pk}/reject/", {"reason": "no contract"})
    assert (rejected.json()["state"], rejected.json()["decision_reason"]) == (
        "rejected",
        "no contract",
    )
    withdrawn = analyst.post(f"{API}/manual-entries/{second.pk}/withdraw/", {})
    assert withdrawn.json()["state"] == "withdrawn"
    late = finance.post(f"{API}/manual-entries/{second.pk}/approve/", {})
    assert (late.status_code, late.json()["code"]) == (409, "manual_entry_decided")


def test_the_list_pages_and_filters_in_as_many_queries(quarter: Books) -> None:
    approve(quarter, propose(quarter))
    finance = as_person(quarter, "finance")

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert finance.get(f"{API}/manual-entries/").status_code == 200
        return len(asked)

    queries()  # the session notes that it is in use, once a minute
    few = queries()
    entries = [propose(quarter) for _ in range(5)]
    assert queries() == few
    page = finance.get(f"{API}/manual-entries/", {"limit": "2", "state": "proposed"}).json()
    assert [row["id"] for row in page["data"]] == [entry.pk for entry in entries[:2]]
    rest = finance.get(
        f"{API}/manual-entries/", {"state": "proposed", "cursor": page["next_cursor"]}
    ).json()
    assert [row["id"] for row in rest["data"]] == [entry.pk for entry in entries[2:]]
    assert finance.get(f"{API}/manual-entries/", {"state": "lost"}).status_code == 400
    assert finance.get(f"{API}/manual-entries/0/").json()["code"] == "manual_entry_not_found"


def test_sent_twice_with_one_key_it_is_proposed_once(quarter: Books) -> None:
    analyst = program(quarter, "analyst")
    first, again = (
        analyst.post(f"{API}/manual-entries/", PROPOSAL, headers={"Idempotency-Key": "sale-7"})
        for _ in range(2)
    )
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert ManualEntry.objects.count() == KeptReply.objects.count() == 1
