"""Activity on its way: entered, submitted, decided by another person, or taken in from a file."""

from __future__ import annotations

import csv
import io
import random
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.html import strip_tags

from departments.inventory.records import list_records, record_detail
from departments.portal import forms
from tests.inventory.workbooks.written import workbook
from tests.ledger.books import Books

NEW = "/departments/CLOUD/activity/new/"
UPLOAD = "/departments/CLOUD/activity/upload/"
FACTS = {
    "activity": "reported/scope-1",
    "started_on": "2023-07-01",
    "ended_on": "2023-07-31",
    "quantity": "12.5",
    "unit": "tCO2e",
    "inputs": "citation = Meter book, page 7",
}
HEADER = "department,activity,started_on,ended_on,external_id,quantity,unit,citation\n"
GOOD = HEADER + "CLOUD,reported/scope-1,2023-07-01,2023-07-31,a-1,12.5,tCO2e,Meter book\n"
BAD = HEADER + (
    "CLOUD,reported/scope-1,2023-07-31,2023-07-01,=1+1,12.5,tCO2e,Meter book\n"
    "OFFICES,reported/scope-1,2023-07-01,2023-07-31,a-2,many,tCO2e,Meter book\n"
)


def text_of(response) -> str:
    return " ".join(strip_tags(response.content.decode()).split())


def newest(books: Books):
    return list_records(department_ids=[books.departments["CLOUD"].pk])[0]


@pytest.fixture
def submitted(books: Books, browse: Callable[[str], Client]) -> int:
    """A record that the contributor has entered and submitted by hand."""
    client = browse("contributor")
    client.post(NEW, FACTS)
    record_id = newest(books).record_id
    client.post(f"/activity/{record_id}/submit/")
    return int(record_id)


def file_of(given: str | bytes) -> dict[str, SimpleUploadedFile]:
    content = given.encode() if isinstance(given, str) else given
    return {"file": SimpleUploadedFile("july.csv", content, "text/csv")}


def errors_of(client: Client) -> list[dict[str, str]]:
    """errors.csv as a spreadsheet reads it."""
    response = client.get(f"{UPLOAD}errors.csv")
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.content.decode(), newline="")))


def test_entered_submitted_approved(books: Books, browse: Callable[[str], Client], submitted: int):
    assert newest(books).state == "submitted"
    approver = browse("cloud-approver")
    assert "12.500" in text_of(approver.get("/approvals/"))
    decision = {"records": submitted, "decision": "approve"}
    page = text_of(approver.post("/approvals/decide/", decision, follow=True))
    assert "1 record approved." in page
    assert newest(books).state == "approved"


@pytest.mark.parametrize("page", ["/approvals/", "/activity/{record}/"])
def test_only_the_figure_that_the_page_showed_is_approved(
    books: Books, browse: Callable[[str], Client], submitted: int, page: str
):
    approver, contributor = browse("cloud-approver"), browse("contributor")

    def shown() -> dict[str, object]:
        content = approver.get(page.format(record=submitted)).content.decode()
        (seen,) = re.findall(r'name="seen" value="([0-9:]+)"', content)
        return {"records": submitted, "seen": seen, "decision": "approve"}

    before = shown()
    contributor.post(f"/activity/{submitted}/edit/", FACTS | {"quantity": "0.125"})
    contributor.post(f"/activity/{submitted}/submit/")

    answer = approver.post("/approvals/decide/", before, follow=True)
    assert "has been changed and submitted again since you looked at it" in text_of(answer)
    assert newest(books).state == "submitted"
    answer = approver.post("/approvals/decide/", shown(), follow=True)
    assert "1 record approved." in text_of(answer)
    assert (newest(books).state, newest(books).quantity) == ("approved", Decimal("0.125"))


def test_who_submitted_a_record_can_not_approve_it(books: Books, browse: Callable[[str], Client]):
    client = browse("cloud-approver")
    client.post(NEW, FACTS)
    record_id = newest(books).record_id
    client.post(f"/activity/{record_id}/submit/")
    decision = {"records": record_id, "decision": "approve"}
    page = text_of(client.post("/approvals/decide/", decision, follow=True))
    assert "can&#x27;t decide it" in page
    assert newest(books).state == "submitted"


def test_a_return_needs_its_reason(books: Books, browse: Callable[[str], Client], submitted: int):
    client = browse("cloud-approver")
    decision = {"records": submitted, "decision": "return"}
    page = client.post("/approvals/decide/", decision)
    assert page.status_code == 422
    assert "Say why you return it" in text_of(page)
    assert f'value="{submitted}" checked' in page.content.decode()  # what was chosen stays chosen
    assert newest(books).state == "submitted"
    client.post("/approvals/decide/", decision | {"reason": "Which meter?"})
    assert newest(books).state == "returned"
    assert "Which meter?" in text_of(browse("contributor").get(f"/activity/{submitted}/"))


def test_enter_in_the_reason_returns_and_never_approves(
    books: Books, browse: Callable[[str], Client], submitted: int
):
    """A browser sends a form by the first of its buttons."""
    client = browse("cloud-approver")
    for address in ("/approvals/", f"/activity/{submitted}/"):
        buttons = re.findall(r'name="decision" value="(\w+)"', client.get(address).content.decode())
        assert buttons == ["return", "approve"]


def test_the_queue_comes_back_when_it_is_opened_by_its_step(browse: Callable[[str], Client]):
    assert browse("cloud-approver").get("/approvals/decide/").headers["Location"] == "/approvals/"


def test_chosen_records_are_submitted_together_or_not_at_all(
    books: Books, browse: Callable[[str], Client]
):
    client = browse("contributor")
    for reference, unit in [("a-1", "tCO2e"), ("a-2", "tCO2e"), ("a-3", "km")]:
        client.post(NEW, FACTS | {"external_id": reference, "unit": unit})
    rows = {row.external_id: row.record_id for row in list_records(department_ids=None)}
    step = "/departments/CLOUD/activity/submit/"
    page = client.post(step, {"state": "draft"}, follow=True)
    assert "Choose at least one record." in text_of(page)
    assert page.request["QUERY_STRING"] == "state=draft"

    chosen = {"records": [rows["a-1"], rows["a-2"], rows["a-3"]]}
    page = client.post(step, chosen, follow=True)  # nothing is in km that is reported
    assert {row.state for row in list_records(department_ids=None, search="a-")} == {"draft"}

    chosen = {"records": [rows["a-1"], rows["a-2"]]}
    page = client.post(step, chosen, follow=True)
    assert "2 records submitted." in text_of(page)
    assert [row.external_id for row in list_records(department_ids=None, state="draft")] == ["a-3"]


def test_a_refused_entry_is_explained_beside_its_field(
    books: Books, browse: Callable[[str], Client]
):
    before = len(list_records(department_ids=None))
    for wrong, expected in [
        ({"activity": "burning/witches"}, "Nothing calculates this activity."),
        ({"ended_on": "2023-06-30"}, "The last day is before the first day."),
        ({"quantity": "many"}, "Enter a number."),
        ({"inputs": "citation"}, "write a name, an equals sign and a value"),
    ]:
        response = browse("contributor").post(NEW, FACTS | wrong)
        assert response.status_code == 422
        assert expected in text_of(response)
    assert len(list_records(department_ids=None)) == before


def test_an_approved_record_is_corrected_not_edited(
    books: Books, browse: Callable[[str], Client], submitted: int
):
    decision = {"records": submitted, "decision": "approve"}
    browse("cloud-approver").post("/approvals/decide/", decision)
    client = browse("contributor")
    edit, correct = f"/activity/{submitted}/edit/", f"/activity/{submitted}/correct/"
    assert client.get(edit).headers["Location"] == correct
    assert client.get(correct).status_code == 200
    assert client.post(edit, FACTS | {"quantity": "1"}).status_code == 422
    correction = FACTS | {"quantity": "13.5", "reason": "Read the wrong line"}
    client.post(correct, correction)
    record = newest(books)
    assert (record.supersedes_id, record.state) == (submitted, "draft")
    assert record_detail(record_id=submitted, department_ids=None).record.quantity == 12.5
    page = text_of(client.get(edit, follow=True))  # it is corrected once: the record says by which
    assert f"A correction exists: record {record.record_id}" in page


def test_a_record_that_is_not_approved_is_changed_not_corrected(
    books: Books, browse: Callable[[str], Client], submitted: int
):
    client = browse("contributor")
    assert client.get(f"/activity/{submitted}/edit/").status_code == 200
    page = client.get(f"/activity/{submitted}/correct/")
    assert page.headers["Location"] == f"/activity/{submitted}/"


def test_a_file_is_checked_then_confirmed(books: Books, browse: Callable[[str], Client]):
    client = browse("contributor")
    before = len(list_records(department_ids=None))
    page = client.post(UPLOAD, file_of(GOOD))
    assert "1 row can be taken in" in text_of(page)
    assert len(list_records(department_ids=None)) == before  # nothing is written before
    client.post(f"{UPLOAD}confirm/")
    assert len(list_records(department_ids=None)) == before + 1
    assert newest(books).external_id == "a-1"
    page = client.post(f"{UPLOAD}confirm/", follow=True)  # once more: there is nothing to confirm
    assert "Choose it again" in text_of(page)
    assert len(list_records(department_ids=None)) == before + 1


def test_a_file_is_taken_in_and_submitted_at_once(books: Books, browse: Callable[[str], Client]):
    client = browse("contributor")
    client.post(UPLOAD, file_of(GOOD))
    page = client.post(f"{UPLOAD}confirm/", {"then": "submit"}, follow=True)
    assert "1 record was taken in and submitted." in text_of(page)
    assert (newest(books).external_id, newest(books).state) == ("a-1", "submitted")


def test_a_refused_file_shows_every_problem_and_writes_nothing(
    books: Books, browse: Callable[[str], Client]
):
    client = browse("contributor")
    before = len(list_records(department_ids=None))
    response = client.post(UPLOAD, file_of(BAD))
    assert response.status_code == 422
    assert {problem.line for problem in response.context["problems"]} == {2, 3}
    page = text_of(response)
    for problem in response.context["problems"]:
        assert problem.reason.split("“")[0].strip() in page.replace("&#x27;", "'")
    assert {p.column for p in response.context["problems"]} >= {
        "ended_on",
        "department",
        "quantity",
    }
    client.post(f"{UPLOAD}confirm/")
    assert len(list_records(department_ids=None)) == before


def test_errors_csv_stands_beside_the_rows_and_runs_nothing(
    books: Books, browse: Callable[[str], Client]
):
    client = browse("contributor")
    client.post(UPLOAD, file_of(BAD))
    response = client.get(f"{UPLOAD}errors.csv")
    content = response.content.decode()
    assert content.splitlines()[0].startswith("line,column,value,reason,hint,department,activity")
    assert ",'=1+1," in content
    assert response.headers["Content-Disposition"] == 'attachment; filename="errors.csv"'


@pytest.mark.parametrize(
    "content",
    [
        GOOD.replace("Meter book", "x" * 4_900_000).encode(),
        random.Random(7).randbytes(5000),
        b"a,\x00\rb" * 40,
        b"PK\x03\x04 a spreadsheet",
        b"\xff\xfea",
        GOOD.replace("Meter book", "Zähler").encode("cp1252"),
        b"department;activity\n",
    ],
    ids=["large cell", "random", "NUL", "spreadsheet", "broken off", "cp1252", ";"],
)
def test_errors_csv_of_a_file_without_rows_holds_the_problems_alone(
    books: Books, browse: Callable[[str], Client], content: bytes
):
    client = browse("contributor")
    problems = client.post(UPLOAD, file_of(content)).context["problems"]
    rows = errors_of(client)
    assert [row["reason"] for row in rows] == [problem.reason for problem in problems]
    assert list(rows[0]) == ["line", "column", "value", "reason", "hint"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_errors_csv_reads_every_encoding_and_counts_lines_like_the_check(
    books: Books, browse: Callable[[str], Client], encoding: str
):
    text = HEADER + (
        'CLOUD,reported/scope-1,2023-07-01,2023-07-31,a-1,1,tCO2e,"Zähler,\nSeite\n7"\n\n'
        "CLOUD,reported/scope-1,2023-07-01,2023-07-31,a-2,many,tCO2e,계량기\n"
    )
    client = browse("contributor")
    client.post(UPLOAD, file_of(text.encode(encoding)))
    (row,) = errors_of(client)
    assert (row["line"], row["column"], row["value"]) == ("6", "quantity", "many")
    assert (row["external_id"], row["citation"]) == ("a-2", "계량기")


def test_a_refused_upload_leaves_nothing_of_the_file_before(
    books: Books, browse: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
):
    client = browse("contributor")
    before = len(list_records(department_ids=None))
    client.post(UPLOAD, file_of(GOOD))
    monkeypatch.setattr(forms, "MOST_UPLOADED_BYTES", 10)
    assert client.post(UPLOAD, file_of(BAD)).status_code == 422
    assert client.get(f"{UPLOAD}errors.csv").status_code == 404
    client.post(f"{UPLOAD}confirm/")
    assert len(list_records(department_ids=None)) == before


def test_the_check_says_what_stood_in(books: Books, browse: Callable[[str], Client]):
    client = browse("contributor")
    assert "stood in" not in text_of(client.post(UPLOAD, file_of(GOOD)))
    row = "CLOUD,reported/scope-1,2023-07-01,2023-07-31,a-{},12.5,tCO2e,\n"
    many = GOOD + "".join(row.format(number) for number in range(2, 32))
    response = client.post(UPLOAD, file_of(many))
    page = text_of(response)
    text = "No source is cited for the reported figure."
    assert f"{text} 30 rows, first in line 3." in page
    assert page.count(text) == 1 + 19  # above all, and beside each of them that is previewed
    tiers = [each.emissions.quality_tier for each in response.context["preview"]]
    assert tiers[0] < tiers[1]


def test_nobody_confirms_the_file_of_somebody_else(books: Books, browse: Callable[[str], Client]):
    before = len(list_records(department_ids=None))
    browse("contributor").post(UPLOAD, file_of(GOOD))
    browse("cloud-approver").post(f"{UPLOAD}confirm/")
    assert len(list_records(department_ids=None)) == before


def test_a_workbook_is_checked_and_taken_in_like_csv(books: Books, browse: Callable[[str], Client]):
    header, row = (line.split(",") for line in GOOD.splitlines())
    as_numbers = [
        float(cell) if name == "quantity" else cell for name, cell in zip(header, row, strict=True)
    ]
    client = browse("contributor")
    before = len(list_records(department_ids=None))
    page = text_of(client.post(UPLOAD, file_of(workbook(header, as_numbers))))
    assert "Sheet “Data”." in page
    client.post(f"{UPLOAD}confirm/")
    assert len(list_records(department_ids=None)) == before + 1


OTHER = "Kostenstelle;Monat;Menge;Einheit;Beleg\nCLOUD;2023-07;1.412,5;Tonnen;x-1\n"
COLUMNS = f"{UPLOAD}columns/"


def test_other_columns_are_said_saved_and_known_again(
    books: Books, browse: Callable[[str], Client]
):
    client = browse("contributor")
    before = len(list_records(department_ids=None))
    assert "Say what the columns are" in text_of(client.post(UPLOAD, file_of(OTHER)))

    response = client.get(COLUMNS)
    form = response.context["form"]
    assert [form.fields[f"column_{each}"].initial for each in ("department", "quantity")] == [
        "Kostenstelle",
        "Menge",
    ]
    assert "1.412,5" in text_of(response)
    told = {name: field.initial or "" for name, field in form.fields.items()} | {
        "units": "Tonnen = tCO2e",
        "save_as": "meters",
    }
    wrong = client.post(COLUMNS, told)
    assert wrong.status_code == 422
    assert "Choose a column, or enter a value." in text_of(wrong)
    page = client.post(COLUMNS, told | {"value_activity": "reported/scope-1"})
    assert "1 row can be taken in." in text_of(page)
    assert "“Menge” is quantity" in text_of(page)
    client.post(f"{UPLOAD}confirm/")
    record = newest(books)
    assert (record.quantity, record.unit, str(record.ended_on)) == (1412.5, "tCO2e", "2023-07-31")

    client.post(UPLOAD, file_of(OTHER.replace("x-1", "x-2")))
    assert "Read it as “meters”" in text_of(client.get(COLUMNS))
    assert "1 row can be taken in." in text_of(client.post(COLUMNS, {"mapping": "meters"}))
    client.post(f"{UPLOAD}confirm/")
    assert len(list_records(department_ids=None)) == before + 2


def test_a_table_below_its_title_on_another_sheet_is_found(
    books: Books, browse: Callable[[str], Client]
):
    header, row = (line.split(",") for line in GOOD.splitlines())

    def second(book: Any, _sheet: Any) -> None:
        for line, cells in enumerate((["Emissions of 2023"], header, row)):
            book.add_worksheet("Data") if line == 0 else None
            book.get_worksheet_by_name("Data").write_row(line, 0, cells)

    client = browse("contributor")
    content = workbook(["About this file"], name="Cover", change=second)
    assert "Say what the columns are" in text_of(client.post(UPLOAD, file_of(content)))
    assert client.get(COLUMNS).context["seen"].header == ("About this file",)
    unknown = client.post(COLUMNS, {"look": "1", "sheet": "None", "skip_rows": "1"})
    assert unknown.status_code == 422
    looked = client.post(COLUMNS, {"look": "1", "sheet": "Data", "skip_rows": "1"}, follow=True)
    assert looked.context["seen"].header == tuple(header)
    form = looked.context["form"]
    told = {name: field.initial or "" for name, field in form.fields.items()}
    assert "1 row can be taken in." in text_of(client.post(COLUMNS, told))
    client.post(f"{UPLOAD}confirm/")
    assert newest(books).external_id == row[header.index("external_id")]


def test_an_encoding_that_is_wrong_can_be_chosen_again(
    books: Books, browse: Callable[[str], Client]
):
    client = browse("contributor")
    client.post(UPLOAD, file_of("부서;월;수량;단위\nCLOUD;2023-07;1;kg\n".encode("cp949")))
    wrong = client.post(COLUMNS, {"look": "1", "encoding": "utf-8"}, follow=True)
    assert wrong.status_code == 422
    assert "Look again" in text_of(wrong)
    right = client.post(COLUMNS, {"look": "1", "encoding": "cp949"}, follow=True)
    assert right.context["seen"].header == ("부서", "월", "수량", "단위")


def test_columns_are_asked_of_a_file_that_waits(books: Books, browse: Callable[[str], Client]):
    client = browse("contributor")
    assert client.get(COLUMNS).status_code == 302
    client.post(UPLOAD, file_of(b"PK\x03\x04rest"))
    assert client.get(COLUMNS).status_code == 302
    client.post(UPLOAD, file_of(OTHER))
    assert client.post(COLUMNS, {"mapping": "none"}).status_code == 302
    assert browse("auditor").get(COLUMNS).status_code == 403
