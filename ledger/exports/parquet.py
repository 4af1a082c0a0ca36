"""Calculates. The journal as Parquet: the columns of the CSV, amounts as exact decimals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

ROWS_A_GROUP = 50_000
PLACES = 6  # a milligram of KGCO2E; no commodity has more
INTEGERS = {"entry_id", "settlement", "reverses", "line_id"}
RATE_PLACES = 10  # as a rate is kept
AMOUNTS = {"debit", "credit", "converted_debit", "converted_credit"}
DAYS = {"entry_date", "exchange_rate_date"}
RATE = "exchange_rate"


class ParquetBook:
    """Takes journal rows entry by entry and writes them group by group."""

    def __init__(self, into: IO[bytes], names: Sequence[str]) -> None:
        self.line_count = self.entry_count = 0
        self._schema = pa.schema([(name, _type(name)) for name in names])
        self._writer = pq.ParquetWriter(into, self._schema, compression="zstd")
        self._waiting: list[dict[str, Any]] = []

    def add(self, rows: list[dict[str, Any]]) -> None:
        """The rows of one entry."""
        self.entry_count += 1
        self.line_count += len(rows)
        self._waiting += map(_typed, rows)
        if len(self._waiting) >= ROWS_A_GROUP:
            self._flush()

    def close(self) -> None:
        """Write what waits and the table of contents."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._waiting:
            self._writer.write_table(pa.Table.from_pylist(self._waiting, schema=self._schema))
            self._waiting = []


def _type(name: str) -> Any:
    if name in AMOUNTS:
        return pa.decimal128(38, PLACES)
    if name in INTEGERS:
        return pa.int64()
    if name == RATE:
        return pa.decimal128(38, RATE_PLACES)
    if name in DAYS:
        return pa.date32()
    return pa.timestamp("us", tz="UTC") if name == "recorded_at" else pa.string()


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    typed = row | {"recorded_at": datetime.fromisoformat(row["recorded_at"])}
    for name in row.keys() & DAYS:
        typed[name] = date.fromisoformat(row[name]) if row[name] else None
    for name in row.keys() & {*AMOUNTS, RATE}:
        typed[name] = Decimal(row[name]) if row[name] else None
    return typed
