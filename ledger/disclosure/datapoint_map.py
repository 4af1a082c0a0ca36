"""Reads. Which datapoints a framework's version has, and what computes each: data, not code."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from departments.organisation.said import said
from ledger.disclosure.computations import computation
from ledger.disclosure.datapoints import EVIDENCE, LAYOUTS, Column, DatapointMap, Table
from ledger.disclosure.rows import KINDS
from ledger.errors.disclosure import DatapointMapInvalid, FrameworkNotFound


def datapoint_maps() -> list[DatapointMap]:
    """Every map that there is, by framework and version. Raises: DatapointMapInvalid."""
    files = sorted(Path(settings.DATAPOINT_MAPS).glob("*.toml"))
    found = [_read(file, file.stat().st_mtime_ns) for file in files]
    return sorted(found, key=lambda each: (each.framework, each.version))


def datapoint_map(
    *, framework: str, version: str | None = None, first_day: date | None = None
) -> DatapointMap:
    """A framework's version; without one, the newest that years of that first day are under.

    A year before every version takes the first one: nothing was asked of it then.

    Raises: FrameworkNotFound, with those that there are; DatapointMapInvalid.
    """
    maps = datapoint_maps()
    own = [each for each in maps if each.framework == framework]
    if version is not None:
        own = [each for each in own if each.version == version]
    if not own:
        raise FrameworkNotFound(framework, version, [each.code for each in maps])
    day = first_day or date.max
    under = [each for each in own if each.years_from is None or each.years_from <= day]
    return under[-1] if under else own[0]


@cache
def _read(file: Path, changed_at: int) -> DatapointMap:
    try:
        written = tomllib.loads(file.read_text(encoding="utf-8"))
        found = _map(written)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DatapointMapInvalid(file.name, [str(error)]) from error
    except (KeyError, TypeError) as error:
        problem = said("a key is missing or unknown: %(error)s", error=str(error))
        raise DatapointMapInvalid(file.name, [problem]) from error
    problems = list(_problems(found))
    if problems:
        raise DatapointMapInvalid(file.name, problems)
    return found


def _map(written: Mapping[str, Any]) -> DatapointMap:
    return DatapointMap(
        framework=written["framework"],
        version=written["version"],
        title=said(written["title"]),
        status=said(written["status"]),
        source=written["source"],
        years_from=written.get("years_from"),
        words=written.get("words", {}),
        tables=tuple(
            Table(
                code=table["code"],
                requirement=table["requirement"],
                title=said(table["title"]),
                rows=table["rows"],
                layout=table.get("layout", "table"),
                note=said(table.get("note", "")),
                columns=tuple(
                    Column(**column | {"label": said(column["label"])})
                    for column in table["columns"]
                ),
            )
            for table in written["tables"]
        ),
    )


def _problems(found: DatapointMap) -> Iterator[str]:
    codes = [table.code for table in found.tables]
    yield from (
        said("two tables are called %(code)s", code=repr(code))
        for code in set(codes)
        if codes.count(code) > 1
    )
    for table in found.tables:
        if table.rows not in KINDS or table.layout not in LAYOUTS:
            yield said(
                "table %(table)s: there are no rows %(rows)s or layout %(layout)s",
                table=table.code,
                rows=repr(table.rows),
                layout=repr(table.layout),
            )
        for column in table.columns:
            known = computation(column.computation)
            if known is None:
                yield said(
                    "table %(table)s: there is no computation %(name)s",
                    table=table.code,
                    name=repr(column.computation),
                )
            elif table.rows not in known.rows:
                yield said(
                    "table %(table)s: %(name)s is not of rows %(rows)s",
                    table=table.code,
                    name=column.computation,
                    rows=repr(table.rows),
                )
            if column.evidence not in EVIDENCE:
                yield said(
                    "table %(table)s: evidence %(evidence)s is none of %(known)s",
                    table=table.code,
                    evidence=repr(column.evidence),
                    known=str(EVIDENCE),
                )
