"""Calculates. Traces and samples as programs read them: decimals as texts, moments in UTC."""

from __future__ import annotations

from dataclasses import asdict, fields
from decimal import Decimal
from typing import Any

from departments.inventory.history import HistoryEvent
from departments.inventory.records import EmissionDetail
from ledger.audit.sample import Pick, Sample
from ledger.audit.trace import Step, Trace, TracedLine, TracedRecord
from ledger.journal_lines import JournalRow
from ledger.statements import line_content

LINE_COLUMNS = ("line", "entry", "entry_date", "period", "account", "commodity", "debit", "credit")
SAMPLE_COLUMNS = (
    *("number", "hits", *LINE_COLUMNS, "department", "description", "source_type", "source_id"),
    "trace",
)


def trace_path(line_id: int) -> str:
    """Where the API traces a journal line."""
    return f"/api/v1/journal-lines/{line_id}/trace/"


def sample_content(sample: Sample) -> dict[str, Any]:
    """The population first, so that it can be compared before anything is drawn again."""
    return {
        "period": sample.period,
        "period_state": sample.state,
        "seal_chain_sha256": sample.chain_sha256,
        "through_line": sample.through_line_id,
        "commodity": sample.commodity,
        "side": sample.side,
        "account": sample.account,
        "method": sample.method,
        "size": sample.size,
        "seed": sample.seed,
        "population_lines": sample.line_count,
        "population_sum": f"{sample.total:f}",
        "population_sum_minor": sample.total_minor,
        "start_minor": sample.start_minor,
        "drawn_lines": len(sample.picks),
        "drawn_sum": f"{sample.drawn:f}",
        "lines": [pick_content(pick) for pick in sample.picks],
    }


def pick_content(pick: Pick) -> dict[str, Any]:
    """A drawn line, by `SAMPLE_COLUMNS`."""
    row = pick.line
    return {
        "number": pick.number,
        "hits": pick.hits,
        **_line(row),
        "department": row.department,
        "description": row.description,
        "source_type": row.source_type,
        "source_id": row.source_id,
        "trace": trace_path(row.line_id),
    }


def trace_content(found: Trace) -> dict[str, Any]:
    """A trace as one object; `adds_up` is null where no settlement posted the entry."""
    line = found.line
    exponent = -int(line.debit.as_tuple().exponent)
    return {
        **_line(line),
        "description": line.description,
        "source_type": line.source_type,
        "source_id": line.source_id,
        "purpose": line.purpose,
        "scheme": line.scheme,
        "settlement": line.settlement_id,
        "input_sha256": found.input_sha256,
        "department": line.department,
        "activity_period": line.activity_period,
        "entry_lines": [_line(row) for row in found.entry],
        "steps": [_step(step) for step in found.steps],
        "adds_up": found.adds_up,
        "statement_lines": [_statement_line(each, exponent) for each in found.lines],
        "manual_entry": found.manual_entry_id,
        "reverses": found.reverses,
        "reversed_by": found.reversed_by,
        "seal": None
        if found.sealed_at is None
        else {
            "number": found.seal_number,
            "chain_sha256": found.seal_chain_sha256,
            "sealed_at": found.sealed_at.isoformat(),
        },
    }


def _line(row: JournalRow) -> dict[str, Any]:
    return {
        "line": row.line_id,
        "entry": row.entry_id,
        "entry_date": row.entry_date.isoformat(),
        "period": row.period,
        "account": row.account,
        "commodity": row.commodity,
        "debit": f"{row.debit:f}",
        "credit": f"{row.credit:f}",
    }


def _step(step: Step) -> dict[str, Any]:
    return asdict(step) | {"at": step.at.isoformat() if step.at else None}


def _statement_line(each: TracedLine, exponent: int) -> dict[str, Any]:
    detail = each.detail
    line = detail.line
    places = max(-int(line.amount.as_tuple().exponent), 0)
    return {
        "id": line.line_id,
        "adds": f"{Decimal(each.adds_minor).scaleb(-exponent):f}",
        **line_content(line, places),
        "settled_before_kgco2e": f"{detail.settled_before_kgco2e:f}",
        "amount_before": f"{detail.amount_before:f}",
        "price_explanation": list(detail.price_explanation),
        "results": [_record(record) for record in each.records],
        "results_next_after": each.next_after,
    }


def _record(record: TracedRecord) -> dict[str, Any]:
    return {
        "sign": record.settled.sign,
        **_emission(record.settled.emission),
        "history": [_event(event) for event in record.history],
        "evidence": [
            {
                "file_name": file.file_name,
                "sha256": file.sha256,
                "bytes": file.size,
                "added_by": file.added_by,
                "added_at": file.added_at.isoformat(),
                "file": f"/api/v1/activities/{file.record_id}/evidence/{file.evidence_id}/",
            }
            for file in record.evidence
        ],
    }


def _emission(found: EmissionDetail) -> dict[str, Any]:
    names = ("activity", "unit", "place", "method", "boundary", "gwp_set", "external_id", "note")
    return {
        "emission_record": found.emission_record_id,
        "activity_record": found.record_id,
        "department": found.department,
        "started_on": found.started_on.isoformat(),
        "ended_on": found.ended_on.isoformat(),
        "quantity": f"{found.quantity:f}",
        **{name: getattr(found, name) for name in names},
        "location_kgco2e": f"{found.location_kgco2e:f}",
        "market_kgco2e": f"{found.market_kgco2e:f}",
        "quality_tier": found.quality_tier,
        "is_estimated": found.is_estimated,
        "approval_number": found.approval_number,
        "citation": {
            field.name: getattr(found.citation, field.name) for field in fields(found.citation)
        },
        "fallbacks": list(found.fallbacks),
        "arithmetic": [asdict(step) | {"value": f"{step.value:f}"} for step in found.steps],
    }


def _event(event: HistoryEvent) -> dict[str, Any]:
    return {
        "at": event.at.isoformat() if event.at else None,
        "by": event.by,
        "step": event.step,
        "reason": event.reason,
        "file_name": event.file_name,
        "line": event.line,
    }
