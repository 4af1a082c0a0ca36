"""Certificates and contracts: matched to consumption, never over-allocated, never used twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial
from io import StringIO
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from departments.inventory import instrument_matching, instruments, recalculation, submission
from departments.inventory.errors import EntryRefused
from departments.inventory.errors.instruments import (
    InstrumentDecidedBySamePerson,
    InstrumentInWrongState,
    InstrumentTaken,
    RecordNotCoverable,
)
from departments.inventory.errors.records import DecidedBySamePerson, StepRefused
from departments.inventory.instrument_uses import instrument_balances
from departments.inventory.models.activity import ActivityRecord
from departments.inventory.models.emissions import EmissionRecord
from departments.inventory.models.factors import EmissionFactor, FactorSet
from departments.inventory.models.instruments import Instrument, InstrumentUse
from departments.inventory.renewable_share import renewable_shares
from departments.inventory.results import approved_results
from departments.organisation.errors import NotAllowed
from departments.organisation.models import DepartmentPlacement, LegalEntity
from tests.inventory.conftest import NOON, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("factors")]

GRID_GB = Decimal("0.20705")  # DESNZ 2024


def enter(cast: Cast, **facts: Any) -> Instrument:
    """A British wind certificate of 600 kWh of 2024, unless told else; not approved yet."""
    usual: dict[str, Any] = {
        "kind": "certificate",
        "registry": "Ofgem",
        "serial": f"REGO-{Instrument.objects.count() + 1}",
        "market": "GB",
        "generated_from": date(2024, 1, 1),
        "generated_to": date(2024, 12, 31),
        "volume_kwh": Decimal(600),
        "technology": "wind",
        "kgco2e_per_kwh": Decimal(0),
        "factor_source": "wind: no direct emissions",
        "evidence": "register of certificates, page 3",
    }
    return instruments.enter_instrument(by=cast.analyst, at=NOON, **usual | facts)


def hold(cast: Cast, **facts: Any) -> Instrument:
    """The same, approved."""
    row = enter(cast, **facts)
    instruments.approve_instruments(instrument_ids=[row.pk], by=cast.company_approver, at=NOON)
    return row


def match(cast: Cast, **asked: Any) -> instrument_matching.Matching:
    usual: dict[str, Any] = {"year": 2024, "market": "GB", "by": cast.analyst, "at": NOON}
    return instrument_matching.match_instruments(**usual | asked)


def approve(cast: Cast, market: str = "GB") -> list[int]:
    return instrument_matching.approve_matching(
        year=2024, market=market, by=cast.company_approver, at=NOON
    )


def in_force(record: ActivityRecord) -> EmissionRecord:
    found = approved_results([record.pk])[record.pk]
    return EmissionRecord.objects.get(pk=found.pk)


def covered(row: Instrument) -> list[Decimal]:
    uses = InstrumentUse.objects.filter(instrument=row, released_at=None)
    return list(uses.order_by("activity_record_id").values_list("covered_kwh", flat=True))


# Matching


def test_what_a_certificate_covers_emits_what_it_says(cast: Cast):
    # 1,000 kWh, of which 600 at 0 kg: location 207.05 kg stays, market (1,000 − 600) × 0.20705.
    record = cast.approved()
    row = hold(cast)

    matched = match(cast)
    assert [matched.needed_kwh, matched.available_kwh, matched.covered_kwh] == [1000, 600, 600]
    assert matched.proposed_ids == (record.pk,)
    assert in_force(record).market_kgco2e == Decimal("207.05")

    assert approve(cast) == [record.pk]
    result = in_force(record)
    assert result.location_kgco2e == Decimal("207.05")
    assert result.market_kgco2e == 400 * GRID_GB == Decimal("82.82")
    assert result.supersedes_id is not None
    printed = [step["expression"] for step in result.trace["steps"]]
    assert "600 kWh × 0 kgCO2e/kWh (certificate OFGEM REGO-1, vintage 2024)" in printed
    (left,) = instrument_balances(year=2024)
    assert left.instrument_id == row.pk
    assert [left.volume_kwh, left.used_kwh, left.left_kwh] == [600, 600, 0]


def test_records_get_the_same_part_to_the_watt_hour(cast: Cast):
    # 100 kWh over 3 × 1,000 kWh: 33.333 kWh each, and the watt-hour that is left to the first.
    records = [cast.approved() for _ in range(3)]
    row = hold(cast, volume_kwh=Decimal(100))

    match(cast)
    approve(cast)

    assert covered(row) == [Decimal("33.334"), Decimal("33.333"), Decimal("33.333")]
    assert [in_force(record).market_kgco2e for record in records] == [
        Decimal("200.148195"),  # 966.666 × 0.20705 = 200.1481953, rounded to the milligram
        Decimal("200.148402"),  # 966.667 × 0.20705 = 200.14840235
        Decimal("200.148402"),
    ]


def test_each_factor_is_shared_by_itself_and_an_entitys_own_come_first(cast: Cast):
    # The entity's 500 kWh go to its 1,000 kWh; what is left, 500 and 1,000, shares 150 kWh at
    # 0.05 kg as 50 and 100.
    other = LegalEntity.objects.create(code="TWO", name="Two", country="GB", currency="GBP")
    ours, theirs = cast.approved(), cast.draft(department_id=cast.cloud.pk)
    DepartmentPlacement.objects.filter(department=cast.offices).update(legal_entity=other)
    submission.edit_record(
        record_id=theirs.pk,
        by=cast.analyst,
        at=NOON,
        changes={"department_id": cast.offices.pk},
    )
    submission.submit_records(record_ids=[theirs.pk], by=cast.analyst, at=NOON)
    submission.approve_records(record_ids=[theirs.pk], by=cast.company_approver, at=NOON)
    one = LegalEntity.objects.get(code="ONE")
    owned = hold(cast, volume_kwh=Decimal(500), legal_entity=one)
    shared = hold(cast, volume_kwh=Decimal(150), kgco2e_per_kwh=Decimal("0.05"), kind="ppa")

    match(cast)
    approve(cast)

    assert covered(owned) == [500]
    assert covered(shared) == [50, 100]
    assert in_force(ours).market_kgco2e == 450 * GRID_GB + Decimal("2.5")
    assert in_force(theirs).market_kgco2e == 900 * GRID_GB + 5
    with pytest.raises(IntegrityError, match="legal entity"), transaction.atomic():
        use(owned, theirs, "1")


def test_own_covers_of_a_record_count(cast: Cast):
    own = {"covered_kwh": "700", "instrument_kgco2e_per_kwh": "0", "instrument": "REGO 9"}
    record = cast.approved(inputs=own)
    row = hold(cast)

    match(cast)
    approve(cast)

    assert covered(row) == [300]
    assert in_force(record).market_kgco2e == 0


def test_a_second_matching_changes_nothing(cast: Cast):
    cast.approved()
    hold(cast)
    match(cast)
    before = list(InstrumentUse.objects.values()), list(EmissionRecord.objects.values())

    again = match(cast)

    assert (again.matches, again.proposed_ids) == ((), ())
    assert before == (list(InstrumentUse.objects.values()), list(EmissionRecord.objects.values()))
    approve(cast)
    assert match(cast).matches == ()


def test_what_is_planned_is_what_is_matched(cast: Cast):
    cast.approved()
    hold(cast)
    planned = instrument_matching.plan_matching(year=2024, market="GB")

    assert InstrumentUse.objects.count() == 0
    assert planned.matches == match(cast).matches


def test_another_person_approves(cast: Cast):
    record = cast.approved()
    row = enter(cast)
    with pytest.raises(NotAllowed):
        instruments.approve_instruments(instrument_ids=[row.pk], by=cast.analyst, at=NOON)
    assert match(cast).matches == ()  # not approved yet: it covers nothing
    with pytest.raises(IntegrityError, match="not approved"), transaction.atomic():
        use(row, record, "1")

    instruments.approve_instruments(instrument_ids=[row.pk], by=cast.company_approver, at=NOON)
    with pytest.raises(NotAllowed):
        match(cast, by=cast.company_approver)
    match(cast)
    with pytest.raises((DecidedBySamePerson, NotAllowed)):
        recalculation.approve_recalculation(record_ids=[record.pk], by=cast.analyst, at=NOON)
    assert in_force(record).market_kgco2e == Decimal("207.05")


def test_who_entered_an_instrument_does_not_approve_it(cast: Cast):
    row = enter(cast)
    cast.analyst.memberships.create(role="sustainability_approver")

    with pytest.raises(InstrumentDecidedBySamePerson, match="Ask a colleague"):
        instruments.approve_instruments(instrument_ids=[row.pk], by=cast.analyst, at=NOON)
    with pytest.raises(IntegrityError, match="by_another_person"), transaction.atomic():
        Instrument.objects.filter(pk=row.pk).update(approved_by=cast.analyst)


def test_a_changed_factor_is_recalculated_first(cast: Cast):
    record = cast.approved()
    hold(cast)
    old = EmissionFactor.objects.get(factor_set__code="desnz_2024", activity="electricity/grid")
    release = FactorSet.objects.create(
        code="desnz_2024_v2", publisher="DESNZ", title="v2", year=2024, licence="OGL", sha256="0"
    )
    old.pk, old.factor_set, old.kgco2e_per_unit = None, release, Decimal("0.3")
    old.save()

    with pytest.raises(StepRefused, match="factor has changed"):
        match(cast)
    assert InstrumentUse.objects.count() == 0

    recalculation.propose_recalculation(
        record_ids=[record.pk], by=cast.analyst, at=NOON, reason="new factor"
    )
    recalculation.approve_recalculation(record_ids=[record.pk], by=cast.approver, at=NOON)
    match(cast)
    approve(cast)
    assert in_force(record).market_kgco2e == 120  # 400 × 0.3


# Market and vintage


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"place": "FR"}, "lies in FR, outside of this market"),
        ({"ended_on": date(2023, 12, 31), "started_on": date(2023, 12, 1)}, "ended on 2023-12-31"),
        ({"activity": "gaseous-fuels/natural-gas", "unit": "kWh (Gross CV)"}, "instruments cover"),
    ],
)
def test_another_market_vintage_or_activity_is_refused_with_words(
    cast: Cast, facts: dict[str, Any], words: str
):
    record = cast.approved(**facts)
    row = hold(cast)

    with pytest.raises(RecordNotCoverable, match=words):
        match(cast, record_ids=[record.pk])
    assert match(cast).matches == ()
    with pytest.raises(IntegrityError), transaction.atomic():
        use(row, record, "1")
    assert InstrumentUse.objects.count() == 0


def test_all_records_that_do_not_fit_are_refused_at_once(cast: Cast):
    ids = [cast.approved(place="FR").pk, cast.draft().pk]
    with pytest.raises(StepRefused) as refused:
        match(cast, record_ids=ids)
    assert [problem.record_id for problem in refused.value.problems] == ids


def test_an_instrument_of_the_european_market_covers_its_countries(cast: Cast):
    france, britain = cast.approved(place="FR"), cast.approved()
    row = hold(cast, market="EU", registry="EECS", volume_kwh=Decimal(5000))

    match(cast, market="EU")

    assert covered(row) == [1000]
    with pytest.raises(IntegrityError, match="outside of EU"), transaction.atomic():
        use(row, britain, "1")
    assert InstrumentUse.objects.get().activity_record_id == france.pk


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"market": "uk"}, "market"),
        ({"generated_to": date(2025, 1, 1)}, "generated_to"),
        ({"volume_kwh": Decimal(0)}, "volume_kwh"),
        ({"volume_kwh": Decimal("NaN")}, "volume_kwh"),
        ({"kgco2e_per_kwh": Decimal(207)}, "kgco2e_per_kwh"),
        ({"technology": "coal"}, "technology"),
        ({"kind": "promise"}, "kind"),
        ({"serial": " "}, "serial"),
        ({"evidence": ""}, "evidence"),
    ],
)
def test_an_instrument_is_entered_whole(cast: Cast, facts: dict[str, Any], field: str):
    with pytest.raises(EntryRefused) as refused:
        enter(cast, **facts)
    assert refused.value.field == field
    assert Instrument.objects.count() == 0


# Never twice, never too much


def use(row: Instrument, record: ActivityRecord, covered_kwh: str) -> InstrumentUse:
    """A use by raw SQL, so to say: past every function."""
    return InstrumentUse.objects.create(
        instrument=row,
        activity_record=record,
        covered_kwh=Decimal(covered_kwh),
        coverable_kwh=Decimal(1000),
        matched_by=row.entered_by,
        matched_at=NOON,
    )


def test_the_same_serial_is_not_entered_twice(cast: Cast):
    enter(cast, serial="rego-77")
    with pytest.raises(InstrumentTaken, match="OFGEM REGO-77 is entered already"):
        enter(cast, registry="OFGEM", serial="REGO-77 ")
    assert Instrument.objects.count() == 1


def test_the_database_refuses_what_is_too_much(cast: Cast):
    record, other = cast.approved(), cast.approved()
    row, more = hold(cast), hold(cast, volume_kwh=Decimal(5000))

    use(row, record, "400")
    with pytest.raises(IntegrityError, match="has 600"), transaction.atomic():
        use(row, other, "200.0000000001")
    with pytest.raises(IntegrityError, match="more than is left"), transaction.atomic():
        use(more, record, "600.0000000001")
    with pytest.raises(IntegrityError, match="covers_a_record_once"), transaction.atomic():
        use(row, record, "1")
    with pytest.raises(IntegrityError, match="covers_something"), transaction.atomic():
        use(more, other, "0")
    use(more, record, "600")
    assert sorted(covered(row) + covered(more)) == [400, 600]


def test_uses_and_approved_instruments_are_never_edited(cast: Cast):
    record, row = cast.approved(), hold(cast)
    use(row, record, "400")

    for edit in (
        lambda: InstrumentUse.objects.update(covered_kwh=1),
        lambda: InstrumentUse.objects.all().delete(),
        lambda: Instrument.objects.update(volume_kwh=10**6),
        lambda: Instrument.objects.update(serial="OTHER"),
    ):
        with pytest.raises(IntegrityError, match="never"), transaction.atomic():
            edit()
    assert covered(row) == [400]


def test_a_correction_frees_what_covered_the_record(cast: Cast):
    record, row = cast.approved(), hold(cast)
    match(cast)
    approve(cast)
    correction = submission.correct_record(
        record_id=record.pk, by=cast.contributor, at=NOON, changes={"quantity": 500}, reason="typo"
    )
    submission.submit_records(record_ids=[correction.pk], by=cast.contributor, at=NOON)
    assert match(cast).matches == ()  # the record waits for its correction
    with pytest.raises(RecordNotCoverable, match="is corrected by"):
        match(cast, record_ids=[record.pk])

    submission.approve_records(record_ids=[correction.pk], by=cast.approver, at=NOON)
    assert covered(row) == []
    with pytest.raises(IntegrityError, match="or is corrected"), transaction.atomic():
        use(row, record, "1")

    match(cast)
    approve(cast)
    assert covered(row) == [500]
    assert in_force(correction).market_kgco2e == 0


def test_uses_are_taken_back(cast: Cast):
    record, row = cast.approved(), hold(cast)
    match(cast)
    approve(cast)

    released = instrument_matching.release_uses(
        record_ids=[record.pk], by=cast.analyst, at=NOON, reason="sold on"
    )
    assert (released, covered(row)) == ([record.pk], [])
    recalculation.approve_recalculation(record_ids=[record.pk], by=cast.approver, at=NOON)
    assert in_force(record).market_kgco2e == Decimal("207.05")
    assert match(cast).covered_kwh == 600


def test_an_instrument_is_retired_once(cast: Cast):
    row = hold(cast)
    facts: dict[str, Any] = {"instrument_id": row.pk, "by": cast.analyst}
    day = date(2025, 2, 1)
    instruments.retire_instrument(**facts, retired_on=day, reference="R-1")
    instruments.retire_instrument(**facts, retired_on=day, reference="R-1")

    with pytest.raises(InstrumentInWrongState, match="retired on 2025-02-01 as R-1"):
        instruments.retire_instrument(**facts, retired_on=day, reference="R-2")
    with pytest.raises(InstrumentInWrongState, match="is approved"):
        instruments.withdraw_instrument(**facts)
    cast.approved()
    assert match(cast).covered_kwh == 600  # retired for the company: it covers


def test_a_mistake_that_nobody_approved_is_withdrawn(cast: Cast):
    row = enter(cast)
    instruments.withdraw_instrument(instrument_id=row.pk, by=cast.analyst)
    assert Instrument.objects.count() == 0


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    quantities=st.lists(st.decimals("0.001", 5000, places=3), min_size=1, max_size=4),
    volumes=st.lists(st.decimals("0.001", 5000, places=3), min_size=1, max_size=3),
)
def test_never_more_than_volume_or_energy_in_any_number_of_matchings(cast, quantities, volumes):
    with transaction.atomic():
        records = [cast.approved(quantity=quantity) for quantity in quantities]
        for volume in volumes:
            hold(cast, volume_kwh=volume)
            match(cast)
        approve(cast)

        uses = list(InstrumentUse.objects.all())
        total = sum(each.covered_kwh for each in uses)
        assert total == min(sum(quantities), sum(volumes))
        for record, quantity in zip(records, quantities, strict=True):
            mine = sum(each.covered_kwh for each in uses if each.activity_record_id == record.pk)
            assert mine <= quantity
            result = in_force(record)
            assert abs(result.market_kgco2e - (quantity - mine) * GRID_GB) <= Decimal("5e-7")
            assert abs(result.location_kgco2e - quantity * GRID_GB) <= Decimal("5e-7")
        transaction.set_rollback(True)


# At once


def at_once(steps: list[Callable[[], Any]]) -> list[Any]:
    barrier = Barrier(len(steps))

    def one(step: Callable[[], Any]) -> Any:
        try:
            barrier.wait()
            return step()
        except IntegrityError as refusal:
            return str(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(one, steps))


@pytest.mark.django_db(transaction=True)
def test_two_matchings_at_once_use_it_once(cast: Cast):
    cast.approved(), cast.approved()
    row = hold(cast, volume_kwh=Decimal(1500))

    found = at_once([lambda: match(cast)] * 4)

    assert sorted(each.covered_kwh for each in found) == [0, 0, 0, 1500]
    assert covered(row) == [750, 750]


@pytest.mark.django_db(transaction=True)
def test_two_raw_uses_at_once_do_not_exceed_the_volume(cast: Cast):
    records = [cast.approved() for _ in range(4)]
    row = hold(cast, volume_kwh=Decimal(900))

    found = at_once([partial(use, row, record, "400") for record in records])

    refused = [each for each in found if isinstance(each, str)]
    assert len(refused) == 2
    assert all("its uses add up to" in each for each in refused)
    assert covered(row) == [400, 400]


# What is read


def test_the_share_of_renewable_electricity(cast: Cast):
    cast.approved()  # 1,000 kWh in GB, 600 of them by wind
    cast.approved(quantity=1, unit="MWh", place="FR", inputs={
        "covered_kwh": "250", "instrument_kgco2e_per_kwh": "0", "instrument": "GO 1",
    })  # fmt: skip
    hold(cast)
    hold(cast, volume_kwh=Decimal(100), technology="nuclear")
    match(cast)

    company, places = renewable_shares(year=2024)
    assert [company.renewable_kwh, company.electricity_kwh, company.waiting_kwh] == [250, 2000, 600]
    approve(cast)
    company, places = renewable_shares(year=2024)
    assert (company.share, company.percent) == (Fraction(850, 2000), "42.50")
    assert [[each.place, each.renewable_kwh, each.electricity_kwh] for each in places] == [
        ["FR", 250, 1000],
        ["GB", 600, 1000],
    ]
    assert renewable_shares(year=2023)[0].share is None
    assert renewable_shares(year=2024, department_ids=[])[1] == []


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_matching_and_share_from_the_command_line(cast: Cast):
    record = cast.approved()
    hold(cast)
    asked = ("match_instruments", "--year", "2024", "--market", "GB")

    assert "Nothing was changed." in run(*asked, "--by", "analyst", "--dry-run")
    content = json.loads(run(*asked, "--by", "analyst", "--json"))
    assert content["covered_kwh"] == "600"
    assert content["proposed_ids"] == [record.pk]
    assert "1 new results" in run(*asked, "--by", "company_approver", "--approve")
    shares = json.loads(run("renewable_share", "--year", "2024", "--json"))
    assert shares["company"] == {
        "electricity_kwh": "1000",
        "renewable_kwh": "600",
        "waiting_kwh": "0",
        "share": "3/5",
        "percent": "60.00",
    }
    assert "60.00 %  600 of 1,000 kWh" in run("renewable_share", "--year", "2024")
    with pytest.raises(CommandError, match="no such market"):
        run("match_instruments", "--year", "2024", "--market", "Mars", "--by", "analyst")


HEADER = (
    "kind,registry,serial,market,generated_from,generated_to,volume_kwh,technology,"
    "kgco2e_per_kwh,factor_source,evidence,legal_entity\n"
)


def test_a_file_of_certificates_is_brought_approved_and_listed(cast: Cast, tmp_path: Path):
    file = tmp_path / "certificates.csv"
    file.write_text(
        HEADER
        + "certificate,Ofgem,A1,GB,2024-01-01,2024-12-31,1000,wind,0,wind,folder 3,\n"
        + "ppa,Acme,B2,GB,2024-03-01,2024-03-31,250.5,solar,0,sun,contract 7,ONE\n"
    )
    assert "2 instruments wait" in run("instruments", "import", str(file), "--by", "analyst")
    ids = [str(pk) for pk in Instrument.objects.order_by("pk").values_list("pk", flat=True)]
    run("instruments", "approve", *ids, "--by", "company_approver")
    run("instruments", "retire", ids[0], "--on", "2025-02-01", "--reference", "R-7",
        "--by", "analyst")  # fmt: skip

    shown = run("instruments", "list", "--year", "2024", "--market", "GB")
    assert "OFGEM A1  GB 2024  wind  1,000 of 1,000 kWh left  retired 2025-02-01" in shown
    content = json.loads(run("instruments", "list", "--json"))
    assert [each["left_kwh"] for each in content] == ["1000", "250.5"]


def test_all_problems_of_a_file_are_refused_at_once(cast: Cast, tmp_path: Path):
    file = tmp_path / "certificates.csv"
    file.write_text(
        HEADER
        + "certificate,Ofgem,A1,GB,2024-01-01,2024-12-31,1000,wind,0,wind,folder 3,\n"
        + "certificate,OFGEM,a1,GB,2024-01-01,2024-12-31,1000,wind,0,wind,folder 3,\n"
        + 'certificate,Ofgem,A2,GB,2024-01-01,2024-12-31,"1,5",wind,0,wind,folder 3,\n'
        + "certificate,Ofgem,A3,GB,2024-01-01,2024-12-31,15,wind,0,wind,folder 3,TEN\n"
    )
    with pytest.raises(CommandError) as refused:
        run("instruments", "import", str(file), "--by", "analyst")
    for words in ("3 problems", "line 3, serial", "line 4, volume_kwh", "line 5, legal_entity"):
        assert words in str(refused.value)
    assert Instrument.objects.count() == 0

    file.write_text("kind,registry\n")
    with pytest.raises(CommandError, match="Columns are missing: serial"):
        run("instruments", "import", str(file), "--by", "analyst")
