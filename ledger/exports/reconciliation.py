"""Writes. What the ERP booked of an export, beside what was sent: kept with the file's hash."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import NamedTuple

from django.db import transaction

from departments.organisation.access import Permission, may
from departments.organisation.models import User
from departments.organisation.said import said
from ledger.errors.exports import ExportNotReconcilable, ReconciliationRefused
from ledger.errors.settlements import NotAllowed
from ledger.exports.booked_file import BookedFile, BookedRow, read_booked
from ledger.exports.documents import Document
from ledger.exports.registered import find
from ledger.exports.registry import FORMATS
from ledger.exports.rows import selection_of
from ledger.exports.setup import Setup, setup_kept
from ledger.exports.writing import documents_of
from ledger.models.exports import ExportReconciliation, JournalExport

KEPT = 1_000  # differences; the counts are of all


class Key(NamedTuple):
    """What is compared: cost centre and document are empty where the file doesn't tell them."""

    legal_entity: str
    currency: str
    account: str
    cost_centre: str
    document: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What was sent and what was booked, in whole units, debit above zero; None: not at all."""

    legal_entity: str
    currency: str
    account: str
    cost_centre: str
    document: str
    sent: str | None
    booked: str | None
    difference: str
    state: str


def reconcile(
    *, sequence: int, file_name: str, content: bytes, by: User, at: datetime
) -> ExportReconciliation:
    """Compare what a file says was booked with what the export sent, to the last minor unit.

    The same file again is answered with what was found, and nothing is kept twice.

    Raises: NotAllowed, ExportNotFound, ExportNotReconcilable; ReconciliationRefused, with every
            problem of the file and its line.
    """
    if not may(by, Permission.ACKNOWLEDGE_EXPORT):
        roles = Permission.ACKNOWLEDGE_EXPORT.roles_text
        raise NotAllowed(by.get_username(), said("reconcile an export"), roles)
    export = find(sequence=sequence)
    if not FORMATS[export.format_name].is_erp:
        raise ExportNotReconcilable(sequence, export.format_name)
    digest = sha256(content).hexdigest()
    known = export.reconciliations.filter(sha256=digest).first()
    if known is not None:
        return known
    file = read_booked(content)
    setup = setup_kept(export.format_name, export.manifest["profile"])
    sent = sums_sent(export, setup, file)
    booked = sums_booked(file, setup, sent)
    found = list(differences(sent, booked))
    return _keep(export, file_name, digest, len(sent), found, by, at)


@transaction.atomic
def _keep(
    export: JournalExport,
    file_name: str,
    digest: str,
    sent_count: int,
    found: list[Difference],
    by: User,
    at: datetime,
) -> ExportReconciliation:
    states = [difference.state for difference in found]
    kept, _ = ExportReconciliation.objects.get_or_create(
        export=export,
        sha256=digest,
        defaults={
            "file_name": file_name[:200],
            "matched": sent_count - states.count("missing") - states.count("differing"),
            "missing": states.count("missing"),
            "extra": states.count("extra"),
            "differing": states.count("differing"),
            "differences": [asdict(difference) for difference in found[:KEPT]],
            "reconciled_by": by,
            "reconciled_at": at,
        },
    )
    return kept


def sums_sent(export: JournalExport, setup: Setup, file: BookedFile) -> dict[Key, Decimal]:
    """What an export's documents come to, by what the file tells apart."""
    sums: dict[Key, Decimal] = defaultdict(Decimal)

    def count(document: Document) -> None:
        number = document.facts()["document_id"] if file.has_documents else ""
        for line in document.lines:
            centre = line["cost_centre"] if file.has_cost_centres else ""
            key = Key(document.legal_entity, document.currency, line["gl_account"], centre, number)
            sums[key] += line["amount"]

    documents_of(selection_of(export), setup, count)
    return {key: amount for key, amount in sums.items() if amount}


def sums_booked(file: BookedFile, setup: Setup, sent: dict[Key, Decimal]) -> dict[Key, Decimal]:
    """What a file's rows come to, with our names for companies and documents.

    Raises: ReconciliationRefused.
    """
    companies = _companies(setup)
    numbers = {_short(key): key.document for key in sent}
    sums: dict[Key, Decimal] = defaultdict(Decimal)
    problems: list[str] = []
    for row in file.rows:
        entity = companies.get(row.legal_entity)
        if entity is None:
            known = ", ".join(sorted(companies))
            problems.append(
                said(
                    "line %(line)s: there is no company %(company)s; known: %(known)s",
                    line=row.line,
                    company=repr(row.legal_entity),
                    known=known,
                )
            )
            continue
        key = Key(entity, row.currency, row.account, _centre(row, entity, setup), row.document)
        sums[key._replace(document=numbers.get(_short(key), row.document))] += row.amount
    if problems:
        raise ReconciliationRefused(problems)
    return {key: amount for key, amount in sums.items() if amount}


def differences(sent: dict[Key, Decimal], booked: dict[Key, Decimal]) -> Iterator[Difference]:
    """What is not the same, by key."""
    for key in sorted(sent.keys() | booked.keys()):
        ours, theirs = sent.get(key), booked.get(key)
        if ours == theirs:
            continue
        state = "missing" if theirs is None else "extra" if ours is None else "differing"
        yield Difference(
            *key,
            sent=None if ours is None else f"{ours:f}",
            booked=None if theirs is None else f"{theirs:f}",
            difference=f"{(theirs or Decimal(0)) - (ours or Decimal(0)):f}",
            state=state,
        )


def _companies(setup: Setup) -> dict[str, str]:
    """Legal entities by their code and by what the system calls them."""
    name = setup.layout.company_constant
    called = {held[name]: entity for entity, held in setup.constants.items() if name in held}
    return called | {entity: entity for entity in setup.currencies}


def _centre(row: BookedRow, entity: str, setup: Setup) -> str:
    nothing = setup.constant(entity, "no_cost_centre")
    return "" if row.cost_centre == nothing else row.cost_centre


def _short(key: Key) -> tuple[str, str]:
    """A document's number within its company: some fields are too short for all of it."""
    return key.legal_entity, key.document.replace(f"CFL-{key.legal_entity}-", "CFL-", 1)
