"""The mapping to the general ledger: precedence, days, gaps, and a file with many problems."""

from __future__ import annotations

import io
import json
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from departments.organisation.constraints import constraint_of
from departments.organisation.models import CostCentre
from ledger.errors.journal import GlMappingRefused
from ledger.errors.settlements import NotAllowed
from ledger.exports.run import export_journal, reissue
from ledger.gl_coverage import gaps
from ledger.gl_mapping import Loaded, load_gl_mapping
from ledger.models.exports import JournalExport
from ledger.models.gl_mapping import GlMapping
from tests.ledger.books import NOON, Books
from tests.ledger.test_exports import csv_rows, exported


def row(kind: str, gl_account: str, **more: str) -> dict[str, str]:
    return {"legal_entity": "ONE", "account_kind": kind, "gl_account": gl_account, **more}


DEFAULT = [
    row("fee_expense", "684000"),
    row("fee_expense", "684100", scheme="fee", **{"from": "2023-04-01"}),
    row("carbon_fund", "284000"),
    row("emissions", "900000"),
    row("emissions", "900006", category="6"),
]


def load(books: Books, rows: list[dict[str, str]]) -> Loaded:
    return load_gl_mapping(rows, by=books.people["finance"], at=NOON)


@pytest.fixture
def settled(books: Books) -> Books:
    """CLOUD pays for Scope 1 in two quarters, and for travel in the second."""
    books.emit("CLOUD", date(2023, 2, 1), "1000")
    books.settle("2023Q1")
    books.emit("CLOUD", date(2023, 5, 1), "1000")
    books.emit("CLOUD", date(2023, 5, 2), "1000", scope=3, category=6)
    books.settle("2023Q2")
    return books


def test_the_narrower_mapping_of_the_day_is_exported(settled: Books) -> None:
    load(settled, DEFAULT)
    found = {
        (line["period"], line["account"]): line["gl_account"]
        for line in csv_rows(exported(settled, "generic-csv")[0])
    }
    assert found == {
        ("2023Q1", "Expenses:Carbon-Fee:FEE:CLOUD"): "684000",
        ("2023Q2", "Expenses:Carbon-Fee:FEE:CLOUD"): "684100",
        ("2023Q1", "Equity:Carbon-Fund:FEE"): "284000",
        ("2023Q2", "Equity:Carbon-Fund:FEE"): "284000",
        ("2023Q1", "Expenses:Emissions:CLOUD:Scope-1"): "900000",
        ("2023Q2", "Expenses:Emissions:CLOUD:Scope-1"): "900000",
        ("2023Q2", "Expenses:Emissions:CLOUD:Scope-3:Category-6"): "900006",
        ("2023Q1", "Equity:Atmosphere"): "",
        ("2023Q2", "Equity:Atmosphere"): "",
    }


def test_loaded_again_nothing_changes_and_a_new_account_ends_the_old_one(settled: Books) -> None:
    assert load(settled, DEFAULT) == Loaded(added=5, ended=0, unchanged=0)
    assert load(settled, DEFAULT) == Loaded(added=0, ended=0, unchanged=5)
    assert load(settled, [row("carbon_fund", "285000", **{"from": "2023-04-01"})]) == Loaded(
        1, 1, 0
    )
    assert load(settled, [row("carbon_fund", "286000", **{"from": "2023-04-01"})]) == Loaded(
        1, 1, 0
    )
    fund = GlMapping.objects.filter(account_kind="carbon_fund").order_by("gl_account")
    assert [(m.gl_account, m.in_force.lower, m.in_force.upper, m.is_void) for m in fund] == [
        ("284000", None, date(2023, 4, 1), False),
        ("285000", date(2023, 4, 1), None, True),
        ("286000", date(2023, 4, 1), None, False),
    ]
    assert {m.ended_by for m in fund} == {settled.people["finance"], None}


def test_gaps_are_named_until_everything_is_covered(settled: Books) -> None:
    load(settled, [row("fee_expense", "684000", **{"from": "2023-04-01"})])
    assert [(gap.account_kind, gap.scheme, gap.line_count) for gap in gaps()] == [
        ("carbon_fund", "fee", 2),
        ("fee_expense", "fee", 1),
    ]
    assert gaps()[1].last_on == date(2023, 3, 31)
    out = io.StringIO()
    with pytest.raises(CommandError, match="2 kinds of account have no GL account"):
        call_command("gl_coverage", "--json", stdout=out)
    assert json.loads(out.getvalue())[0]["legal_entity"] == "ONE"
    load(settled, DEFAULT)
    assert gaps() == []
    call_command("gl_coverage", stdout=out)
    assert "All posted money has a GL account." in out.getvalue()


def test_all_problems_of_a_file_at_once_and_nothing_is_loaded(
    settled: Books, tmp_path: Path
) -> None:
    file = tmp_path / "mapping.csv"
    file.write_text(
        "legal_entity,account_kind,scheme,category,gl_account,from\n"
        "TWO,fee_expense,,,684000,\n"
        "ONE,expense,,,684000,\n"
        "ONE,fee_expense,none,6,,soon\n"
        "ONE,carbon_fund,,,1,\n"
        "ONE,carbon_fund,,,2,\n"
    )
    with pytest.raises(CommandError) as refusal:
        call_command("load_gl_mapping", file, by="finance", stdout=io.StringIO())
    said = str(refusal.value)
    for line, problem in [
        (2, "no legal entity 'TWO'; known: ONE"),
        (3, "'expense' is no kind of account"),
        (4, "no scheme 'none'"),
        (4, "no Scope 3 category"),
        (4, "gl_account is empty"),
        (4, "'soon' is no day"),
        (6, "maps the same as line 5"),
    ]:
        assert f"line {line}: " in said
        assert problem in said
    assert not GlMapping.objects.exists()


def test_only_finance_maps(settled: Books) -> None:
    with pytest.raises(NotAllowed):
        load_gl_mapping(DEFAULT, by=settled.people["analyst"], at=NOON)
    with pytest.raises(GlMappingRefused):
        load(settled, [])
    assert not GlMapping.objects.exists()


@pytest.mark.parametrize(
    ("sql", "promise"),
    [
        ("UPDATE ledger_glmapping SET gl_account = '1'", "ledger_gl_mapping_is_only_ended"),
        ("DELETE FROM ledger_glmapping", "ledger_gl_mapping_is_only_ended"),
        (
            "UPDATE ledger_glmapping SET in_force = '(,)', ended_by_id = set_by_id, "
            "ended_at = now() WHERE lower_inf(in_force) IS FALSE",
            "ledger_gl_mapping_is_only_ended",
        ),
        (
            "INSERT INTO ledger_glmapping (legal_entity_id, account_kind, gl_account, gl_name, "
            "tax_code, segment, in_force, is_void, set_by_id) SELECT legal_entity_id, "
            "account_kind, "
            "'2', '', '', '', '[2023-01-01,2023-02-01)', false, set_by_id FROM ledger_glmapping",
            "ledger_one_gl_account_in_force",
        ),
    ],
)
def test_the_database_keeps_mappings(settled: Books, sql: str, promise: str) -> None:
    load(settled, DEFAULT)
    before = list(GlMapping.objects.order_by("pk").values())
    with (
        pytest.raises(IntegrityError) as refusal,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert constraint_of(refusal.value) == promise
    assert list(GlMapping.objects.order_by("pk").values()) == before


def cost_centre(books: Books, code: str, **more: Any) -> CostCentre:
    department = books.departments["CLOUD"]
    entity = department.placements.get().legal_entity
    return CostCentre.objects.create(
        department=department, legal_entity=entity, code=code, name=code, **more
    )


def test_the_default_cost_centre_of_the_day_is_exported(settled: Books) -> None:
    cost_centre(settled, "4711", in_force=(None, date(2023, 4, 1)))
    cost_centre(settled, "4712", in_force=(date(2023, 4, 1), None))
    cost_centre(settled, "1000", is_default=False)
    with (
        pytest.raises(IntegrityError, match="organisation_one_default_cost_centre"),
        transaction.atomic(),
    ):
        cost_centre(settled, "4713")
    lines = csv_rows(exported(settled, "generic-csv")[0])
    assert {(line["period"], line["cost_centre"]) for line in lines} == {
        ("2023Q1", "4711"),
        ("2023Q2", "4712"),
    }
    assert "cost-centre:4711" in exported(settled, "hledger")[0].replace(" ", "")


def test_a_file_of_the_first_schema_is_issued_again_without_the_new_columns(settled: Books) -> None:
    file = io.BytesIO()
    export = export_journal(format_name="generic-csv", into=file, by=None)
    lines = file.getvalue().decode().split("\r\n")
    first = "\r\n".join(line.rsplit(",", 7)[0] for line in lines[:-1]) + "\r\n"
    JournalExport.objects.filter(pk=export.pk).update(
        manifest=export.manifest | {"schema_version": 1}, sha256=sha256(first.encode()).hexdigest()
    )
    again = io.BytesIO()
    reissue(sequence=export.sequence, into=again)
    assert again.getvalue().decode() == first
