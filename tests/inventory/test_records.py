"""What pages and programs read of records, and the totals."""

from datetime import date
from decimal import Decimal

import pytest

from departments.inventory import record_search, records, submission, totals
from departments.inventory.errors.records import RecordNotFound
from departments.inventory.models.emissions import EmissionRecord
from tests.inventory.conftest import FLIGHT, NOON, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("factors")]


def test_lists_run_from_the_newest_and_go_on(cast: Cast):
    ids = [cast.draft().pk for _ in range(5)]

    first = records.list_records(department_ids=None, limit=3)
    rest = records.list_records(department_ids=None, limit=3, before_id=first[-1].record_id)

    assert [row.record_id for row in first + rest] == ids[::-1]


def test_a_search_prefers_the_exact_external_id(cast: Cast):
    one = cast.draft(external_id="FY20-scope-3-1")
    eleven = cast.draft(external_id="FY20-scope-3-11", note="Heathrow")

    def found(search: str) -> list[int]:
        return [row.record_id for row in records.list_records(department_ids=None, search=search)]

    assert found("FY20-scope-3-1") == [one.pk]
    assert found("scope-3") == [eleven.pk, one.pk]
    assert found("heathrow") == [eleven.pk]
    assert found("100%") == found("\x00zzz") == []


def test_a_search_for_words_goes_on_stretch_by_stretch(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(record_search, "SEARCHED", 2)
    oldest = cast.draft(note="Heathrow")
    others = [cast.draft().pk for _ in range(2)]

    first = record_search.record_page(department_ids=None, search="heathrow")
    assert (first.rows, first.older_than, first.searches_on) == ((), others[0], True)

    rest = record_search.record_page(
        department_ids=None, search="heathrow", before_id=first.older_than
    )
    assert [row.record_id for row in rest.rows] == [oldest.pk]
    assert (rest.older_than, rest.searches_on) == (None, False)


def test_an_external_id_is_found_however_old_with_its_corrections(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(record_search, "SEARCHED", 1)
    named = cast.draft(external_id="FY20-1")
    for _ in range(3):
        cast.draft(note="FY20-1 again")

    found = record_search.record_page(department_ids=None, search="FY20-1")

    assert [row.record_id for row in found.rows] == [named.pk]
    assert not found.searches_on


def test_pages_go_on_after_the_last_record(cast: Cast):
    ids = [cast.draft().pk for _ in range(3)]

    first = record_search.record_page(department_ids=None, size=2)
    rest = record_search.record_page(department_ids=None, size=2, before_id=first.older_than)

    assert [row.record_id for row in first.rows + rest.rows] == ids[::-1]
    assert (first.older_than, rest.older_than) == (ids[1], None)


def test_other_departments_are_not_seen(cast: Cast):
    record = cast.approved()
    others = {cast.offices.pk}

    assert records.list_records(department_ids=others) == []
    assert records.emissions_after(department_ids=others, after_id=0, limit=10) == []
    with pytest.raises(RecordNotFound):
        records.record_detail(record_id=record.pk, department_ids=others)


def test_a_record_explains_itself(cast: Cast):
    record = cast.approved(place="GB", note="London")

    detail = records.record_detail(record_id=record.pk, department_ids={cast.cloud.pk})

    assert detail.emission is not None
    assert str(detail.emission.citation).startswith("DESNZ/Defra (UK), UK Government GHG")
    assert detail.emission.steps[0].expression.startswith("1,000 kWh × 0.20705 kgCO2e/kWh")
    assert detail.emission.steps[0].value == Decimal("207.05")
    assert [(event.step, event.by) for event in detail.history] == [
        ("entered", "contributor"),
        ("submitted", "contributor"),
        ("approved", "approver"),
    ]


def test_corrections_and_what_they_supersede_are_linked(cast: Cast):
    record = cast.approved()
    correction = submission.correct_record(
        record_id=record.pk, by=cast.contributor, at=NOON, changes={"quantity": 1}, reason="typo"
    )

    before = records.record_detail(record_id=record.pk, department_ids=None)
    after = records.record_detail(record_id=correction.pk, department_ids=None)

    assert [row.record_id for row in before.corrections] == [correction.pk]
    assert after.supersedes is not None
    assert after.supersedes.record_id == record.pk
    assert after.record.correction_reason == "typo"


def test_reads_take_the_same_queries_however_many(cast: Cast, django_assert_num_queries):
    for _ in range(4):
        cast.approved()
    ids = list(EmissionRecord.objects.values_list("pk", flat=True))

    with django_assert_num_queries(2):
        assert len(records.list_records(department_ids=None)) == 4
    with django_assert_num_queries(1):
        assert len(records.emission_details(emission_record_ids=ids)) == 4


def test_totals_count_what_is_approved_by_month_and_scope(cast: Cast):
    cast.approved(inputs={"covered_kwh": "1000", "instrument_kgco2e_per_kwh": "0"})
    cast.approved(quantity=500)
    cast.approved(activity=FLIGHT, quantity=10000, unit="passenger.km", ended_on="2024-02-10")
    cast.submitted(quantity=9)
    removal = {"activity": "removal/biochar", "unit": "t", "quantity": 10}
    for state in ("contracted", "verified"):
        inputs = {"durability_class": "long", "removal_state": state}
        cast.approved(by=cast.company_approver, **removal, inputs=inputs)

    found = totals.monthly_totals(department_ids={cast.cloud.pk})

    assert [
        (total.month, total.kind, total.scope, total.location_kgco2e, total.market_kgco2e)
        for total in found
    ] == [
        (date(2024, 1, 1), "emission", 2, Decimal("310.575"), Decimal("103.525")),
        (date(2024, 1, 1), "removal", None, Decimal(10000), Decimal(10000)),
        (date(2024, 2, 1), "emission", 3, Decimal("2001.1"), Decimal("2001.1")),
    ]
    assert totals.monthly_totals(department_ids=None, from_on=date(2024, 3, 1)) == []
    assert totals.monthly_totals(department_ids={cast.offices.pk}) == []
