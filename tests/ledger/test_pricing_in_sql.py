"""The settlement's SQL finds the prices and rounds the amounts that pricing's own functions do."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from departments.inventory.models.emissions import EmissionRecord
from departments.organisation.models import DepartmentPlacement
from ledger import settlement_run
from ledger.models.settlements import SettledRecord, SettlementLine
from pricing.charging import charge
from pricing.models import CarbonPrice, SchemeCoverage
from pricing.price_lookup import is_covered, price_in_force
from tests.ledger.books import NOON, Books, found_scheme

FIRST_DAY = date(2023, 1, 1)
COUNTRIES = ("", "GB", "KR")
SOURCES = ((1, None), (2, None), (3, 1), (3, 6))


@pytest.mark.parametrize("seed", range(6))
def test_every_line_has_the_price_and_amount_of_the_pure_functions(books: Books, seed: int) -> None:
    chance = random.Random(seed)
    make_tree(books)
    make_prices(books, chance)
    records = [make_record(books, chance) for _ in range(80)]
    settle_and_compare(books, "2023Q1", records)

    late = [make_record(books, chance) for _ in range(20)]
    for record in chance.sample(records, 10):
        late.append(restate(books, record, chance))
    settle_and_compare(books, "2023Q2", records + late)


def settle_and_compare(books: Books, period: str, records: list[EmissionRecord]) -> None:
    settlement = books.settle(period)
    assert settlement.record_count > 0
    known = {record.pk: record for record in records}
    lines = SettlementLine.objects.filter(settlement=settlement).select_related("department")
    for line in lines:
        signs = dict(
            SettledRecord.objects.filter(line=line).values_list("emission_record_id", "sign")
        )
        kgco2e = sum((sign * known[pk].market_kgco2e for pk, sign in signs.items()), Decimal(0))
        assert line.settled_mgco2e == kgco2e * 1_000_000
        for pk in signs:
            compare_price(line, known[pk])
        if line.price_per_tonne is None:
            assert line.amount_minor == 0
            continue
        expected = charge(
            kgco2e=kgco2e,
            price_per_tonne=line.price_per_tonne,
            currency="USD",
            kgco2e_before=Decimal(line.settled_before_mgco2e) / 1_000_000,
            amount_before_minor=line.amount_before_minor,
        )
        assert line.amount_minor == expected.amount_minor


def compare_price(line: SettlementLine, record: EmissionRecord) -> None:
    assert record.scope is not None
    place: dict[str, Any] = {
        "scheme_id": line.scheme_id,
        "on": record.activity_on,
        "scope": record.scope,
        "category": record.category,
    }
    if not is_covered(**place):
        assert line.kind == "recorded"
        assert line.price_id is None
        return
    found = price_in_force(**place, department_id=record.department_id, country=record.country)
    assert (line.kind, line.price_id) == ("charge", found.price_id)


def make_tree(books: Books) -> None:
    """Offices stand below cloud until mid-February, then on their own."""
    offices, cloud = books.departments["OFFICES"], books.departments["CLOUD"]
    placement = DepartmentPlacement.objects.get(department=offices)
    moved_on = date(2023, 2, 15)
    DepartmentPlacement.objects.filter(pk=placement.pk).update(
        parent=cloud, in_force=(date(2020, 1, 1), moved_on)
    )
    DepartmentPlacement.objects.create(
        department=offices, legal_entity=placement.legal_entity, in_force=(moved_on, None)
    )


def make_prices(books: Books, chance: random.Random) -> None:
    for _ in range(25):
        scope, category = chance.choice([(None, None), *SOURCES])
        first = FIRST_DAY + timedelta(days=chance.randrange(0, 80))
        try:
            with transaction.atomic():
                CarbonPrice.objects.create(
                    scheme=books.scheme,
                    department=chance.choice([None, *books.departments.values()]),
                    scope=scope,
                    category=category,
                    country=chance.choice(COUNTRIES),
                    price_per_tonne=Decimal(chance.randrange(0, 10**8)) / 10**6,
                    in_force=(first, first + timedelta(days=chance.randrange(1, 60))),
                    proposed_by=books.people["analyst"],
                    approved_by=chance.choice([None, *[books.people["approver"]] * 4]),
                )
        except IntegrityError:
            continue  # the same place already has a price on some of these days


def make_record(books: Books, chance: random.Random) -> EmissionRecord:
    scope, category = chance.choice(SOURCES)
    return books.emit(
        chance.choice(list(books.departments)),
        FIRST_DAY + timedelta(days=chance.randrange(0, 90)),
        kilograms(chance),
        scope=scope,
        category=category,
        country=chance.choice(COUNTRIES),
    )


def restate(books: Books, record: EmissionRecord, chance: random.Random) -> EmissionRecord:
    """The same activity with other tonnes, at times on another day or in another department."""
    return books.emit(
        chance.choice(list(books.departments)),
        chance.choice([record.activity_on, FIRST_DAY + timedelta(days=chance.randrange(0, 90))]),
        kilograms(chance),
        scope=record.scope or 1,
        category=record.category,
        country=record.country,
        supersedes=record,
    )


def kilograms(chance: random.Random) -> str:
    return str(Decimal(chance.randrange(0, 10 ** chance.randrange(1, 13))) / 10**6)


def test_coverage_that_begins_later_leaves_earlier_tonnes_uncharged(books: Books) -> None:
    scheme = found_scheme(books, "second", keeps_atmosphere=False)
    SchemeCoverage.objects.create(
        scheme=scheme, scope=3, category=1, in_force=(date(2023, 2, 1), None)
    )
    books.emit("CLOUD", date(2023, 1, 31), "1000", scope=3, category=1)
    books.emit("CLOUD", date(2023, 2, 1), "1000", scope=3, category=1)
    settlement = settlement_run.prepare(
        scheme_code="second", period_code="2023Q1", by=books.people["analyst"]
    )
    settlement = settlement_run.calculate(settlement_id=settlement.pk, at=NOON)
    assert sorted((line.kind, line.amount_minor) for line in settlement.lines.all()) == [
        ("charge", 1500),
        ("recorded", 0),
    ]
