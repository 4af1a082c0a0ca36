"""Who reads Korean meets no English on any page, but names, codes and what people wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.utils.translation import override

from tests.addresses import resolver
from tests.addresses.company import NAMES, Company
from tests.addresses.table import ADDRESSES, EVERYBODY, STRANGER

pytestmark = pytest.mark.django_db
PEOPLE = ("contributor", "analyst", "approver", "finance", "admin")
READ = ("aria-label", "title", "placeholder", "alt", "data-light", "data-dark", "data-label")
HANGUL = re.compile("[가-힣]")
TWO_WORDS = re.compile(r"[A-Za-z]['’a-z]*[a-z] (?:[a-z]['’a-z]*|[A-Z][a-z]+)")
# What people wrote, names of publishers and their tables, and what a machine reads
GIVEN = re.compile(
    "|".join(
        [
            *NAMES.values(),
            r"manage\.py|celery -A|Carbon (fee|shared)|Shared|Equity:|Expenses:|Income:",
            "Open Government|Travel at 50|Heat pumps|Boilers|Fee of a site|The buyer takes it",
            "A tenth of what comes|Flights should cost|Which meter|Meter book|The broker did not",
            "register of certificates|wind: no direct|Finance's ERP|Dublin 1|Floor plans|meter 4",
            "report of January|Mangroves of the delta|No route|US public domain",
            r"Machines|DESNZ|GHG|UK |IPCC|GRI 30|Ember|US EPA|eGRID|passenger\.km|Gross CV|English",
        ]
    )
)


class Texts(HTMLParser):
    """Every text that somebody reads or hears, with scripts, styles and code left out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [given[name] or "" for name in READ if given.get(name)]
        foreign = given.get("lang") == "en" and tag != "html"
        if tag in ("script", "style", "code", "pre", "template") or foreign:
            self._silent.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._silent and self._silent[-1] == tag:
            self._silent.pop()

    def handle_data(self, data: str) -> None:
        if not self._silent and (text := " ".join(data.split())):
            self.found.append(text)


def english(page: str) -> Iterator[str]:
    """The texts of a page that read as English."""
    parser = Texts()
    parser.feed(page)
    for text in parser.found:
        if TWO_WORDS.search(text) and not HANGUL.search(text) and not GIVEN.search(text):
            yield text


PAGES = [
    name
    for name, row in sorted(ADDRESSES.items())
    if row.gives == "page"
    and row.method == "GET"
    and name != "api-docs"
    and any(person in row.opens_to for person in (*PEOPLE, STRANGER))
]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_in_korean_has_no_english_sentence(company: Company, name: str) -> None:
    client = Client(headers={"Accept-Language": "ko"})
    if ADDRESSES[name].opens_to != EVERYBODY:
        person = next(one for one in PEOPLE if one in ADDRESSES[name].opens_to)
        client.force_login(company.person(person))
    with override("ko"):
        answer = client.get(resolver.filled(name, company.known), follow=True)
    page = answer.content.decode()
    assert '<html lang="ko"' in page
    left = sorted(set(english(page)))
    assert left == [], "\n".join(["English is left:", *left])


def test_what_is_english_is_found() -> None:
    page = (
        '<p>Add a scheme</p><p>제도 추가</p><p>CLOUD</p><img alt="Two words"><code>manage it</code>'
    )
    assert list(english(page)) == ["Add a scheme", "Two words"]
