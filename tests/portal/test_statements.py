"""A statement is the same on the page, on paper, as JSON, as CSV and for programs, to the cent."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import translation
from django.utils.html import strip_tags

from departments.portal import figures, typesetting
from departments.portal.errors import FontMissing
from departments.portal.statement_document import document_of
from departments.portal.typesetting import typeset
from ledger.statement_search import statement_by_hash
from ledger.statements import statement_of
from tests.ledger.books import NOON, Books
from tests.portal.pdf_text import text_of_pdf

BILL = "/departments/CLOUD/fee/2023Q2/"
AMOUNTS = ("opening_balance", "charged", "earned", "closing_balance")


def squeezed(text: str) -> str:
    """Without blanks: a PDF draws words, not the blanks between lines."""
    return "".join(text.split())


def test_page_paper_json_csv_and_api_agree_to_the_cent(
    books: Books, browse: Callable[[str], Client]
):
    client = browse("contributor")
    page = squeezed(strip_tags(client.get(BILL).content.decode()))
    paper = squeezed(text_of_pdf(client.get(f"{BILL}statement.pdf").content))
    told = json.loads(client.get(f"{BILL}statement.json").content)
    api = browse("auditor").get("/api/v1/statements/fee/2023Q2/CLOUD/").json()
    rows = list(csv.DictReader(io.StringIO(client.get(f"{BILL}statement.csv").content.decode())))

    for name in AMOUNTS:
        assert told[name] == api[name]
        shown = squeezed(figures.money(abs(Decimal(told[name])), "USD"))
        assert shown in page
        assert shown in paper
    assert [line["amount"] for line in told["lines"]] == [line["amount"] for line in api["lines"]]
    assert [Decimal(row["amount"]) for row in rows[1:-1]] == [
        Decimal(line["amount"]) for line in told["lines"]
    ]
    assert (Decimal(rows[0]["amount"]), Decimal(rows[-1]["amount"])) == (
        Decimal(told["opening_balance"]),
        Decimal(told["closing_balance"]),
    )
    assert sum(Decimal(row["amount"]) for row in rows[:-1]) == Decimal(rows[-1]["amount"])
    for line in told["lines"]:
        assert squeezed(figures.money(Decimal(line["amount"]), "USD")) in paper
    for source in (page, paper):
        assert told["sha256"] in source
    assert {row["statement_sha256"] for row in rows} == {told["sha256"]} == {api["sha256"]}
    assert f"/verify/{told['sha256']}/" in told["verify_url"]
    assert told["verify_url"] in paper


def test_the_paper_is_tagged_and_the_same_bytes_each_time(
    books: Books, browse: Callable[[str], Client]
):
    client = browse("contributor")
    first = client.get(f"{BILL}statement.pdf")
    assert first.headers["Content-Type"] == "application/pdf"
    assert first.content == client.get(f"{BILL}statement.pdf").content
    assert b"<pdfuaid:part>1</pdfuaid:part>" in first.content
    for tag in (b"/StructTreeRoot", b"/S/H1", b"/S/TH", b"/Lang(en)"):
        assert tag in first.content
    assert b"CreationDate(D:20240115120000Z" in first.content  # when it was posted
    assert (
        client.get(f"{BILL}statement.json").content == client.get(f"{BILL}statement.json").content
    )


def korean_fonts() -> bool:
    families = typesetting._fonts("", with_machine=True).families()
    return any("CJK KR" in family or "Nanum" in family for family in families)


@pytest.mark.skipif(not korean_fonts(), reason="no Korean font on this machine")
def test_the_paper_is_korean_where_the_page_is(books: Books, browse: Callable[[str], Client]):
    client = browse("contributor")
    paper = squeezed(text_of_pdf(client.get(f"{BILL}statement.pdf?lang=ko").content))
    assert squeezed("2023Q1 정산분, 2023Q2에 전기") in paper
    assert "Amountdue" not in paper
    assert b"/Lang(ko)" in client.get(f"{BILL}statement.pdf?lang=ko").content


def test_a_letter_without_a_font_is_refused_with_what_to_do(
    books: Books, browse: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
):
    found = typesetting._fonts
    monkeypatch.setattr(
        typesetting, "_fonts", lambda folder, *, with_machine: found(folder, with_machine=False)
    )
    statement = statement_of(department_code="CLOUD", scheme_code="fee", period_code="2023Q2")
    with translation.override("ko"):
        content = document_of(statement, verify_url="")
    with pytest.raises(FontMissing, match="PDF_FONTS"):
        typeset("statement.typ", content, at=NOON)
    page = browse("contributor").get(f"{BILL}statement.pdf?lang=ko")
    assert page.status_code == 503
    assert "statement.pdf?lang=en" in page.content.decode()
    assert browse("contributor").get(f"{BILL}statement.pdf?lang=en").status_code == 200


def test_names_are_text_on_paper_and_never_markup(books: Books, browse: Callable[[str], Client]):
    name = '#sys.inputs [x] $1$ *b* "q" \\ <a> @b // c'
    books.departments["CLOUD"].name = name
    books.departments["CLOUD"].save()
    paper = text_of_pdf(browse("contributor").get(f"{BILL}statement.pdf").content)
    assert squeezed(name) in squeezed(paper)


def test_the_command_writes_the_same_paper(books: Books, tmp_path: Path):
    wanted = {"department": "CLOUD", "scheme": "fee", "period": "2023Q2"}
    file = tmp_path / "statement.pdf"
    call_command("statement", **wanted, pdf=file, site="https://carbon.example/")
    statement = statement_of(department_code="CLOUD", scheme_code="fee", period_code="2023Q2")
    assert f"https://carbon.example/verify/{statement.sha256}/" in text_of_pdf(file.read_bytes())
    with pytest.raises(CommandError, match="can't be written"):
        call_command("statement", **wanted, pdf=tmp_path / "no" / "statement.pdf")


def test_a_hash_names_its_statement(books: Books, browse: Callable[[str], Client]):
    client = browse("contributor")
    statement = statement_of(department_code="CLOUD", scheme_code="fee", period_code="2023Q1")
    pasted = f" {statement.sha256.upper()[:32]} {statement.sha256[32:]} "
    page = client.get("/verify/", {"sha256": pasted}, follow=True)
    assert page.redirect_chain[-1][0] == f"/verify/{statement.sha256}/"
    assert "This statement holds" in page.content.decode()
    assert "/departments/CLOUD/fee/2023Q1/" in page.content.decode()
    named = client.get(f"/verify/{statement.sha256}/?department=CLOUD&scheme=fee&period=2023Q1")
    assert named.context["found"].holds


def test_a_hash_that_is_none_or_another_departments_is_unknown(
    books: Books, browse: Callable[[str], Client]
):
    client = browse("contributor")
    other = statement_of(department_code="OFFICES", scheme_code="fee", period_code="2023Q1")
    for sha256 in (other.sha256, "0" * 64, "short"):
        page = client.get(f"/verify/{sha256}/")
        assert page.status_code == 404
        assert "No statement that you may see" in page.content.decode()
    named = f"/verify/{other.sha256}/?department=OFFICES&scheme=fee&period=2023Q1"
    assert client.get(named).status_code == 404
    assert "Paste all of it" in client.get("/verify/?sha256=abc").content.decode()
    assert browse("auditor").get(named).status_code == 200


def test_a_hash_of_before_a_later_settlement_says_so(books: Books):
    before = statement_of(department_code="CLOUD", scheme_code="fee", period_code="2023Q2")
    same = statement_of(department_code="OFFICES", scheme_code="fee", period_code="2023Q1")
    books.emit("CLOUD", date(2023, 5, 2), "1000")
    books.settle("2023Q2")
    found = statement_by_hash(sha256=before.sha256, department_ids=None)
    assert found is not None
    assert found.replaced_at == NOON
    assert found.statement.sha256 != before.sha256
    assert found.statement.net == before.net + Decimal("15.00")
    now = statement_by_hash(sha256=found.statement.sha256, department_ids=None)
    assert now is not None
    assert now.holds
    still = statement_by_hash(sha256=same.sha256, department_ids=None)
    assert still is not None
    assert still.holds
