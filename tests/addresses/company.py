"""A company with at least one row of everything that has a page; fixed days, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType

from departments.inventory import (
    absorption,
    activity_import,
    allocation_keys,
    factor_release,
    instruments,
    sites,
    submission,
)
from departments.inventory.models.evidence import EvidenceFile
from departments.inventory.record_evidence import attach_evidence
from departments.inventory.records import list_records
from departments.organisation.api_keys import issue_key
from departments.organisation.models import (
    AuditEvent,
    CostCentre,
    Department,
    LegalEntity,
    Membership,
    User,
)
from departments.organisation.notice_models import Notice, NoticeMail
from ledger import (
    aims,
    disputes,
    export_runs,
    gl_mapping,
    period_close,
    scenario_runs,
    settlement_run,
    sweet_spots,
)
from ledger.models.exports import JournalExport
from ledger.models.journal import JournalEntry
from ledger.models.outbox import OutboxMessage
from ledger.models.settlements import SettlementShard
from ledger.models.webhooks import WebhookEvent
from ledger.scenario_settings import Settings, read_price
from ledger.statements import statement_lines, statement_of
from ledger.webhooks import endpoints
from pricing import exchange_setting, text_setting
from pricing.models import CarbonPrice, Mechanism
from tests.inventory.conftest import FIXTURES, KEPT, excerpt
from tests.ledger import granting, sharing
from tests.ledger.books import NOON, Books, open_books
from tests.ledger.by_hand import propose
from tests.ledger.settling import settle_scheme

# Names that stand on no page unless it tells of this department
NAMES = {"CLOUD": "Marblehead", "OFFICES": "Quillfeather"}
PEOPLE = {
    "cloud-approver": ("approver", "CLOUD"),
    "offices-contributor": ("contributor", "OFFICES"),
    "offices-approver": ("approver", "OFFICES"),
}
REVIEWED_UNTIL = date(2099, 12, 31)  # a dispute is in time whenever the tests run
AT = datetime(2024, 2, 1, 9, tzinfo=UTC)
ROWS = (
    "department,activity,started_on,ended_on,external_id,quantity,unit,citation\n"
    "CLOUD,reported/scope-1,2023-07-01,2023-07-31,july-1,12.5,tCO2e,Meter book\n"
    "CLOUD,reported/scope-1,2023-08-01,2023-08-31,august-1,13.5,tCO2e,Meter book\n"
)


@dataclass(frozen=True)
class Company:
    """The books, and by name what addresses are filled with."""

    books: Books
    known: dict[str, Any]

    def person(self, name: str) -> User:
        """One of its people."""
        return self.books.people[name]


def found_company(folder: Path, *, more: int = 0) -> Company:
    """CLOUD owns everything that an address names; OFFICES is the other department.

    With `more` there are so many departments beside them, and of what lists show, so many rows.
    """
    books = open_books()
    _name(books)
    _add_departments(books, more)
    _load_factors(folder)
    known: dict[str, Any] = {"department": "CLOUD", "scheme": "fee", "period": "2023Q1"}
    _settle(books, known, more)
    _record(books, known)
    _keep_policy(books)
    _hold(books, known)
    _post_by_hand(books, known)
    _tell_outside(books, known)
    _mail(books, known)
    _ask(books, known)
    _add_rows(books, more)
    known["type"] = ContentType.objects.get_for_model(Department).pk
    known |= {"app": "ledger", "passkey": 10**9}
    known["rows"] = _newest_rows()
    return Company(books, known)


def _name(books: Books) -> None:
    for code, name in NAMES.items():
        Department.objects.filter(code=code).update(name=name)
        books.departments[code].refresh_from_db()
    for username, (role, code) in PEOPLE.items():
        person = books.people[username] = User.objects.create(username=username)
        Membership.objects.create(user=person, role=role, department=books.departments[code])
    CostCentre.objects.create(
        code="CC-100",
        legal_entity=LegalEntity.objects.get(code="ONE"),
        name="Machines",
        department=books.departments["CLOUD"],
    )


def _load_factors(folder: Path) -> None:
    for code in ("desnz_2023", "desnz_2024", "grid_desnz_uk"):
        factor_release.load_factor_set(excerpt(code, KEPT[code], folder))
    factor_release.load_gwps(FIXTURES / "gwp" / "gwp.csv")


def _add_departments(books: Books, more: int) -> None:
    for number in range(more):
        sharing.add_department(books, f"MORE-{number:03}")


def _emit_more(books: Books, day: date, more: int) -> None:
    """A record of each further department, and as many of CLOUD in all places of its bill."""
    for number in range(more):
        books.emit(f"MORE-{number:03}", day, f"{1000 + number}")
        country = ("US", "DE", "KR", "GB")[number % 4]
        books.emit("CLOUD", day, "700", scope=3, category=1 + number % 15, country=country)


def _add_rows(books: Books, more: int) -> None:
    """As many rows of what people enter, in all states, as there are further departments."""
    contributor, analyst = books.people["contributor"], books.people["analyst"]
    cloud = books.departments["CLOUD"].pk
    records = []
    for number in range(more):
        record = submission.create_record(
            department_id=cloud,
            by=contributor,
            at=AT,
            activity="reported/scope-1",
            started_on=date(2023, 7, 1),
            ended_on=date(2023, 7, 31),
            quantity=Decimal(number + 1),
            unit="kg",
            inputs={"citation": "Meter book"},
        )
        records.append(record.pk)
        department = f"MORE-{number:03}"
        granting.apply(books, department, by=analyst)
        propose(books)
        endpoints.create(
            url=f"https://hooks.example.com/{number}",
            event_types=[],
            departments=[department],
            by=books.people["finance"],
            at=AT,
        )
    submission.submit_records(record_ids=records[::2], by=contributor, at=AT)
    lines = statement_lines(scheme_code="fee", period_code="2023Q2", department_ids=[cloud])
    for line in lines[1 : 1 + more]:
        disputes.open_dispute(line_id=line.line_id, reason="Not ours", by=contributor, at=NOON)


def _settle(books: Books, known: dict[str, Any], more: int) -> None:
    """Two quarters of the fee, the first closed, and a third under way; one of a feebate."""
    feebate = sharing.found_sharing(books, Mechanism.FEEBATE)
    sharing.measure(books, feebate, "2023Q1", CLOUD="100", OFFICES="200")
    books.emit("CLOUD", date(2023, 1, 15), "1000000")
    first = books.emit("CLOUD", date(2023, 2, 1), "228194000", scope=2)
    books.emit("CLOUD", date(2023, 3, 1), "8000000", scope=3, category=1)
    books.emit("OFFICES", date(2023, 3, 1), "45000")
    _emit_more(books, date(2023, 3, 1), more)
    books.settle("2023Q1")
    settle_scheme(books, "shared", "2023Q1")
    period_close.close(period_code="2023Q1", by=books.people["finance"], at=NOON)
    books.emit(
        "CLOUD",
        date(2023, 2, 1),
        "456119000",
        scope=2,
        location_kgco2e="4102445000",
        supersedes=first,
    )
    books.emit("CLOUD", date(2023, 5, 1), "2000000.333")
    books.emit("OFFICES", date(2023, 5, 1), "46000")
    _emit_more(books, date(2023, 5, 1), more)
    books.emit(
        "CLOUD", date(2023, 6, 1), "7000", durability_class="medium", removal_state="verified"
    )
    second = books.calculate("2023Q2")
    settlement_run.approve(
        settlement_id=second.pk, by=books.people["approver"], at=NOON, review_ends_on=REVIEWED_UNTIL
    )
    settlement_run.post(settlement_id=second.pk, by=books.people["finance"], at=NOON)
    books.emit("CLOUD", date(2023, 7, 1), "3000000")
    _emit_more(books, date(2023, 7, 1), more)
    third = books.calculate("2023Q3")
    cloud = [books.departments["CLOUD"].pk]
    line = statement_lines(scheme_code="fee", period_code="2023Q2", department_ids=cloud)[0]
    dispute = disputes.open_dispute(
        line_id=line.line_id,
        reason="Marblehead left in January",
        by=books.people["contributor"],
        at=NOON,
    )
    statement = statement_of(department_code="CLOUD", scheme_code="fee", period_code="2023Q1")
    known |= {
        "line": line.line_id,
        "free line": statement.lines[0].line_id,
        "dispute": dispute.pk,
        "hash": statement.sha256,
        "settlement": third.pk,
        "job": f"settlement_{third.pk}",
        "shard": SettlementShard.objects.filter(settlement=third).order_by("pk")[0].pk,
        "posted": second.pk,
        "open period": books.periods["2023Q3"].pk,
        "closed": books.periods["2023Q1"].pk,
        "entry": JournalEntry.objects.filter(settlement=second).order_by("pk")[0].pk,
    }


def _record(books: Books, known: dict[str, Any]) -> None:
    """A record in each state, a file that was taken in, and one that proves a record."""
    contributor, approver = books.people["contributor"], books.people["cloud-approver"]
    approved = list_records(department_ids=[books.departments["CLOUD"].pk])[-1]
    batch = activity_import.import_file(
        file_name="july.csv",
        content=ROWS.encode(),
        by=contributor,
        at=AT,
        departments=Department.objects.filter(code="CLOUD"),
    )
    draft, handed_in = batch.record_ids
    submission.submit_records(record_ids=[handed_in], by=contributor, at=AT)
    returned = submission.create_record(
        department_id=books.departments["CLOUD"].pk,
        by=contributor,
        at=AT,
        activity="electricity/grid",
        started_on=date(2024, 1, 1),
        ended_on=date(2024, 1, 31),
        quantity=Decimal(1000),
        unit="kWh",
        place="GB",
    )
    submission.submit_records(record_ids=[returned.pk], by=contributor, at=AT)
    submission.return_records(record_ids=[returned.pk], by=approver, at=AT, reason="Which meter?")
    evidence = attach_evidence(
        record_id=draft, file_name="meter.txt", content=b"412500 kWh", by=contributor, at=AT
    )
    assert EvidenceFile.objects.filter(pk=evidence).exists()
    known |= {
        "record": draft,
        "handed in": handed_in,
        "returned": returned.pk,
        "approved": approved.record_id,
        "evidence": evidence,
    }


def _keep_policy(books: Books) -> None:
    """A row of every rule, and a price that waits for another person."""
    fee, analyst = books.scheme, books.people["analyst"]
    sharing.levy(books, fee, "business-travel-air", "25")
    sharing.contribute(books, fee, "2023Q3", "1000")
    sharing.reward(books, fee, "5")
    sharing.cap(books, fee, "100000")
    CarbonPrice.objects.create(
        scheme=fee,
        scope=3,
        category=6,
        price_per_tonne=Decimal(100),
        in_force=(date(2030, 1, 1), None),
        reason="Flights should cost what they do",
        proposed_by=analyst,
    )
    aims.propose_aim(kind="zero_by", year=2050, by=analyst)
    rate = {"date": "2023-03-31", "from": "USD", "to": "EUR", "rate": "0.9", "source": "Treasury"}
    exchange_setting.load([rate], by=analyst)
    text_setting.propose_text(
        scheme_id=fee.pk,
        topic="objectives",
        text="Flights should cost what they do",
        starts_on=date(2023, 1, 1),
        by=analyst,
    )


def _hold(books: Books, known: dict[str, Any]) -> None:
    """A certificate, a site with a reading, a key for shared emissions, a grant."""
    analyst = books.people["analyst"]
    instruments.enter_instrument(
        by=analyst,
        at=AT,
        kind="certificate",
        registry="Ofgem",
        serial="REGO-1",
        market="GB",
        generated_from=date(2024, 1, 1),
        generated_to=date(2024, 12, 31),
        volume_kwh=Decimal(600),
        technology="wind",
        kgco2e_per_kwh=Decimal(0),
        factor_source="wind: no direct emissions",
        evidence="register of certificates, page 3",
    )
    site = sites.enter_site(
        by=analyst,
        at=AT,
        code="DC-DUBLIN-1",
        name="Dublin 1",
        kind="data_centre",
        place="IE",
        legal_entity=LegalEntity.objects.get(code="ONE"),
        department=books.departments["CLOUD"],
        opened_on=date(2020, 1, 1),
    )
    sites.enter_reading(
        by=books.people["contributor"],
        at=AT,
        site=site,
        indicator="water-withdrawn",
        quantity="1.2",
        unit="million litres",
        first_day=date(2024, 1, 1),
        last_day=date(2024, 1, 31),
        method="measured",
        source="meter 4",
    )
    allocation_keys.propose_key(
        by=analyst,
        at=AT,
        pool=books.departments["CLOUD"],
        driver="floor_area",
        unit="m2",
        valid_from=date(2024, 1, 1),
        valid_before=None,
        source="Floor plans of 2024",
        quantities={"CLOUD": "1200", "OFFICES": "3800"},
    )
    absorption.enter_project(
        by=analyst,
        at=AT,
        code="MANGROVE-1",
        name="Mangroves of the delta",
        kind="mangrove",
        place="ID",
        durability_class="medium",
        buffer_share=Decimal("0.2"),
        evidence="contract 4711",
    )
    absorption.enter_measurement(
        by=analyst,
        at=AT,
        project_code="MANGROVE-1",
        method="satellite",
        measured_on=date(2024, 1, 31),
        tonnes=Decimal(900),
        uncertainty_percent=Decimal(10),
        evidence="report of January",
    )
    granting.budget(books)
    known |= {"site": site.code, "grant": granting.apply(books).pk}


def _post_by_hand(books: Books, known: dict[str, Any]) -> None:
    gl_mapping.load_gl_mapping(
        [{"legal_entity": "ONE", "account_kind": "fee_expense", "gl_account": "684000"}],
        by=books.people["finance"],
        at=AT,
    )
    known["manual entry"] = propose(books).pk


def _tell_outside(books: Books, known: dict[str, Any]) -> None:
    """An export, a webhook with an event, a message that failed, a key."""
    finance = books.people["finance"]
    job = export_runs.ask(format_name="jsonl", by=finance, period="2023Q1")
    export_runs.fulfil(run_id=job.pk, clock=lambda: AT)
    export = JournalExport.objects.get(run=job)
    known |= {"export job": job.pk, "export": export.pk, "sequence": export.sequence}
    webhook = endpoints.create(
        url="https://hooks.example.com/carbon-fee",
        event_types=[],
        departments=[],
        by=finance,
        at=AT,
    )
    event = endpoints.send_test(code=webhook.endpoint.code, by=finance)
    known |= {"webhook": webhook.endpoint.code, "event": event.code}
    assert WebhookEvent.objects.exists()
    message = OutboxMessage.objects.create(
        topic="settlement",
        key="addresses",
        payload={"settlement": 1},
        is_quarantined=True,
        attempts=10,
        error="The broker did not answer.",
    )
    known["message"] = message.pk
    issue_key(
        name="Finance's ERP",
        scopes=("journal:read",),
        departments=(),
        acts_for=finance,
        expires_at=AT + timedelta(days=3650 * 3),
        at=AT,
    )


def _mail(books: Books, known: dict[str, Any]) -> None:
    """A notice of the contributor, on its way as a mail."""
    contributor = books.people["contributor"]
    notice = Notice.objects.filter(user=contributor).order_by("pk")[0]
    mail = NoticeMail.objects.create(
        user=contributor, delivery="at_once", created_at=AT, due_at=AT, error="No route"
    )
    Notice.objects.filter(pk=notice.pk).update(mail=mail, mail_due_at=None)
    known["notice"] = notice.pk


def _ask(books: Books, known: dict[str, Any]) -> None:
    """A scenario and an estimate, both answered."""
    analyst = books.people["analyst"]
    run = scenario_runs.ask(
        name="Travel at 50",
        scheme_code="fee",
        period_code="2023Q1",
        settings=Settings(prices=(read_price("3.6=50"),)),
        by=analyst,
    )
    scenario_runs.answer(run_id=run.pk, at=AT)
    spot = sweet_spots.ask(scheme_code="fee", seed=42, by=analyst)
    sweet_spots.estimate(run_id=spot.pk, at=AT)
    known |= {"scenario": run.pk, "estimate": spot.pk}


def _newest_rows() -> dict[str, int]:
    """The newest row of each table that the desk shows.

    Of the audit trail it is the newest change of a cost centre: what an event's page looks up
    depends on whose change it is, and the very last change on how many rows there are.
    """
    found = {
        model._meta.label_lower: row.pk
        for model in admin.site._registry
        if (row := model._default_manager.order_by("-pk").first()) is not None
    }
    of_a_cost_centre = AuditEvent.objects.filter(table_name=CostCentre._meta.db_table)
    return found | {AuditEvent._meta.label_lower: of_a_cost_centre.latest("pk").pk}
