"""The what-if of a bill as a page: by address, with the arithmetic of bills, and only one's own."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.utils.html import strip_tags
from pytest_django import DjangoAssertNumQueries

from departments.portal.what_if_table import categories
from tests.ledger.books import Books

BILL = "/departments/CLOUD/fee/2023Q2/"
PAGE = f"{BILL}what-if/"


def text_of(response) -> str:
    return " ".join(strip_tags(response.content.decode()).split())


def test_it_begins_as_the_bill_is_and_is_linked_from_it(
    books: Books, browse: Callable[[str], Client]
):
    client = browse("contributor")
    assert f'href="{PAGE}"' in client.get(BILL).content.decode()
    page = client.get(PAGE)
    scenario = page.context["scenario"]
    assert scenario.after == page.context["statement"].net == Decimal("3168875.00")
    assert "As on the bill: nothing is changed" in text_of(page)
    assert page.context["changed"] == []


def test_the_address_keeps_the_settings(books: Books, browse: Callable[[str], Client]):
    page = browse("contributor").get(PAGE, {"price": "20", "reduce_1": "25 %"})
    scenario = page.context["scenario"]
    # 2,000.000333 t of Scope 1: a quarter less at $20, against $15; the true-up stays.
    assert scenario.difference == Decimal("30000.00") - Decimal("30000.00")
    assert [name for name, amount in page.context["steps"]] == ["reduction", "price"]
    content = page.content.decode()
    assert 'value="20"' in content
    assert 'value="25 %"' in content
    for words in ("25 % less of what is left", "True-ups for earlier periods", "unchanged"):
        assert words in text_of(page)
    rows = categories(scenario)
    assert sum(row.before for row in rows) == scenario.before
    assert sum(row.amount for row in rows) == scenario.after


@pytest.mark.parametrize(
    ("asked", "field", "words"),
    [
        ({"price": "-3"}, "price", "greater than or equal to 0"),
        ({"price": "cheap"}, "price", "Enter a number"),
        ({"price": "1e9"}, "price", "less than or equal to 1000000"),
        ({"reduce_1": "101"}, "reduce_1", "less than or equal to 100"),
        ({"reduce_1": "NaN"}, "reduce_1", "Enter a number"),
    ],
)
def test_nonsense_is_refused_beside_its_field_and_kept(
    books: Books, browse: Callable[[str], Client], asked: dict[str, str], field: str, words: str
):
    page = browse("contributor").get(PAGE, asked)
    assert page.status_code == 422
    assert words in " ".join(page.context["form"].errors[field])
    assert f'value="{asked[field]}"' in page.content.decode()
    assert page.context["scenario"] is None
    assert "mend what is marked" in text_of(page)


def test_another_departments_bill_is_not_there(books: Books, browse: Callable[[str], Client]):
    assert browse("offices-contributor").get(PAGE).status_code == 404
    assert browse("contributor").get("/departments/OFFICES/fee/2023Q1/what-if/").status_code == 404
    assert browse("auditor").get(PAGE).status_code == 200


def test_it_asks_the_database_no_more_with_more_lines(
    books: Books,
    browse: Callable[[str], Client],
    django_assert_max_num_queries: DjangoAssertNumQueries,
):
    client = browse("contributor")
    client.get(PAGE)
    with django_assert_max_num_queries(32):
        client.get(PAGE, {"price": "20", "reduce_1": "25"})


def test_korean_is_complete(books: Books, browse: Callable[[str], Client]):
    client = browse("contributor")
    client.cookies["django_language"] = "ko"
    page = text_of(client.get(PAGE, {"price": "20"}))
    assert "가정" in page
    for english in ("What if", "Would be due", "By category", "On the bill"):
        assert english not in page
