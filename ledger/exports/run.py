"""Writes. Export the journal into a file and register it, or issue a registered one again.

The bytes depend on the journal alone, never on who exports or when: that is in the manifest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Protocol

from django.db import connection, transaction

from departments.organisation.access import Permission, may
from departments.organisation.models import User
from departments.organisation.said import Said, said
from ledger.chart_of_accounts import KGCO2E
from ledger.errors.calendar import PeriodNotFound
from ledger.errors.exports import ExportChanged, ExportInvalid, ExportUnbalanced
from ledger.errors.journal import CommodityNotFound
from ledger.errors.settlements import NotAllowed
from ledger.exports.columns import SCHEMA_VERSION
from ledger.exports.foreign_books import with_rates
from ledger.exports.registered import find, part_of, to_replace
from ledger.exports.registry import Format, format_named
from ledger.exports.rows import Held, Selection, last_line_id, selection_of, totals
from ledger.exports.setup import Setup, setup_kept, setup_now
from ledger.exports.writing import Written, write
from ledger.models.accounts import Commodity
from ledger.models.exports import JournalExport
from ledger.models.periods import AccountingPeriod, PeriodSeal
from ledger.webhooks import events
from pricing import price_lookup

PROGRESS_EVERY = 50_000
Progress = Callable[[int, int], None]  # lines that are written, and all of them
_EXPORT = (said("export the journal"), Permission.EXPORT_JOURNAL)
_VALIDATE = (said("validate an export"), Permission.READ_EXPORTS)  # nothing is written


class Sink(Protocol):
    """What takes the bytes of a file: an open binary file, a response, a hash."""

    def write(self, content: bytes, /) -> object: ...


@dataclass(slots=True)
class _File:
    """The bytes on their way into a sink: hashed and counted."""

    into: Sink
    setup: Setup | None = None
    written: Written = field(default_factory=Written)
    byte_count: int = 0
    digest: Any = field(default_factory=sha256)

    def take(self, piece: bytes) -> None:
        """The next bytes of the file."""
        self.digest.update(piece)
        self.byte_count += len(piece)
        self.into.write(piece)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be exported: a part of the journal up to a line, and for whom."""

    layout: Format
    selection: Selection
    by: User | None
    replaces: JournalExport | None = None


def export_journal(
    *,
    format_name: str,
    into: Sink,
    by: User | None,
    period: str | None = None,
    scheme: str | None = None,
    commodity: str | None = None,
    progress: Progress | None = None,
) -> JournalExport:
    """Write the journal, or a part of it, and register what was written.

    A closed period gives the same bytes each time. `by` None is the system itself. `progress` is
    told now and then how many lines are written, of how many.

    Raises: NotAllowed, ExportFormatUnknown, PeriodNotFound, SchemeNotFound, CommodityNotFound,
            ExportUnbalanced, ExportInvalid; nothing is registered then.
    """
    layout = check(format_name, by, period, scheme, commodity)
    selection = Selection(period, scheme, commodity, last_line_id(period=period))
    return make(Order(layout, selection, by), into=into, progress=progress)


def replace_export(
    *,
    sequence: int,
    into: Sink,
    by: User | None,
    format_name: str | None = None,
    progress: Progress | None = None,
) -> JournalExport:
    """Write the part of the journal that a rejected export held, as it is now, and register it.

    It has a number of its own and names the one it replaces; in another format, if one is given.

    Raises: as export_journal; ExportNotFound; ExportNotReplaceable.
    """
    rejected = to_replace(sequence=sequence)
    part = part_of(rejected)
    layout = check(format_name or rejected.format_name, by, *part)
    selection = Selection(*part, last_line_id(period=part[0]))
    return make(Order(layout, selection, by, rejected), into=into, progress=progress)


def make(order: Order, *, into: Sink, progress: Progress | None = None) -> JournalExport:
    """Write the file of an order and register it: the one way in which an export comes about.

    Raises: ExportUnbalanced, ExportInvalid, ExportNotReplaceable; nothing is registered then.
    """
    order = replace(order, selection=with_rates(order.layout, order.selection))
    held = totals(order.selection)
    sides = _sides(order.layout, held)
    file = _write(order.layout, order.selection, into, _now_and_then(progress, held))
    _refuse_miscounted(order.layout, held, file)
    return _register(order, file, sides)


@dataclass(frozen=True, slots=True)
class Validated:
    """What an export that was only tried would hold, and what is wrong with it."""

    line_count: int
    document_count: int | None
    problems: list[str]


def validate_export(
    *,
    format_name: str,
    by: User | None,
    period: str | None = None,
    scheme: str | None = None,
    commodity: str | None = None,
    progress: Progress | None = None,
) -> Validated:
    """Write the file nowhere and say what is wrong with it. Nothing is registered, no number drawn.

    Raises: NotAllowed, ExportFormatUnknown, PeriodNotFound, SchemeNotFound, CommodityNotFound,
            ExportUnbalanced.
    """
    layout = check(format_name, by, period, scheme, commodity, to=_VALIDATE)
    selection = Selection(period, scheme, commodity, last_line_id(period=period))
    held = totals(selection)
    _sides(layout, held)
    file = _tried(layout, selection, Nowhere(), _now_and_then(progress, held))
    _refuse_miscounted(layout, held, file)
    return Validated(file.written.line_count, file.written.document_count, file.written.problems)


class Nowhere:
    """Takes the bytes where only their hash, or what is wrong with them, is wanted."""

    def write(self, content: bytes, /) -> None:
        return None


def reissue(*, sequence: int, into: Sink) -> JournalExport:
    """Write a registered export again, the same bytes.

    Raises: ExportNotFound; ExportChanged, after writing, if the bytes are no longer the same.
    """
    export = find(sequence=sequence)
    layout = format_named(export.format_name)
    setup = setup_kept(layout.name, export.manifest["profile"]) if layout.is_erp else None
    digest = _write(layout, selection_of(export), into, setup=setup).digest.hexdigest()
    if digest != export.sha256:
        raise ExportChanged(sequence, export.sha256, digest)
    return export


def check(
    format_name: str,
    by: User | None,
    period: str | None,
    scheme: str | None,
    commodity: str | None,
    to: tuple[Said, Permission] = _EXPORT,
) -> Format:
    """The format, if somebody may export that part and all that is named is there.

    Raises: NotAllowed, ExportFormatUnknown, PeriodNotFound, SchemeNotFound, CommodityNotFound.
    """
    step, permission = to
    if by is not None and not may(by, permission):
        raise NotAllowed(by.get_username(), step, permission.roles_text)
    layout = format_named(format_name)
    _refuse_unknown(period, scheme, commodity)
    return layout


def _write(
    layout: Format,
    selection: Selection,
    into: Sink,
    progress: Callable[[int], None] | None = None,
    setup: Setup | None = None,
) -> _File:
    file = _tried(layout, selection, into, progress, setup)
    if file.written.problems:
        raise ExportInvalid(layout.name, file.written.problems)
    return file


def _tried(
    layout: Format,
    selection: Selection,
    into: Sink,
    progress: Callable[[int], None] | None = None,
    setup: Setup | None = None,
) -> _File:
    if layout.is_erp and setup is None:
        setup = setup_now(layout.name)
    file = _File(into, setup)
    file.written = write(layout, selection, file.take, progress, setup)
    return file


def _sides(layout: Format, held: Iterable[Held]) -> dict[str, dict[str, str]]:
    """Both sides of each commodity. Lines are never changed, so these are those in the file.

    Raises: ExportUnbalanced.
    """
    taken = _taken(layout, held)
    unbalanced = [code for code, _, debit, credit in taken if debit != credit]
    if unbalanced:
        raise ExportUnbalanced(unbalanced)
    return {code: {"debit": debit, "credit": credit} for code, _, debit, credit in taken}


def _refuse_miscounted(layout: Format, held: Iterable[Held], file: _File) -> None:
    line_count = sum(count for _, count, _, _ in _taken(layout, held))
    if line_count != file.written.line_count:
        raise AssertionError(f"{file.written.line_count} lines written, {line_count} counted")


def _taken(layout: Format, held: Iterable[Held]) -> list[Held]:
    """What a format takes; an ERP takes money alone."""
    return [side for side in held if not (layout.is_erp and side[0] == KGCO2E)]


def _now_and_then(progress: Progress | None, held: Iterable[Held]) -> Callable[[int], None] | None:
    if progress is None:
        return None
    told, of = 0, sum(count for _, count, _, _ in held)

    def tell(lines: int) -> None:
        nonlocal told
        if lines // PROGRESS_EVERY > told // PROGRESS_EVERY:
            told = lines
            progress(lines, of)

    return tell


@transaction.atomic
def _register(order: Order, file: _File, sides: dict[str, dict[str, str]]) -> JournalExport:
    selection = order.selection
    with connection.cursor() as cursor:  # one after the other: no gap, and no number twice
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('journal export', 0))")
    if order.replaces is not None:
        to_replace(sequence=order.replaces.sequence)
    last = JournalExport.objects.order_by("-sequence").first()
    export = JournalExport.objects.create(
        sequence=last.sequence + 1 if last else 1,
        format_name=order.layout.name,
        period=AccountingPeriod.objects.filter(code=selection.period).first(),
        line_count=file.written.line_count,
        sha256=file.digest.hexdigest(),
        manifest={
            "schema_version": SCHEMA_VERSION,
            "period": selection.period,
            "scheme": selection.scheme,
            "commodity": selection.commodity,
            "through_line_id": selection.through_line_id,
            "entry_count": file.written.entry_count,
            "byte_count": file.byte_count,
            "totals": sides,
            "seal": _seal_of(selection.period),
            **({"rates": list(selection.rates)} if selection.rates else {}),
            **_of_erp(file),
        },
        exported_by=order.by,
        replaces=order.replaces,
    )
    export.refresh_from_db()
    events.export_moved(export, "created")
    return export


def _of_erp(file: _File) -> dict[str, Any]:
    if file.setup is None:
        return {}
    return {"document_count": file.written.document_count, "profile": file.setup.kept()}


def _seal_of(period: str | None) -> dict[str, Any] | None:
    """The seal of a closed period; the export of such a period has as many lines as its seal."""
    seal = PeriodSeal.objects.filter(period__code=period).first() if period else None
    if seal is None:
        return None
    return {
        "number": seal.number,
        "line_count": seal.line_count,
        "lines_sha256": seal.lines_sha256,
        "chain_sha256": seal.chain_sha256,
    }


def _refuse_unknown(period: str | None, scheme: str | None, commodity: str | None) -> None:
    if period is not None and not AccountingPeriod.objects.filter(code=period).exists():
        raise PeriodNotFound(period)
    if scheme is not None:
        price_lookup.scheme_terms(code=scheme)
    known = sorted(Commodity.objects.values_list("code", flat=True))
    if commodity is not None and commodity not in known:
        raise CommodityNotFound(commodity, known)
