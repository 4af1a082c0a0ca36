"""What people come for, done in a browser, at a desk and on a phone: 1280 and 390 pixels."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

import psycopg2
import pytest
from django.core.cache import cache
from django.db import connection
from playwright.sync_api import FilePayload, Page, Route, expect

from departments.inventory.models.activity import ActivityRecord
from departments.organisation.models import Department
from ledger import tasks
from ledger.models.disputes import Dispute
from ledger.models.exports import JournalExport
from ledger.models.journal import JournalLine
from ledger.models.manual_entries import ManualEntry
from ledger.models.settlements import Settlement, SettlementLine
from tests.journeys.chromium import check_page
from tests.journeys.conftest import PASSWORD, downloaded
from tests.ledger.books import Books
from tests.promises.test_killed_workers import kill, start_worker

SitDown = Callable[..., Page]
HEADER = "department,activity,started_on,ended_on,external_id,quantity,unit,citation\n"
FAULTY = HEADER + (
    "CLOUD,reported/scope-1,2023-07-31,2023-07-01,july,12.5,tCO2e,Meter book\n"
    "CLOUD,reported/scope-1,2023-08-01,2023-08-31,august,many,tCO2e,Meter book\n"
)
MENDED = HEADER + (
    "CLOUD,reported/scope-1,2023-07-01,2023-07-31,july,12.5,tCO2e,Meter book\n"
    "CLOUD,reported/scope-1,2023-08-01,2023-08-31,august,13.5,tCO2e,Meter book\n"
    "CLOUD,reported/scope-1,2023-09-01,2023-09-30,september,14.5,tCO2e,Meter book\n"
)


@pytest.fixture(autouse=True)
def forget_counts() -> Iterator[None]:
    """Nobody has tried to sign in before."""
    cache.clear()
    yield
    cache.clear()


def file_of(text: str) -> FilePayload:
    return {"name": "summer.csv", "mimeType": "text/csv", "buffer": text.encode()}


def check_file(page: Page, text: str) -> None:
    page.get_by_label("File", exact=True).set_input_files(file_of(text))
    page.get_by_role("button", name="Check the file").click()


def told(page: Page, words: str) -> None:
    """Wait until the page says this of what was done."""
    expect(page.get_by_role("status").filter(has_text=words)).to_be_visible()


def refused(page: Page, words: str) -> None:
    """Wait until the page says what is wrong, and takes the reader there."""
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text(words)
    expect(alert).to_be_focused()


def states() -> dict[str, str]:
    return dict(ActivityRecord.objects.exclude(external_id="").values_list("external_id", "state"))


def test_a_faulty_file_is_mended_submitted_and_decided(books: Books, sit_down: SitDown) -> None:
    """One is returned with a reason and handed in again, the rest approved."""
    page = sit_down(books.people["contributor"])
    page.goto("/departments/CLOUD/activity/")
    page.get_by_role("link", name="Upload a file").click()
    check_file(page, FAULTY)
    refused(page, "summer.csv has 2 problems")
    assert states() == {}
    check_page(page)
    with downloaded(page) as errors:
        page.get_by_role("link", name="errors.csv").click()
    rows = list(csv.DictReader(io.StringIO(errors[0].decode("utf-8-sig"))))
    assert [row["external_id"] for row in rows] == ["july", "august"]

    check_file(page, MENDED)
    expect(page.get_by_role("heading", name="3 rows can be taken in")).to_be_visible()
    check_page(page)
    page.get_by_role("button", name="Take them in as drafts").click()
    told(page, "3 records were taken in as drafts")
    check_page(page)
    page.get_by_label("Choose all").check()
    page.get_by_role("button", name="Submit the chosen").click()
    told(page, "3 records submitted")
    assert set(states().values()) == {"submitted"}

    approver = sit_down(books.people["cloud-approver"])
    approver.goto("/approvals/")
    check_page(approver)
    july = approver.get_by_role("row").filter(has_text="2023-07-31").get_by_role("checkbox")
    july.check()
    approver.get_by_role("button", name="Return the chosen").click()
    refused(approver, "Say why you return it")
    expect(july).to_be_checked()
    check_page(approver)
    approver.get_by_label("Reason, if you return them").fill("Which meter was it?")
    approver.get_by_label("Reason, if you return them").press("Enter")
    told(approver, "1 record returned.")
    approver.get_by_label("Choose all").check()
    approver.get_by_role("button", name="Approve the chosen").click()
    told(approver, "2 records approved.")
    expect(approver.get_by_role("heading", name="Nothing waits for you.")).to_be_visible()
    assert states() == {"july": "returned", "august": "approved", "september": "approved"}

    page.goto("/departments/CLOUD/activity/?state=returned")
    page.get_by_role("link", name="reported/scope-1").click()
    expect(page.get_by_text("Which meter was it?").first).to_be_visible()
    check_page(page)
    page.get_by_role("link", name="Change").click()
    page.get_by_label("Note").fill("Meter 7, beside the boiler")
    page.get_by_role("button", name="Save").click()
    told(page, "Saved.")
    page.get_by_role("button", name="Submit for approval").click()
    told(page, "Another person approves it")
    assert states()["july"] == "submitted"


@contextmanager
def held_back(department: Department) -> Iterator[None]:
    """No account of this department can be opened: its shard waits, the others do not."""
    place = connection.settings_dict
    holder = psycopg2.connect(host=place["HOST"], dbname=place["NAME"], user=place["USER"])
    try:
        with holder.cursor() as cursor:
            cursor.execute(
                "SELECT FROM organisation_department WHERE id = %s FOR UPDATE", [department.pk]
            )
        yield
    finally:
        holder.close()


@pytest.mark.usefixtures("heard")
def test_a_settlement_is_run_watched_approved_and_posted(
    books: Books, sit_down: SitDown, program_environment: dict[str, str], tmp_path: Path
) -> None:
    """A real worker calculates; the page moves on by itself; another person approves and posts."""
    worker = start_worker(program_environment, tmp_path)
    try:
        books.emit("CLOUD", date(2023, 8, 1), "1000000")
        books.emit("OFFICES", date(2023, 8, 1), "2000000")
        analyst = sit_down(books.people["analyst"])
        with held_back(books.departments["OFFICES"]):
            analyst.goto("/admin/ledger/settlement/add/")
            analyst.get_by_label("Period").select_option("2023Q3")
            analyst.get_by_role("button", name="Calculate").click()
            # nobody reloads: the page asks by itself
            expect(analyst.get_by_text("3 of 4 shards")).to_be_visible()
            expect(analyst.get_by_role("heading", name="Calculating", exact=True)).to_be_visible()
            expect(analyst.get_by_role("heading", name="By department")).to_have_count(0)
            check_page(analyst)
        expect(analyst.locator(".desk-badge.calculated")).to_be_visible()
    finally:
        kill(worker)
    expect(analyst.get_by_role("heading", name="By department")).to_be_visible()
    expect(analyst.get_by_role("link", name="Approve", exact=True)).to_have_count(0)
    check_page(analyst)

    settlement = Settlement.objects.get(period__code="2023Q3")
    approver = sit_down(books.people["approver"])
    approver.goto(f"/admin/ledger/settlement/{settlement.pk}/change/")
    for step, state in (("Approve", "approved"), ("Post", "posted")):
        approver.get_by_role("link", name=step, exact=True).click()
        expect(approver.get_by_role("button", name=step, exact=True)).to_be_visible()
        check_page(approver)
        approver.get_by_role("button", name=step, exact=True).click()
        expect(approver.locator(f".desk-badge.{state}")).to_be_visible()
    check_page(approver)
    amounts = SettlementLine.objects.filter(settlement=settlement).values_list(
        "department__code", "amount_minor"
    )
    assert dict(amounts) == {"CLOUD": 15_000_00, "OFFICES": 30_000_00}


def test_a_line_is_disputed_and_reversed(books: Books, sit_down: SitDown) -> None:
    """The department says why; an entry by hand, by two people, puts it right."""
    contributor = sit_down(books.people["contributor"])
    contributor.goto("/departments/CLOUD/fee/2023Q1/")
    contributor.get_by_role("link", name="Business travel").first.click()
    contributor.get_by_role("link", name="Dispute this line").click()
    contributor.get_by_role("button", name="Dispute this line").click()
    refused(contributor, "What is wrong?")
    check_page(contributor)
    contributor.get_by_label("What is wrong?").fill("Half of these flights were OFFICES'.")
    contributor.get_by_role("button", name="Dispute this line").click()
    expect(contributor.get_by_text("The line is disputed")).to_be_visible()
    dispute = Dispute.objects.get()

    analyst = sit_down(books.people["analyst"])
    analyst.goto("/admin/ledger/dispute/")
    check_page(analyst)
    analyst.goto(f"/admin/ledger/dispute/{dispute.pk}/change/")
    check_page(analyst)
    analyst.get_by_role("link", name="Take it back by an entry").click()
    analyst.get_by_label("Entry date").fill("2023-07-15")
    for row in (0, 1):  # half of what the line moved, which stands in both rows
        side = analyst.locator(f"[name=lines-{row}-{('credit', 'debit')[row]}]")
        expect(side).to_have_value("1995000.00")
        side.fill("997500.00")
    check_page(analyst)
    analyst.get_by_role("button", name="Propose").click()
    analyst.get_by_label("Reason").fill("The agency's list says so.")
    entry = ManualEntry.objects.get()
    expect(analyst.get_by_label("Entry by hand")).to_have_value(str(entry.pk))
    check_page(analyst)
    analyst.get_by_role("button", name="Accept").click()
    expect(analyst.locator(".desk-badge.accepted")).to_be_visible()

    approver = sit_down(books.people["approver"])
    approver.goto(f"/admin/ledger/manualentry/{entry.pk}/change/")
    approver.get_by_role("link", name="Approve and post").click()
    approver.get_by_role("button", name="Approve and post").click()
    expect(approver.locator(".desk-badge.approved")).to_be_visible()
    entry.refresh_from_db()
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
    page.wait_for_url("**/lines/?*")
    check_page(page)
    page.locator("table a[href^='/lines/']").first.click()
    expect(page.get_by_text("228,194,000").first).to_be_visible()
    page.locator(".record:not(.taken-back)").get_by_role("link", name="Record ").first.click()
    expect(page.get_by_text("This record corrects record")).to_be_visible()
    expect(page.get_by_text("A meter was left out.").first).to_be_visible()
    check_page(page)


def test_finance_downloads_the_journal(
    books: Books, sit_down: SitDown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked for at the desk, made by a worker, and the bytes are those that its manifest proves."""
    bells: list[int] = []
    monkeypatch.setattr(tasks, "ring_export", bells.append)
    page = sit_down(books.people["finance"])
    page.goto("/admin/ledger/journalexport/")
    check_page(page)
    page.goto("/admin/ledger/journalexport/add/")
    page.get_by_label("Format").select_option("jsonl")
    page.get_by_label("Period").select_option("2023Q1")
    check_page(page)
    on_their_way: list[Route] = []
    page.route("**/journalexport/add/", lambda route: on_their_way.append(route))
    ask = page.get_by_role("button", name="Export the journal")
    ask.scroll_into_view_if_needed()
    box = ask.bounding_box()
    assert box is not None
    with page.expect_request("**/journalexport/add/"):
        page.mouse.click(box["x"] + 9, box["y"] + 9)
    page.mouse.click(box["x"] + 9, box["y"] + 9)  # while the answer is on its way
    page.wait_for_timeout(0)
    (asked_once,) = on_their_way
    asked_once.continue_()
    expect(page.get_by_role("heading", name="Waiting for a worker")).to_be_visible()
    check_page(page)
    tasks.make_export(bells[0])
    # nobody reloads: the page asks by itself, and goes to the export
    expect(page.get_by_role("link", name="Acknowledge", exact=True)).to_be_visible(timeout=60_000)
    check_page(page)
    with downloaded(page) as files:
        page.get_by_role("link", name="Download the file").click()
    export = JournalExport.objects.get()
    lines = [json.loads(line) for line in files[0].splitlines()]
    assert len(lines) == export.line_count > 0
    debits = sum(Decimal(line["debit"] or 0) for line in lines if line["commodity"] == "USD")
    assert debits == Decimal("5417910.00")  # (228,194 + 133,000) t × $15


def test_with_the_keyboard_alone(books: Books, sit_down: SitDown) -> None:
    """Sign in, skip to the content, open a line and its record, correct it; the focus is seen."""
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
    page.keyboard.press("Enter")
    refused(page, "Why is it corrected?")
    page.keyboard.press("Tab")  # the summary of what is wrong leads to it
    page.keyboard.press("Enter")
    expect(page.get_by_label("Why is it corrected?")).to_be_focused()
    page.keyboard.type("The meter was read a day late.")
    page.keyboard.press("Enter")
    told(page, "The correction is a draft")


def give_password(books: Books, username: str) -> None:
    books.people[username].set_password(PASSWORD)
    books.people[username].save()


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
    """The bill is read, a file uploaded and submitted; what needs a script isn't offered."""
    give_password(books, "contributor")
    page = sit_down(java_script_enabled=False)
    page.goto("/")
    page.get_by_label("Username").fill("contributor")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator("#due-heading + .due-amount")).to_have_text("USD 6,418,875.00")
    expect(page.get_by_role("button", name="Print this bill")).to_have_count(0)
    page.get_by_role("link", name="Filter, sort and download the lines").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("lines of 2023Q2")

    page.goto("/departments/CLOUD/activity/upload/")
    check_file(page, FAULTY)
    refused(page, "2 problems")
    check_file(page, MENDED)
    page.get_by_role("button", name="Take them in and submit").click()
    told(page, "3 records were taken in and submitted")
    assert set(states().values()) == {"submitted"}


def test_the_desk_is_read_without_javascript(books: Books, sit_down: SitDown) -> None:
    """What its theme hides until its script has run is there all the same."""
    give_password(books, "analyst")
    page = sit_down(java_script_enabled=False)
    page.goto("/admin/ledger/accountingperiod/")
    page.get_by_label("Username").fill("analyst")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("link", name="2023Q2").first).to_be_visible()
