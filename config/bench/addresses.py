"""Reads. The pages whose time is measured: who asks for which address, in the company at hand."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from django.contrib import admin
from django.core.management import call_command
from django.urls import reverse

from config.bench import scratch
from config.bench.people import session_of
from config.bench.settling import LATE_MONTH, MONTHS, settle_month, settle_year
from config.bench.worker import worker
from departments.organisation.models import Department, User
from ledger.dispute_lookup import list_disputes
from ledger.statements import statement_lines
from pricing.grant_lookup import list_grants

MONTH = "2024-12"
# Pages of the desk that are no list and no row of one.
OF_THE_DESK = (
    "index",
    "disclosures",
    "access_review",
    "duties",
    "fairness",
    "restatement",
    "verify",
)
READS_THE_TRAIL = ("access_review", "duties", "organisation_auditevent", "organisation_user")


@dataclass(frozen=True, slots=True)
class Address:
    """A page as one person asks for it; `name` is the same in every company."""

    name: str
    path: str
    session: str


def found_few(*, records: int) -> None:
    """Settle the year of the company at hand, as the row before did with the large one."""
    with worker():
        settle_year()
        scratch.run_sql("late.sql", database=scratch.here(), records=records)
        settle_month(LATE_MONTH, {})


def write_addresses(file: Path, *, records: int) -> None:
    """Fill in what people leave beside records, and write down every page with its session."""
    call_command("load_factors", stdout=io.StringIO())
    scratch.run_sql("everyday.sql", database=scratch.here(), records=records, months=MONTHS)
    scratch.as_owner(scratch.here(), "VACUUM (ANALYZE)")
    file.write_text(json.dumps([asdict(address) for address in found_addresses()]))


def read_addresses(file: Path) -> list[Address]:
    """What was written down."""
    return [Address(**facts) for facts in json.loads(file.read_text())]


def found_addresses() -> Iterator[Address]:
    """Every page, with a session of who asks for it."""
    department = _department()
    own = f"{department.code}-person"
    for username, pages in (
        (own, _portal(department)),
        ("analyst", _portal(department)),
        ("analyst", _company()),
        ("approver", [("approvals", reverse("portal:approvals"))]),
    ):
        session = session_of(User.objects.get(username=username))
        who = "department" if username == own else username
        for name, path in pages:
            yield Address(f"{name}, {who}", path, session)
    sessions = {
        username: session_of(User.objects.get(username=username))
        for username in ("finance", "administrator")
    }
    for name, path in _desk():
        is_trail = any(name.startswith(page) for page in READS_THE_TRAIL)
        yield Address(f"desk: {name}", path, sessions["administrator" if is_trail else "finance"])


def _department() -> Department:
    """The last one that recorded something: none is below it, in a large company as in a small."""
    code = scratch.one(
        "SELECT code FROM organisation_department d WHERE EXISTS ("
        "SELECT FROM inventory_activityrecord a WHERE a.department_id = d.id) ORDER BY code DESC"
    )
    return Department.objects.get(code=code)


def _portal(department: Department) -> Iterator[tuple[str, str]]:
    """The pages about one department."""
    code = department.code
    line = statement_lines(scheme_code="fee", period_code=MONTH, department_ids=[department.pk])[0]
    record = scratch.one(
        "SELECT max(id) FROM inventory_activityrecord WHERE department_id = %s", department.pk
    )
    grant = list_grants(scheme_code="fee", department_ids=[department.pk])[0]
    bill = {"department": code, "scheme": "fee", "period": MONTH}
    yield "way to the bill", reverse("portal:choose_bill")
    for page in ("bill", "lines", "what_if", "statement_json"):
        yield page.replace("_", " "), reverse(f"portal:{page}", kwargs=bill)
    yield "line", reverse("portal:line", args=[line.line_id])
    yield "activity", reverse("portal:activity", args=[code])
    yield "activity, searched", reverse("portal:activity", args=[code]) + "?search=reported"
    yield "record", reverse("portal:activity_record", args=[record])
    for page in ("activity_new", "upload", "grant_new"):
        yield page.replace("_", " "), reverse(f"portal:{page}", args=[code])
    yield "grant", reverse("portal:grant", args=[grant.id])
    for page in ("disputes", "grants", "team", "notices", "quote", "method"):
        yield page, reverse(f"portal:{page}")


def _company() -> Iterator[tuple[str, str]]:
    """The pages about all departments."""
    for page in ("company", "atmosphere"):
        yield page, reverse(f"portal:{page}")
    everything = reverse("portal:all_activity")
    yield "all activity", everything
    yield "all activity, one state", f"{everything}?state=submitted"
    yield "all activity, a reference found", f"{everything}?search=waits-5"
    yield "all activity, nothing found", f"{everything}?search=nowhere"


def _desk() -> Iterator[tuple[str, str]]:
    """Lists with rows in them, the page of a row of each, and the pages beside them."""
    for page in OF_THE_DESK:
        yield page, reverse(f"admin:{page}")
    for model in admin.site._registry:
        newest = model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
        if newest is None:
            continue
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        yield name, reverse(f"admin:{name}_changelist")
        yield f"{name}, one", reverse(f"admin:{name}_change", args=[newest])
    period = scratch.one("SELECT id FROM ledger_accountingperiod WHERE code = %s", LATE_MONTH)
    yield "the period to close", reverse("admin:ledger_accountingperiod_change", args=[period])
    line = scratch.one("SELECT line_id FROM ledger_dispute WHERE state = %s LIMIT 1", "open")
    dispute = list_disputes(department_ids=None, line_id=line)[0].dispute_id
    yield "a dispute that waits", reverse("admin:ledger_dispute_change", args=[dispute])
