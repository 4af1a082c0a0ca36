"""Writes. A large file of activity data → drafts: streamed by COPY, stored set-based."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import chain, islice
from typing import Any, BinaryIO

from django.db import IntegrityError, connection, transaction
from psycopg2.extras import execute_values

from departments.inventory import activity_file, comparison
from departments.inventory.activity_file import LONGEST_LINE, MOST_STREAMED_BYTES
from departments.inventory.activity_rows import Enterable
from departments.inventory.errors import RowProblem
from departments.inventory.evidence import keep_file
from departments.inventory.factor_choice import FactorLibrary
from departments.inventory.history import note_import
from departments.inventory.import_report import ImportReport, Keep, RowReport, Unlisted
from departments.inventory.models.activity import ImportBatch
from departments.inventory.prepared_file import PreparedFile
from departments.inventory.recipes import Recipe
from departments.inventory.row_stream import MOST_LISTED, ROWS_AT_ONCE, Refusals, RowStream
from departments.inventory.set_based import calculated_one_by_one, read_sql
from departments.organisation.constraints import constraint_of
from departments.organisation.said import said

EXTERNAL_ID = "inventory_external_id_is_unique_in_its_department"


def import_staged(
    batch: ImportBatch, source: PreparedFile, departments: Enterable, keep: Keep
) -> ImportReport:
    """Take in a file, in the caller's transaction; nothing is stored where there is a problem,
    unless only valid rows are asked for."""
    refusals = Refusals()
    for problem in _form_problems(source.rows):
        refusals.add_file(problem)
    if refusals.rows:
        return _refused(refusals, accepted=0)
    library = FactorLibrary()
    stream = RowStream(source.rows, departments, library, source.faults)
    _stage(stream)
    refusals = stream.refusals
    if refusals.rows or keep != Keep.ALL_ROWS:
        _add_repeated(refusals)
    if refusals.rows and (keep == Keep.ALL_ROWS or refusals.is_of_the_file):
        return _refused(refusals, accepted=stream.rows - refusals.rows)
    report = _report_of(stream, library)
    if keep == Keep.NOTHING or not report.accepted:
        return report
    batch.row_count = report.accepted
    batch.save(force_insert=True)
    if not _insert(batch):
        _add_repeated(refusals)
        return _refused(refusals, accepted=stream.rows - refusals.rows)
    keep_file(batch, source.original)
    note_import(batch)
    return replace(report, batch_id=batch.pk)


def _report_of(stream: RowStream, library: FactorLibrary) -> ImportReport:
    """What the valid rows come to and which of them look wrong, beside those that are refused."""
    flagged, more = _flagged()
    accepted = stream.rows - stream.refusals.rows - len(flagged)
    report = _refused(stream.refusals, accepted=accepted, flagged=flagged)
    totals = _totals(accepted, library)
    unlisted = replace(
        report.unlisted,
        warnings=more,
        location_kgco2e=totals.location_kgco2e,
        market_kgco2e=totals.market_kgco2e,
    )
    return replace(report, unlisted=unlisted)


def _form_problems(file: BinaryIO) -> Iterator[RowProblem]:
    """What can be told before any row is read; the file is read once for it, in parts."""
    size = file.seek(0, io.SEEK_END)
    if size > MOST_STREAMED_BYTES:
        yield activity_file.too_many_bytes(size, MOST_STREAMED_BYTES)
        return
    file.seek(0)
    for part in iter(lambda: file.read(LONGEST_LINE), b""):
        if len(part) == LONGEST_LINE and b"\n" not in part and b"\r" not in part:
            reason = said(
                "A line is longer than %(longest_line)s bytes.", longest_line=f"{LONGEST_LINE:,}"
            )
            yield RowProblem(0, "", "", reason, said("Save it as CSV, a line for each activity."))
            return


# Into the staging tables


class _Feed:
    """Lines as COPY reads them; what goes wrong here is kept, since COPY would hide it."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.failure: BaseException | None = None

    def read(self, size: int) -> bytes:
        """The next lines, however many bytes."""
        try:
            return "".join(islice(self._lines, ROWS_AT_ONCE)).encode()
        except BaseException as failure:
            self.failure = failure
            raise


def _stage(stream: RowStream) -> None:
    """All rows and recipes into temporary tables, which go with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(read_sql("stage_tables"))
        waiting: list[str] = []
        while waiting or not stream.is_over:
            _copy(cursor.cursor, _Feed(chain(waiting, stream.passing())))
            waiting = stream.read_waiting()
            _stage_recipes(cursor.cursor, stream)
        cursor.execute("ANALYZE inventory_staged_recipe")


def _copy(cursor: Any, feed: _Feed) -> None:
    try:
        cursor.copy_expert("COPY inventory_staged_row FROM STDIN", feed)
    except Exception:
        if feed.failure is not None:
            raise feed.failure from None
        raise


def _stage_recipes(cursor: Any, stream: RowStream) -> None:
    rows = [(each.number, *each.facts, *_figures(each.recipe)) for each in stream.recipes]
    stream.recipes.clear()
    if rows:
        execute_values(cursor, "INSERT INTO inventory_staged_recipe VALUES %s", rows)


def _figures(recipe: Recipe | None) -> tuple[Decimal | None, Decimal | None, bool | None]:
    if recipe is None:
        return None, None, None
    return recipe.location_per_unit, recipe.market_per_unit, recipe.is_exact


# The rows together


def _totals(accepted: int, library: FactorLibrary) -> Unlisted:
    """What all staged rows come to, each rounded to the milligram."""
    with connection.cursor() as cursor:
        cursor.execute(read_sql("staged_totals"))
        location, market, undecided = cursor.fetchone()
    if undecided:
        for found in calculated_one_by_one(read_sql("staged_undecided"), library):
            location += found.location_kgco2e
            market += found.market_kgco2e
    return Unlisted(accepted=accepted, location_kgco2e=location, market_kgco2e=market)


def _flagged() -> tuple[tuple[RowReport, ...], int]:
    """The first thousand rows that look wrong; and how many warnings the others have."""
    comparison.compare()
    warnings = comparison.keep_doubts()
    listed = dict(comparison.doubts_found(most=MOST_LISTED))
    with connection.cursor() as cursor:
        statement = "SELECT line, external_id FROM inventory_staged_row WHERE line = ANY (%s)"
        cursor.execute(statement, [list(listed)])
        ids = dict(cursor.fetchall())
    rows = [
        RowReport(line, ids[line], None, warnings=tuple(doubts)) for line, doubts in listed.items()
    ]
    return tuple(rows), warnings - sum(map(len, listed.values()))


def _insert(batch: ImportBatch) -> bool:
    """All staged rows as drafts; false, and none, if an external id is taken."""
    facts: Mapping[str, Any] = {
        "batch": batch.pk,
        "by": batch.imported_by_id,
        "at": batch.imported_at,
    }
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(read_sql("staged_insert"), facts)
    except IntegrityError as error:
        if constraint_of(error) != EXTERNAL_ID:
            raise
        return False
    return True


def _add_repeated(refusals: Refusals) -> None:
    """Rows whose external id stands in the file before, or is recorded already."""
    listed = {report.line: report for report in refusals.listed}
    with connection.cursor() as cursor:
        cursor.execute(read_sql("staged_repeated"), {"most": MOST_LISTED})
        found = cursor.fetchall()
    if found:
        *_, problems, rows = found[0]
        refusals.problems += int(problems)
        refusals.rows += rows
        with connection.cursor() as cursor:
            cursor.execute(read_sql("staged_drop_repeated"))
    for line, external_id, first_line, record_id, *_ in found:
        before = listed.get(line, RowReport(line, external_id, None))
        more = tuple(_repeated(line, external_id, first_line, record_id))
        listed[line] = replace(before, problems=(*before.problems, *more))
    refusals.listed = [listed[line] for line in sorted(listed)][:MOST_LISTED]


def _repeated(
    line: int, external_id: str, first_line: int | None, record_id: int | None
) -> Iterator[RowProblem]:
    if first_line is not None:
        reason = said("The same id stands in line %(first_line)s.", first_line=first_line)
        hint = said("Give every row an id of its own.")
        yield RowProblem(line, "external_id", external_id, reason, hint)
    if record_id is not None:
        reason = said(
            "Record %(record_id)s of this department has this id already.", record_id=record_id
        )
        hint = said("Leave the row out, or correct that record.")
        yield RowProblem(line, "external_id", external_id, reason, hint)


def _refused(
    refusals: Refusals, *, accepted: int, flagged: tuple[RowReport, ...] = ()
) -> ImportReport:
    """What is refused, and the rows that look wrong, in the order of their lines."""
    unlisted = Unlisted(
        accepted=accepted,
        rejected=refusals.rows - len(refusals.listed),
        problems=refusals.problems - sum(len(report.problems) for report in refusals.listed),
    )
    rows = sorted([*refusals.listed, *flagged], key=lambda report: report.line)
    return ImportReport(tuple(rows), unlisted=unlisted)
