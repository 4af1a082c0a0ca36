"""An exchange rate takes two people, is never edited, and never guessed."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client

from pricing import exchange_setting
from pricing.errors import (
    ApprovedBySamePerson,
    ExchangeRateMissing,
    NotAllowed,
    PriceNeverEdited,
    ProposalsRefused,
)
from pricing.exchange_lookup import rate_of
from pricing.models import ExchangeRate
from tests.ledger.books import NOON, Books, open_books

pytestmark = pytest.mark.django_db

LATER = datetime(2024, 2, 1, tzinfo=UTC)


@pytest.fixture
def books(db: None) -> Books:
    return open_books()


def line(day: str = "2023-03-31", rate: str = "0.9125", **more: str) -> dict[str, str]:
    return {"date": day, "from": "USD", "to": "EUR", "rate": rate, "source": "Treasury"} | more


def approved(books: Books, *rows: dict[str, str], at: datetime = NOON) -> None:
    exchange_setting.load(rows, by=books.people["analyst"])
    exchange_setting.approve_all(by=books.people["approver"], at=at)


def usd_in_eur(day: date) -> Decimal:
    return rate_of(from_currency="USD", to_currency="EUR", on=day).rate


def test_the_rate_of_the_day_or_the_newest_of_the_six_before(books: Books) -> None:
    approved(books, line("2023-03-31"), line("2023-04-03", "0.92"))
    assert usd_in_eur(date(2023, 3, 31)) == Decimal("0.9125")
    assert usd_in_eur(date(2023, 4, 2)) == Decimal("0.9125")
    assert usd_in_eur(date(2023, 4, 3)) == Decimal("0.92")
    assert usd_in_eur(date(2023, 4, 9)) == Decimal("0.92")
    for day in (date(2023, 3, 30), date(2023, 4, 10)):
        with pytest.raises(ExchangeRateMissing, match=f"EUR for USD on {day}"):
            usd_in_eur(day)


def test_a_rate_is_never_turned_round_nor_one(books: Books) -> None:
    approved(books, line())
    for pair in (("EUR", "USD"), ("USD", "GBP")):
        with pytest.raises(ExchangeRateMissing):
            rate_of(from_currency=pair[0], to_currency=pair[1], on=date(2023, 3, 31))


def test_it_takes_two_people(books: Books) -> None:
    exchange_setting.load([line()], by=books.people["analyst"])
    with pytest.raises(ExchangeRateMissing):
        usd_in_eur(date(2023, 3, 31))
    for person, refusal in (("finance", NotAllowed), ("analyst", NotAllowed)):
        with pytest.raises(refusal):
            exchange_setting.approve_all(by=books.people[person], at=NOON)
    with pytest.raises(NotAllowed):
        exchange_setting.load([line()], by=books.people["auditor"])
    ExchangeRate.objects.update(proposed_by=books.people["approver"])
    with pytest.raises(ApprovedBySamePerson):
        exchange_setting.approve_all(by=books.people["approver"], at=NOON)
    assert not ExchangeRate.objects.filter(approved_by__isnull=False).exists()
    with pytest.raises(IntegrityError, match="approved_by_another_person"), transaction.atomic():
        ExchangeRate.objects.update(approved_by=books.people["approver"], approved_at=NOON)


def test_a_correction_is_another_one_for_the_same_day(books: Books) -> None:
    approved(books, line())
    approved(books, line(rate="0.9215"), at=LATER)
    assert usd_in_eur(date(2023, 3, 31)) == Decimal("0.9215")
    assert ExchangeRate.objects.count() == 2
    again = exchange_setting.load([line(rate="0.9215")], by=books.people["analyst"])
    assert (again.proposed, again.unchanged) == (0, 1)
    back = exchange_setting.load([line()], by=books.people["analyst"])  # back to the first
    assert (back.proposed, back.unchanged) == (1, 0)


def test_an_approved_rate_is_never_edited(books: Books) -> None:
    approved(books, line())
    (rate,) = ExchangeRate.objects.all()
    with pytest.raises(PriceNeverEdited):
        exchange_setting.withdraw_rate(rate_id=rate.pk, by=books.people["analyst"])
    for statement in (
        "UPDATE pricing_exchangerate SET rate = 1",
        "UPDATE pricing_exchangerate SET approved_by_id = NULL, approved_at = NULL",
        "DELETE FROM pricing_exchangerate",
    ):
        with (
            pytest.raises(IntegrityError, match="never edited"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert usd_in_eur(date(2023, 3, 31)) == Decimal("0.9125")


def test_a_proposal_is_approved_alone_or_taken_back(books: Books) -> None:
    exchange_setting.load([line(), line("2023-04-03")], by=books.people["analyst"])
    first, second = ExchangeRate.objects.order_by("rate_on")
    exchange_setting.approve_rate(rate_id=first.pk, by=books.people["approver"], at=NOON)
    exchange_setting.withdraw_rate(rate_id=second.pk, by=books.people["analyst"])
    assert list(ExchangeRate.objects.values_list("pk", flat=True)) == [first.pk]


def test_everything_wrong_with_a_file_is_said_at_once(books: Books) -> None:
    rows = [
        line("31.03.2023"),
        line(rate="0"),
        line(rate="0.12345678901"),
        line(rate="one"),
        line(to="XXX"),
        line(source=""),
    ]
    with pytest.raises(ProposalsRefused) as refusal:
        exchange_setting.load(rows, by=books.people["analyst"])
    said = str(refusal.value)
    for problem in (
        "line 2: date '31.03.2023' is no day",
        "line 3: rate 0 is no rate",
        "line 4: rate 0.12345678901 is no rate",
        "line 5: rate 'one' is no number",
        "line 6: to 'XXX' is no currency",
        "line 7: source is missing",
    ):
        assert problem in said
    rows = [line(), line(), line(to="USD")]
    with pytest.raises(ProposalsRefused) as refusal:
        exchange_setting.load(rows, by=books.people["analyst"])
    assert "line 3: USD to EUR on 2023-03-31 stands on line 2 already" in str(refusal.value)
    assert "line 4: a currency needs no rate for itself" in str(refusal.value)
    assert not ExchangeRate.objects.exists()


def test_the_command_teaches_loads_approves_and_lists(books: Books, tmp_path: Path) -> None:
    file = tmp_path / "rates.csv"
    file.write_text("date,from,to,rate,source\n2023-03-31,USD,EUR,0.9125,Treasury\n")

    def said(*arguments: str) -> str:
        out = io.StringIO()
        call_command("exchange_rates", *arguments, stdout=out)
        return out.getvalue()

    assert said("list") == "There are no exchange rates.\n"
    assert said("load", str(file), "--by", "analyst").startswith("1 exchange rates proposed, 0 as")
    assert "waits for approval" in said("list", "--waiting")
    with pytest.raises(CommandError, match="analyst"):
        said("approve", "--by", "analyst")
    assert said("approve", "--by", "approver") == "1 exchange rates approved.\n"
    (rate,) = said("list").splitlines()
    assert "1 USD = 0.9125 EUR on 2023-03-31\tTreasury\tproposed by analyst, approved by" in rate
    assert "no exchange rates" in said("list", "--waiting")
    file.write_text("date,from,to,rate,source\n2023-04-03,USD,EUR,9.2,Treasury\n")
    said("load", str(file), "--by", "analyst")
    waiting = ExchangeRate.objects.get(approved_by=None).pk
    assert "is withdrawn" in said("withdraw", str(waiting), "--by", "analyst")
    assert "no exchange rates" in said("list", "--waiting")


def test_the_desk_lists_and_approves(books: Books, client: Client) -> None:
    exchange_setting.load([line()], by=books.people["analyst"])
    (rate,) = ExchangeRate.objects.all()
    address = "/admin/pricing/exchangerate/"
    asked = {"action": "approve_selected", "_selected_action": [rate.pk]}
    client.force_login(books.people["analyst"])
    assert b"0.9125" in client.get(address).content
    client.post(address, asked)
    rate.refresh_from_db()
    assert rate.approved_by is None
    client.force_login(books.people["approver"])
    client.post(address, asked)
    rate.refresh_from_db()
    assert rate.approved_by == books.people["approver"]
    page = client.get(f"{address}{rate.pk}/change/")
    assert page.status_code == 200
    assert b"Treasury" in page.content
    assert client.get(f"{address}add/").status_code == 403
