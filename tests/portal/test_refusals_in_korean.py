"""Whoever reads Korean is told in Korean what is wrong; files and programs stay English."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils.translation import override

from departments.inventory.sentences import told
from departments.portal.templatetags.portal import whole_days
from tests.inventory.workbooks.written import workbook
from tests.ledger.books import Books
from tests.portal.test_activity import (
    COLUMNS,
    FACTS,
    GOOD,
    HEADER,
    NEW,
    OTHER,
    UPLOAD,
    errors_of,
    file_of,
    newest,
    text_of,
)

HANGUL = re.compile("[가-힣]")
WRONG = HEADER.replace(",citation", ",citation,pue,site") + (
    "CLOUD,reported/scope-1,2023-07-31,2023-07-01,a-1,12.5,tCO2e,Meter book,,\n"
    "OFFICES,reported/scope-1,2023-07-01,2023-07-31,a-2,many,tCO2e,Meter book,,\n"
    'CLUOD,reported/scope-1,2023-07-01,01/02/2023,a-3,"1,234.5",tCO2e,Meter book,,\n'
    "CLOUD,reported/scope-9,45000,2023-07-31T00:00,a-4,1e3,tCO2e,Meter book,,\n"
    "CLOUD,reported/scope-1,2023-02-30,2023-07-31,a-5,5%,tCO2e,Meter book,,\n"
    'CLOUD,reported/scope-1,1890-01-01,2023-07-31,a-5,"1,5",tCO2e,Meter book,high,NOWHERE-9\n'
    "CLOUD,reported/scope-1,2023-07-01,2023-07-31,a-5,-1,tCO2e,Meter book,,\n"
    "CLOUD,reported/scope-1,2023-07-01,2023-07-31,a-6,1,furlong,Meter book,,\n"
    "CLOUD,reported/scope-1,2023-07-01,2023-07-31,a-7,1,km,Meter book,,\n"
    "CLOUD,refrigerant/unobtainium,2023-07-01,2023-07-31,a-8,1,kg,Meter book,,\n"
    "CLOUD,investments,2023-07-01,2023-07-31,a-9,1,tCO2e,Meter book,,\n"
    "CLOUD,electricity/grid,2023-07-01,2023-07-31,a-10,1,kWh,Meter book,,\n"
    "CLOUD,,2023-07-01,2023-07-31,a-11,=A1,,Meter book,,\n"
)


@pytest.fixture
def contributor(books: Books, browse: Callable[[str], Client]) -> Client:
    return in_korean(browse("contributor"))


def in_korean(client: Client) -> Client:
    client.cookies["django_language"] = "ko"
    return client


def test_every_problem_of_a_file_is_told_and_its_errors_csv_is_english(
    contributor: Client,
) -> None:
    answer = contributor.post(UPLOAD, file_of(WRONG))
    problems, page = answer.context["problems"], html.unescape(text_of(answer))
    assert {problem.line for problem in problems} == set(range(2, 15))
    with override("ko"):
        sentences = [text for each in problems for text in (each.reason, each.hint) if text]
        assert [text for text in sentences if not HANGUL.search(told(text))] == []
        assert [text for text in sentences if told(text) not in page] == []
    assert [text for text in sentences if text in page] == []
    assert [(row["reason"], row["hint"]) for row in errors_of(contributor)] == [
        (str(each.reason), str(each.hint)) for each in problems
    ]


def test_a_day_of_a_problem_stays_on_one_line(contributor: Client) -> None:
    page = contributor.post(UPLOAD, file_of(WRONG)).content.decode()
    assert '<code class="figure">2023-07-01</code>' in page
    assert 'class="figure">2023-01-02</span> 또는 <span class="figure">2023-02-01</span>' in page
    first_day = '첫날(<span class="figure">2023-07-31</span>)'
    assert (
        f'"><span>마지막 날이 {first_day}보다 앞섭니다.</span></td>' in page
    )  # one part of the cell
    assert whole_days("<2024-01-31>") == '&lt;<span class="figure">2024-01-31</span>&gt;'
    assert whole_days("12024-01-31 2024-1-31") == "12024-01-31 2024-1-31"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfea",
        b"PK\x03\x04 a workbook",
        b"\xd0\xcf\x11\xe0 an old workbook",
        b"department;activity\n",
        GOOD.encode("utf-32"),
        GOOD.replace("Meter book", "Zähler").encode("cp1252"),
        GOOD.replace("Meter book", '"Meter').encode(),
        GOOD.splitlines()[0].encode(),
        GOOD.replace("unit", "unti").encode(),
        GOOD.replace("Meter book", "Meter,book").encode(),
    ],
)
def test_a_file_that_is_none_is_refused_in_korean(contributor: Client, content: bytes) -> None:
    answer = contributor.post(UPLOAD, file_of(content))
    if not content:  # Django's own form says that it is empty
        assert answer.status_code == 422
        return
    page = html.unescape(text_of(answer))
    for problem in answer.context["problems"]:
        for text in (problem.reason, problem.hint):
            assert str(text) not in page
            with override("ko"):
                assert HANGUL.search(told(text))
                assert told(text) in page


def test_how_a_file_was_read_is_told_in_korean(contributor: Client) -> None:
    contributor.post(UPLOAD, file_of(OTHER))
    looked = contributor.get(COLUMNS)
    assert "열 구분 기호: 쌍반점(;)." in text_of(looked)
    given = {name: field.initial or "" for name, field in looked.context["form"].fields.items()}
    given |= {"units": "Tonnen = tCO2e", "value_activity": "reported/scope-1"}
    page = text_of(contributor.post(COLUMNS, given))
    assert "“Menge” → quantity" in page
    assert "단위 “Tonnen” → tCO2e: 1번." in page
    assert "quantity: 1행의" not in page
    assert "quantity: 2행의 “1.412,5”에서 보듯 소수 쉼표입니다: 1412.5." in page
    header, row = (line.split(",") for line in GOOD.splitlines())
    assert "시트 “Data”." in text_of(contributor.post(UPLOAD, file_of(workbook(header, row))))


def test_a_refused_entry_and_a_refused_decision_are_told_in_korean(
    books: Books, contributor: Client, browse: Callable[[str], Client]
) -> None:
    page = text_of(contributor.post(NEW, FACTS | {"activity": "burning/witches"}))
    assert "이 활동을 계산하는 방법이 없습니다." in page
    contributor.post(NEW, FACTS)
    record_id = newest(books).record_id
    contributor.post(f"/activity/{record_id}/submit/")
    approver = in_korean(browse("cloud-approver"))
    approver.post("/approvals/decide/", {"records": record_id, "decision": "approve"})
    again = text_of(contributor.post(f"/activity/{record_id}/submit/", follow=True))
    assert f"기록 {record_id}은(는) “승인됨” 상태입니다." in again
    assert "“제출” 처리를 하려면 “초안 또는 반려됨” 상태여야 합니다." in again
    back = {"records": record_id, "decision": "return", "reason": "Look again."}
    refused = approver.post("/approvals/decide/", back)
    assert refused.status_code == 422
    assert "“반려” 처리를 하려면 “제출됨” 상태여야 합니다." in text_of(refused)
