"""What a settlement was made of: its inputs' digests, its rules, and what refuses to be settled."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from hashlib import sha256

import pytest
from django.db import connection

from ledger import control_totals, settlement_lines, settlement_run, verification
from ledger.models.periods import AccountingPeriod
from ledger.models.settlements import SettlementLine, ShardState
from ledger.settlement_lines import Inputs, ShardInputs
from pricing.models import CarbonPrice, IncentiveRate
from pricing.price_lookup import scheme_terms
from tests.ledger.books import NOON, Books, found_scheme
from tests.ledger.settling import charges, prepare

FEBRUARY = date(2023, 2, 10)


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def test_the_digest_of_all_is_taken_over_the_shards_in_their_order() -> None:
    inputs = Inputs((ShardInputs(0, 2, "a" * 64), ShardInputs(1, 3, "b" * 64)))
    assert inputs.count == 5
    assert inputs.sha256 == digest(f"0:2:{'a' * 64}\n1:3:{'b' * 64}")
    assert (inputs.outside_count, inputs.outside_from, inputs.outside_to) == (0, None, None)


def test_a_shards_digest_is_taken_over_records_and_signs_one_a_line(books: Books) -> None:
    first = books.emit("CLOUD", FEBRUARY, "1000")
    books.settle("2023Q1")
    second = books.emit("CLOUD", FEBRUARY, "3000", supersedes=first)
    settlement = books.calculate("2023Q2")
    number = books.departments["CLOUD"].pk % 4
    for shard in settlement.shards.all():
        is_cloud = shard.number == number
        expected = digest(f"{first.pk}:-1\n{second.pk}:1" if is_cloud else "")
        assert (shard.input_sha256, shard.settled_sha256) == (expected, expected)
        assert (shard.input_count, shard.record_count) == (2 * is_cloud, 2 * is_cloud)
    assert settlement.record_count == 2
    terms = scheme_terms(code="fee")
    assert settlement.input_sha256 == settlement_lines.read_inputs(settlement, terms).sha256


def test_a_settlement_keeps_the_rules_it_read_as_text(books: Books) -> None:
    books.emit("CLOUD", FEBRUARY, "1000")
    rules = prepare(books, "2023Q1").rules
    assert rules.keys() == {"price_rules", "coverage", "incentive_rules"}
    (price,) = rules["price_rules"]
    assert price["price_id"] == CarbonPrice.objects.get().pk
    assert (price["price_per_tonne"], price["starts_on"]) == ("15.000000", "2020-01-01")
    assert (price["ends_before"], price["scope"], price["country"]) == (None, None, "")
    covered = [(row["scope"], row["category"], row["starts_on"]) for row in rules["coverage"]]
    assert sorted(covered, key=str) == [
        (1, None, "2020-01-01"),
        (2, None, "2020-01-01"),
        (3, 6, "2020-01-01"),
    ]
    (rate,) = rules["incentive_rules"]
    assert rate["rate_id"] == IncentiveRate.objects.get().pk
    assert (rate["durability_class"], rate["rate_per_tonne"]) == ("medium", "40.000000")


@pytest.mark.parametrize(("mechanism", "covered"), [("fee", 3), ("per_event", 0)])
def test_what_is_covered_is_kept_where_tonnes_are_priced(
    books: Books, mechanism: str, covered: int
) -> None:
    found_scheme(books, "other", mechanism=mechanism, keeps_atmosphere=False)
    rules = settlement_lines.read_rules(scheme_terms(code="other"))
    assert len(rules["coverage"]) == covered


def test_a_shard_that_settles_other_records_than_it_was_made_of_is_put_aside(books: Books) -> None:
    books.emit("CLOUD", FEBRUARY, "1000")
    settlement = prepare(books, "2023Q1")
    shard = settlement.shards.get(input_count=1)
    with connection.cursor() as cursor:  # by force: guards keep it
        cursor.execute("SET LOCAL session_replication_role = replica")
        settlement.shards.filter(pk=shard.pk).update(input_count=7)
        cursor.execute("SET LOCAL session_replication_role = origin")
    settlement_run.calculate(settlement_id=settlement.pk, at=NOON)
    shard.refresh_from_db()
    assert shard.state == ShardState.QUARANTINED
    assert shard.error.startswith(
        f"Settlement shard {shard.number} was created over 7 records, but its lines settle 1,"
    )
    assert not SettlementLine.objects.exists()


def test_every_missing_price_is_named_at_once_by_department_and_scope(books: Books) -> None:
    found_scheme(books, "second", keeps_atmosphere=False, is_approved=False)
    cloud, offices = (books.departments[code].pk % 4 for code in ("CLOUD", "OFFICES"))
    books.emit("CLOUD", date(2023, 2, 12), "1000", scope=3, category=6)
    books.emit("CLOUD", date(2023, 2, 11), "1000", scope=2)
    books.emit("OFFICES", FEBRUARY, "1000")
    books.emit("OFFICES", FEBRUARY, "1000", scope=3, category=7)  # not covered: needs no price
    settlement = settlement_run.prepare(
        scheme_code="second", period_code="2023Q1", by=books.people["analyst"]
    )
    settlement_run.calculate(settlement_id=settlement.pk, at=NOON)
    errors = {shard.number: shard.error for shard in settlement.shards.exclude(error="")}
    assert errors.keys() == {cloud, offices}
    of_cloud, of_offices = errors[cloud], errors[offices]
    assert "CLOUD, Scope 2 from 2023-02-11" in of_cloud
    assert "CLOUD, Scope 3 category 6 from 2023-02-12" in of_cloud
    assert of_cloud.index("Scope 2") < of_cloud.index("Scope 3")
    assert "OFFICES, Scope 1 from 2023-02-10" in of_offices
    assert "category 7" not in of_offices


@pytest.mark.parametrize(("pieces", "shards"), [(1, 4), (65, 64)])
def test_a_shard_holds_so_many_records_within_bounds(
    books: Books, monkeypatch: pytest.MonkeyPatch, pieces: int, shards: int
) -> None:
    """Four at least, for four workers, and 64 at most."""
    monkeypatch.setattr(settlement_lines, "RECORDS_PER_SHARD", 1)
    for _ in range(pieces):
        books.emit("CLOUD", FEBRUARY, "1")
    assert prepare(books, "2023Q1").shard_count == shards


def test_days_before_the_schemes_first_are_not_settled_after_an_earlier_empty_period(
    books: Books,
) -> None:
    """The empty settlement has reached 1 October; the scheme begins on 1 January."""
    for code, first, after in [
        ("2022Q3", date(2022, 7, 1), date(2022, 10, 1)),
        ("2022Q4", date(2022, 10, 1), date(2023, 1, 1)),
    ]:
        AccountingPeriod.objects.create(code=code, days=(first, after))
    books.settle("2022Q3")
    november = date(2022, 11, 1)
    books.emit("CLOUD", november, "1000000")
    books.emit("CLOUD", november, "5000", durability_class="medium", removal_state="verified")
    books.emit("CLOUD", FEBRUARY, "1000")

    settlement = books.settle("2023Q1")

    assert charges(settlement) == [("2023Q1", Decimal("15.00"))]
    assert settlement.record_count == 1
    assert verification.verify().findings == ()
    (scheme,) = control_totals.inventory_totals_of(books.periods["2023Q1"].pk)
    assert not scheme.wrong_departments
    assert all(each.from_records == each.in_journal for each in scheme.measures)
