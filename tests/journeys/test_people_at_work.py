"""What people come for, done in a browser, at a desk and on a phone: 1280 and 390 pixels."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.cache import cache
from playwright.sync_api import FilePayload, Page, expect

from departments.inventory.models.activity import ActivityRecord
from ledger import tasks
from ledger.models.disputes import Dispute
from ledger.models.exports import JournalExport
from ledger.models.journal import JournalEntry, JournalLine
from ledger.models.manual_entries import ManualEntry
from ledger.models.settlements import Settlement, SettlementLine
from tests.journeys.chromium import check_page
from tests.journeys.conftest import PASSWORD, downloaded
from tests.ledger.books import Books
from tests.promises.test_killed_workers import blocked_lines, kill, ring, start_worker, wait_until

pytestmark = pytest.mark.skipif(os.environ.get("CFL_EVERY_LOOK") != "1", reason="make axe does it")
SitDown = Callable[..., Page]
HEADER = "department,activity,started_on,ended_on,external_id,quantity,unit,citation\n"
FAULTY = HEADER + (
    "CLOUD,reported/scope-1,2023-07-31,2023-07-01,july,12.5,tCO2e,Meter book\n"
    "CLOUD,reported/scope-1,2023-08-01,2023-08-31,august,many,tCO2e,Meter book\n"
)
MENDED = HEADER + (
    "CLOUD,reported/scope-1,2023-07-01,2023-07-31,july,12.5,tCO2e,Meter book\n"
    "CLOUD,reported/scope-1,2023-08-01,2023-08-31,august,13.5,tCO2e,Meter book\n"
)


@pytest.fixture(autouse=True)
def forget_counts() -> Iterator[None]:
    """Nobody has tried to sign in before."""
    cache.clear()
    yield
    cache.clear()


def file_of(text: str) -> FilePayload:
    return {"name": "summer.csv", "mimeType": "text/csv", "buffer": text.encode()}


def sign_in(page: Page, username: str) -> None:
    page.goto("/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def give_password(books: Books, username: str) -> None:
    books.people[username].set_password(PASSWORD)
    books.people[username].save()


def states() -> dict[str, str]:
    return dict(ActivityRecord.objects.exclude(external_id="").values_list("external_id", "state"))


def test_a_faulty_file_is_mended_submitted_and_decided(books: Books, sit_down: SitDown) -> None:
    """One returned with a reason, the rest approved; the contributor reads why."""
    page = sit_down(books.people["contributor"])
    page.goto("/departments/CLOUD/activity/upload/")
    page.locator("#id_file").set_input_files(file_of(FAULTY))
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("alert")).to_contain_text("summer.csv has 2 problems")
    assert states() == {}
    check_page(page)
    with downloaded(page) as errors:
        page.get_by_role("link", name="errors.csv").click()
    rows = list(csv.DictReader(io.StringIO(errors[0].decode("utf-8-sig"))))
    assert [row["external_id"] for row in rows] == ["july", "august"]

    page.locator("#id_file").set_input_files(file_of(MENDED))
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("heading", name="2 rows can be taken in")).to_be_visible()
    check_page(page)
    page.get_by_role("button", name="Take them in").click()
    for _ in range(2):
        page.goto("/departments/CLOUD/activity/?state=draft")
        page.get_by_role("link", name="reported/scope-1").first.click()
        page.get_by_role("button", name="Submit for approval").click()
        expect(page.get_by_role("status")).to_contain_text("Another person approves it")
    assert states() == {"july": "submitted", "august": "submitted"}

    approver = sit_down(books.people["cloud-approver"])
    approver.goto("/approvals/")
    check_page(approver)
    july = approver.get_by_role("row").filter(has_text="2023-07-31")
    july.get_by_role("checkbox").check()
    approver.get_by_label("Reason, if you return them").fill("Which meter was it?")
    approver.get_by_role("button", name="Return the chosen").click()
    approver.get_by_role("row").filter(has_text="2023-08-31").get_by_role("checkbox").check()
    approver.get_by_role("button", name="Approve the chosen").click()
    expect(approver.get_by_role("heading", name="Nothing waits for you.")).to_be_visible()
    assert states() == {"july": "returned", "august": "approved"}

    page.goto("/departments/CLOUD/activity/?state=returned")
    page.get_by_role("link", name="reported/scope-1").click()
    expect(page.get_by_text("Which meter was it?").first).to_be_visible()
    check_page(page)


def test_a_settlement_is_run_watched_approved_and_posted(
    books: Books,
    sit_down: SitDown,
    program_environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Real workers calculate; the page moves on by itself; another person approves and posts."""
    books.emit("CLOUD", date(2023, 8, 1), "1000000")
    books.emit("OFFICES", date(2023, 8, 1), "2000000")
    bells: list[int] = []
    monkeypatch.setattr(tasks, "ring", lambda settlement_id, **_: bells.append(settlement_id))
    analyst = sit_down(books.people["analyst"])
    worker = start_worker(program_environment, tmp_path)
    try:
        with blocked_lines():
            analyst.goto("/admin/ledger/settlement/add/")
            analyst.get_by_label("Period").select_option("2023Q3")
            analyst.get_by_role("button", name="Calculate").click()
            settlement = Settlement.objects.get(pk=bells[0])
            ring(settlement, program_environment)
            expect(analyst.get_by_role("heading", name="Calculating", exact=True)).to_be_visible()
            expect(analyst.get_by_text("0 of 4 shards")).to_be_visible()
            check_page(analyst)
        # nobody reloads: the page asks by itself
        expect(analyst.get_by_role("heading", name="By department")).to_be_visible(timeout=60_000)
    finally:
        kill(worker)
    expect(analyst.get_by_role("link", name="Approve", exact=True)).to_have_count(0)
    check_page(analyst)

    approver = sit_down(books.people["approver"])
    approver.goto(f"/admin/ledger/settlement/{settlement.pk}/change/")
    for step in ("Approve", "Post"):
        approver.get_by_role("link", name=step, exact=True).click()
        check_page(approver)
        approver.get_by_role("button", name=step, exact=True).click()
    expect(approver.locator(".desk-badge.posted")).to_be_visible()
    check_page(approver)
    settlement.refresh_from_db()
    assert settlement.state == "posted"
    amounts = SettlementLine.objects.filter(settlement=settlement).values_list(
        "department__code", "amount_minor"
    )
    assert dict(amounts) == {"CLOUD": 15_000_00, "OFFICES": 30_000_00}
    wait_until(lambda: JournalEntry.objects.filter(settlement=settlement).exists())


def test_a_line_is_disputed_and_reversed(books: Books, sit_down: SitDown) -> None:
    """The department says why; an entry by hand, by two people, puts it right."""
    contributor = sit_down(books.people["contributor"])
    contributor.goto("/departments/CLOUD/fee/2023Q1/")
    contributor.get_by_role("link", name="Business travel").first.click()
    contributor.get_by_role("link", name="Dispute this line").click()
    check_page(contributor)
    contributor.get_by_label("What is wrong?").fill("Half of these flights were OFFICES'.")
    contributor.get_by_role("button", name="Dispute this line").click()
    expect(contributor.get_by_text("The line is disputed")).to_be_visible()
    dispute = Dispute.objects.get()

    analyst = sit_down(books.people["analyst"])
    analyst.goto("/admin/ledger/manualentry/add/")
    analyst.get_by_label("Entry date").fill("2023-07-15")
    analyst.get_by_label("Description").fill("Flights of another department")
    analyst.get_by_label("Reason").fill(f"Dispute {dispute.pk}")
    analyst.get_by_label("Evidence").fill("Travel agency's list of March")
    for number, (account, side) in enumerate(
        [("Equity:Carbon-Fund:FEE", "debit"), ("Expenses:Carbon-Fee:FEE:CLOUD", "credit")]
    ):
        analyst.locator(f"[name=lines-{number}-account]").fill(account)
        analyst.locator(f"[name=lines-{number}-{side}]").fill("997500.00")
    check_page(analyst)
    analyst.get_by_role("button", name="Propose").click()
    entry = ManualEntry.objects.get()
    analyst.goto("/admin/ledger/dispute/")
    check_page(analyst)
    analyst.goto(f"/admin/ledger/dispute/{dispute.pk}/change/")
    analyst.get_by_role("link", name="Accept", exact=True).click()
    analyst.get_by_label("Reason").fill("The agency's list says so.")
    analyst.get_by_label("Entry by hand").fill(str(entry.pk))
    check_page(analyst)
    analyst.get_by_role("button", name="Accept").click()

    approver = sit_down(books.people["approver"])
    approver.goto(f"/admin/ledger/manualentry/{entry.pk}/change/")
    approver.get_by_role("link", name="Approve and post").click()
    approver.get_by_role("button", name="Approve and post").click()
    entry.refresh_from_db()
    assert entry.state == "approved"
    back = JournalLine.objects.get(
        entry_id=entry.posted_entry_id, account__code="Expenses:Carbon-Fee:FEE:CLOUD"
    )
    assert (back.debit, back.credit) == (0, 997_500_00)

    contributor.goto("/disputes/")
    expect(contributor.get_by_text("Accepted", exact=True)).to_be_visible()
    expect(contributor.get_by_text(f"Put right by manual entry {entry.pk}.")).to_be_visible()
    check_page(contributor)


def test_three_clicks_tell_why_the_bill_rose(books: Books, sit_down: SitDown) -> None:
    """From the bill: what made the step, which line, which record corrected which."""
    page = sit_down(books.people["contributor"])
    page.goto("/")
    page.wait_for_url("**/departments/CLOUD/fee/2023Q2/")
    why = page.locator("section[aria-labelledby=why-heading]")
    expect(why).to_contain_text("Corrections")
    check_page(page)
    why.get_by_role("link", name="Corrections").click()
    check_page(page)
    page.locator("table a[href^='/lines/']").first.click()
    expect(page.get_by_text("228,194,000").first).to_be_visible()
    page.get_by_role("link", name="Record ", exact=False).first.click()
    expect(page.get_by_text("This record corrects record")).to_be_visible()
    check_page(page)


def test_finance_downloads_the_journal(books: Books, sit_down: SitDown) -> None:
    """Asked for at the desk, and the bytes are those that its manifest proves."""
    page = sit_down(books.people["finance"])
    page.goto("/admin/ledger/journalexport/")
    check_page(page)
    page.goto("/admin/ledger/journalexport/add/")
    page.get_by_label("Format").select_option("jsonl")
    page.get_by_label("Period").select_option("2023Q1")
    check_page(page)
    page.get_by_role("button", name="Export the journal").click()
    check_page(page)
    with downloaded(page) as files:
        page.get_by_role("link", name="Download the file").click()
    export = JournalExport.objects.get()
    lines = [json.loads(line) for line in files[0].splitlines()]
    assert len(lines) == export.line_count > 0
    debits = sum(Decimal(line["debit"] or 0) for line in lines if line["commodity"] == "USD")
    assert debits == Decimal("5417910.00")  # (228,194 + 133,000) t × $15


def test_with_the_keyboard_alone(books: Books, sit_down: SitDown) -> None:
    """Sign in, skip to the content, open a line and its record; the focus is always seen."""
    give_password(books, "contributor")
    page = sit_down()
    page.goto("/")
    reach(page, "input", "username")
    page.keyboard.type("contributor")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/departments/CLOUD/fee/2023Q2/")

    page.keyboard.press("Tab")
    assert focused(page)["text"] == "Skip to the content"
    page.keyboard.press("Enter")
    reach(page, "a", "Scope 2: Purchased energy")
    page.keyboard.press("Enter")
    page.wait_for_url("**/lines/*/")
    reach(page, "a", "Record ")
    page.keyboard.press("Enter")
    page.wait_for_url("**/activity/*/")
    reach(page, "a", "Correct")
    page.keyboard.press("Enter")
    page.wait_for_url("**/correct/")
    reach(page, "button", "Save")


def focused(page: Page) -> dict[str, str]:
    """What has the focus, and the line that shows it."""
    found: dict[str, str] = page.evaluate(
        """() => { const one = document.activeElement, style = getComputedStyle(one);
            return {tag: one.tagName.toLowerCase(), text: (one.textContent || '').trim(),
                    name: one.getAttribute('name') || '',
                    line: [style.outlineStyle, style.outlineWidth, style.boxShadow].join(' ')}; }"""
    )
    return found


def reach(page: Page, tag: str, words: str) -> None:
    """Press Tab until this has the focus; each stop on the way shows that it has it."""
    for _ in range(80):
        page.keyboard.press("Tab")
        now = focused(page)
        if now["tag"] != "body":
            assert not now["line"].endswith("none 0px none"), f"{now} doesn't show the focus"
        if now["tag"] == tag and (now["text"].startswith(words) or now["name"] == words):
            return
    pytest.fail(f"80 times Tab and no {tag} {words!r}")


def test_without_javascript(books: Books, sit_down: SitDown) -> None:
    """The bill is read and a file uploaded; what needs a script isn't offered."""
    give_password(books, "contributor")
    page = sit_down(java_script_enabled=False)
    sign_in(page, "contributor")
    expect(page.locator("#due-heading + .due-amount")).to_have_text("USD 6,418,875.00")
    expect(page.get_by_role("button", name="Print this bill")).to_have_count(0)
    page.get_by_role("link", name="Filter, sort and download the lines").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("lines of 2023Q2")

    page.goto("/departments/CLOUD/activity/upload/")
    page.locator("#id_file").set_input_files(file_of(FAULTY))
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("alert")).to_contain_text("2 problems")
    page.locator("#id_file").set_input_files(file_of(MENDED))
    page.get_by_role("button", name="Check the file").click()
    page.get_by_role("button", name="Take them in").click()
    page.get_by_role("link", name="reported/scope-1").first.click()
    page.get_by_role("button", name="Submit for approval").click()
    expect(page.get_by_role("status")).to_contain_text("Another person approves it")
    assert sorted(states().values()) == ["draft", "submitted"]
