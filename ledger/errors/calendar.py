"""Refused of periods, their close and the sandbox's clock."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from departments.organisation.said import joined, said

if TYPE_CHECKING:
    pass
from ledger.errors import LedgerError


class PeriodNotFound(LedgerError):
    code = "period_not_found"
    http_status = 404

    def __init__(self, period: str) -> None:
        self.period = period
        super().__init__(
            said("There is no accounting period %(period)s. Create it first.", period=repr(period))
        )


class PeriodClosed(LedgerError):
    code = "period_closed"
    http_status = 409

    def __init__(self, period: str) -> None:
        self.period = period
        super().__init__(
            said(
                "Period %(period)s is closed: nothing posts into it. Late and restated tonnes are "
                "charged by the next settlement, in the open period.",
                period=period,
            )
        )


class ClockRunsForward(LedgerError):
    code = "clock_runs_forward"
    http_status = 409

    def __init__(self, now: date, to: date) -> None:
        super().__init__(
            said(
                "In this sandbox it is %(now)s, and its clock runs forward, by fifty years at "
                "most: not to %(to)s. For earlier days make another sandbox.",
                now=now,
                to=to,
            )
        )


class NoPeriodFollows(LedgerError):
    code = "no_period_follows"
    http_status = 409

    def __init__(self, last: str) -> None:
        super().__init__(
            said(
                "Which period follows %(last)s can't be told from its days. Open it in the "
                "sandbox: manage.py sandbox run NAME open_periods …",
                last=last,
            )
        )


class RehearsalStopped(LedgerError):
    """A step was refused as it would be in the books; everything before it stands."""

    code = "rehearsal_stopped"
    http_status = 409

    def __init__(self, on: date, step: str, reason: str) -> None:
        self.on, self.step, self.reason = on, step, reason
        super().__init__(
            said(
                "%(on)s: %(step)s was refused:\n%(reason)s\nMend it in the sandbox (manage.py "
                "sandbox run NAME COMMAND …) and advance again; what was done before stands.",
                on=on,
                step=step,
                reason=reason,
            )
        )


class PeriodsNotOpened(LedgerError):
    code = "periods_not_opened"
    http_status = 409
    shown = 10

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        row, more = joined(" ", problems[: self.shown]), len(problems) - self.shown
        super().__init__(
            said(
                "No period was opened. %(problems)s And %(more)s more like these.",
                problems=row,
                more=more,
            )
            if more > 0
            else said("No period was opened. %(problems)s", problems=row)
        )


class PeriodNotReady(LedgerError):
    code = "period_not_ready"
    http_status = 409

    def __init__(self, period: str, problems: list[str]) -> None:
        self.period, self.problems = period, problems
        super().__init__(
            said(
                "Period %(period)s can't be closed yet: %(problems)s",
                period=period,
                problems=joined(" ", problems),
            )
        )


class HeadContradicts(LedgerError):
    code = "head_contradicts"
    http_status = 409

    def __init__(self, number: int, kept: str, now: str, file: str) -> None:
        self.number, self.kept, self.now, self.file = number, kept, now, file
        super().__init__(
            said(
                "%(file)s has kept seal %(number)s as %(kept)s…, and the database now says "
                "%(now)s…. Nothing was written. Run verify; if this is another database, give it "
                "a file of its own with SEAL_HEADS_FILE.",
                file=file,
                number=number,
                kept=kept[:12],
                now=now[:12],
            )
        )


class HeadsUnreadable(LedgerError):
    code = "heads_unreadable"
    http_status = 409

    def __init__(self, file: str, line: int) -> None:
        self.file, self.line = file, line
        super().__init__(
            said(
                "Line %(line)s of %(file)s is no head of a seal: number, period, chain and moment, "
                "with tabs between them. Put back the file as it was.",
                line=line,
                file=file,
            )
        )
