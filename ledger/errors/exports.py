"""Refused of exports: making, acknowledging, rejecting and reconciling them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from departments.organisation.said import said
from ledger.errors import LedgerError, listed_problems

if TYPE_CHECKING:
    from ledger.models.exports import ExportAcknowledgement, ExportRejection


class ExportFormatUnknown(LedgerError):
    code = "export_format_unknown"

    def __init__(self, name: str, known: list[str]) -> None:
        self.name, self.known = name, known
        super().__init__(
            said(
                "There is no export format %(name)s. There are: %(known)s.",
                name=repr(name),
                known=", ".join(known),
            )
        )


class ExportNotFound(LedgerError):
    code = "export_not_found"
    http_status = 404

    def __init__(self, sequence: int) -> None:
        self.sequence = sequence
        super().__init__(said("There is no export number %(number)s.", number=sequence))


class ExportUnbalanced(LedgerError):
    code = "export_unbalanced"
    http_status = 409

    def __init__(self, commodities: list[str]) -> None:
        self.commodities = commodities
        super().__init__(
            said(
                "What would be exported does not balance in %(commodities)s, so nothing was "
                "registered. Export all schemes together, and run verify.",
                commodities=", ".join(commodities),
            )
        )


class ExportChanged(LedgerError):
    code = "export_changed"
    http_status = 409

    def __init__(self, sequence: int, registered: str, now: str) -> None:
        self.sequence, self.registered, self.now = sequence, registered, now
        super().__init__(
            said(
                "Export %(number)s can't be issued again byte for byte: its file hashed to "
                "%(registered)s, and would hash to %(now)s now, because a department's place or "
                "cost centre was changed since, or the books. Run verify, then export anew.",
                number=sequence,
                registered=registered[:12],
                now=now[:12],
            )
        )


class ExportInvalid(LedgerError):
    code = "export_invalid"
    http_status = 409
    shown = 20

    def __init__(self, format_name: str, problems: list[str]) -> None:
        self.format_name, self.problems = format_name, problems
        super().__init__(
            said(
                "Nothing was exported as %(format)s: %(problems)s.",
                format=format_name,
                problems=listed_problems(problems, self.shown),
            )
        )


class ExportBroken(LedgerError):
    code = "export_broken"

    def __init__(self, attempts: int, error: str) -> None:
        self.attempts = attempts
        super().__init__(
            said(
                "A worker began %(attempts)s times and never came to the end (%(error)s). Read the "
                "worker's log, then export anew.",
                attempts=attempts,
                error=error or said("it was ended"),
            )
        )


class ExportProfileRefused(LedgerError):
    code = "export_profile_refused"
    shown = 20

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(
            said(
                "Nothing was loaded: %(problems)s.", problems=listed_problems(problems, self.shown)
            )
        )


class ExportAcknowledged(LedgerError):
    code = "export_acknowledged"
    http_status = 409

    def __init__(self, sequence: int, by: str, on: str, reference: str) -> None:
        self.sequence, self.reference = sequence, reference
        super().__init__(
            said(
                "Export %(number)s was acknowledged by %(by)s on %(on)s, as %(reference)s, and "
                "that stays. If finance took the lines in again, export them anew and acknowledge "
                "that export.",
                number=sequence,
                by=by,
                on=on,
                reference=repr(reference),
            )
            if reference
            else said(
                "Export %(number)s was acknowledged by %(by)s on %(on)s, without a reference, and "
                "that stays. If finance took the lines in again, export them anew and acknowledge "
                "that export.",
                number=sequence,
                by=by,
                on=on,
            )
        )

    @classmethod
    def of(cls, sequence: int, kept: ExportAcknowledgement) -> Self:
        """With who acknowledged it, when and as what."""
        on = kept.acknowledged_at.date().isoformat()
        return cls(sequence, kept.acknowledged_by.get_username(), on, kept.reference)


class ExportRejected(LedgerError):
    code = "export_rejected"
    http_status = 409

    def __init__(self, sequence: int, by: str, on: str, reason: str) -> None:
        self.sequence, self.reason = sequence, reason
        super().__init__(
            said(
                "Export %(number)s was rejected by %(by)s on %(on)s (%(reason)s), and that stays. "
                "Replace it, and acknowledge the export that replaces it.",
                number=sequence,
                by=by,
                on=on,
                reason=repr(reason),
            )
        )

    @classmethod
    def of(cls, sequence: int, kept: ExportRejection) -> Self:
        """With who rejected it, when and why."""
        on = kept.rejected_at.date().isoformat()
        return cls(sequence, kept.rejected_by.get_username(), on, kept.reason)


class RejectionWithoutReason(LedgerError):
    code = "rejection_without_reason"

    def __init__(self, sequence: int) -> None:
        self.sequence = sequence
        super().__init__(
            said(
                "Say why export %(number)s is rejected, so that it can be mended.", number=sequence
            )
        )


class ExportNotReplaceable(LedgerError):
    code = "export_not_replaceable"
    http_status = 409

    def __init__(self, sequence: int, replacement: int | None) -> None:
        self.sequence, self.replacement = sequence, replacement
        super().__init__(
            said(
                "Export %(number)s was not rejected, so nothing replaces it. Reject it first.",
                number=sequence,
            )
            if replacement is None
            else said(
                "Export %(number)s was replaced by export %(replacement)s already.",
                number=sequence,
                replacement=replacement,
            )
        )


class ExportNotReconcilable(LedgerError):
    code = "export_not_reconcilable"
    http_status = 409

    def __init__(self, sequence: int, format_name: str) -> None:
        self.sequence, self.format_name = sequence, format_name
        super().__init__(
            said(
                "Export %(number)s is %(format)s, which no ERP books line by line. Reconcile an "
                "export in the format of an ERP.",
                number=sequence,
                format=format_name,
            )
        )


class ReconciliationRefused(LedgerError):
    code = "reconciliation_refused"
    shown = 20

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(
            said(
                "Nothing was reconciled: %(problems)s.",
                problems=listed_problems(problems, self.shown),
            )
        )
