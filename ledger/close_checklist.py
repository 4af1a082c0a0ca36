"""Reads. What has to hold before a period closes: the steps that were taken, and control totals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from departments.inventory import shared_totals
from ledger import allocation_check, control_totals, dispute_lookup
from ledger.errors.calendar import PeriodNotFound
from ledger.exports import coverage
from ledger.models.manual_entries import ManualEntry, ManualEntryState
from ledger.models.periods import AccountingPeriod, PeriodState
from ledger.models.settlements import (
    Settlement,
    SettlementShard,
    SettlementState,
    ShardState,
)
from pricing import price_lookup

UNDER_WAY = (SettlementState.CALCULATING, SettlementState.CALCULATED, SettlementState.APPROVED)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a check: what it is, and the number as people read it."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the checklist; `what_next` says what is wrong and what to do, else it is empty.

    A warning does not keep a period from closing.
    """

    name: str
    title: str
    figures: tuple[Figure, ...] = ()
    what_next: str = ""
    is_warning: bool = False

    @property
    def holds(self) -> bool:
        return not self.what_next

    @property
    def refuses(self) -> bool:
        """Whether the period can't close because of it."""
        return not self.holds and not self.is_warning


def checklist(*, period_code: str, at: datetime) -> list[Check]:
    """Every check of a period, those of its steps first, then its control totals.

    Raises: PeriodNotFound.
    """
    period = AccountingPeriod.objects.filter(code=period_code).first()
    if period is None:
        raise PeriodNotFound(period_code)
    return checks_of(period, at=at)


def checks_of(period: AccountingPeriod, *, at: datetime) -> list[Check]:
    """The same for a period that is at hand."""
    return [*steps_of(period, at=at), *totals_of(period)]


def steps_of(period: AccountingPeriod, *, at: datetime) -> list[Check]:
    """Whether all steps before the close were taken; a few quick questions."""
    return [
        _earlier_periods_closed(period),
        _schemes_caught_up(period),
        _settlements_posted(period),
        _no_shard_in_quarantine(period),
        _review_over(period, at),
        _disputes_answered(period),
        _manual_entries_decided(period),
        _pools_shared_out(period),
        _exports_acknowledged(period),
    ]


def totals_of(period: AccountingPeriod) -> list[Check]:
    """The control totals: they read the period's records, statement lines and journal."""
    with control_totals.without_nested_loops():
        of_the_journal = [
            _debits_equal_credits(period),
            _departments_make_the_company(period),
            _dues_eliminate(period),
            _inventory_times_price(period),
        ]
    return [*of_the_journal, _shared_out(period)]


# --- steps --------------------------------------------------------------------------------------


def _earlier_periods_closed(period: AccountingPeriod) -> Check:
    earlier = AccountingPeriod.objects.filter(days__fully_lt=period.days).order_by("days")
    still_open = [found.code for found in earlier if found.state == PeriodState.OPEN]
    problem = _("Earlier periods are still open: %(codes)s. Close them first.")
    return Check(
        "earlier_periods_closed",
        _("Earlier periods are closed"),
        (
            Figure(_("closed"), str(len(earlier) - len(still_open))),
            Figure(_("open"), str(len(still_open))),
        ),
        problem % {"codes": ", ".join(still_open)} if still_open else "",
    )


def _schemes_caught_up(period: AccountingPeriod) -> Check:
    reached: dict[str, AccountingPeriod] = {}
    codes = {terms.id: terms.code for terms in price_lookup.all_scheme_terms()}
    posted = Settlement.objects.filter(state=SettlementState.POSTED).select_related("period")
    for settlement in posted.order_by("scheme_id", "-period__days").distinct("scheme_id"):
        reached[codes[settlement.scheme_id]] = settlement.period
    behind = [
        _("Scheme %(scheme)s is settled up to %(last)s, not up to %(period)s. Settle it.")
        % {"scheme": code, "last": last.code, "period": period.code}
        for code, last in sorted(reached.items())
        if last.ends_before < period.ends_before
    ]
    if not reached:
        behind = [_("No settlement is posted. Settle a scheme first.")]
    return Check(
        "schemes_caught_up",
        _("Every scheme is settled up to the end of the period"),
        tuple(Figure(code, last.code) for code, last in sorted(reached.items())),
        " ".join(behind),
    )


def _settlements_posted(period: AccountingPeriod) -> Check:
    counts = dict(
        Settlement.objects.filter(period=period)
        .order_by()
        .values_list("state")
        .annotate(Count("pk"))
    )
    waiting = [
        ngettext(
            "%(count)s settlement is %(state)s, not posted.",
            "%(count)s settlements are %(state)s, not posted.",
            counts[state],
        )
        % {"count": counts[state], "state": state.label}
        for state in UNDER_WAY
        if state in counts
    ]
    return Check(
        "settlements_posted",
        _("Every settlement is posted or cancelled"),
        tuple(
            Figure(str(state.label), str(counts[state]))
            for state in SettlementState
            if state in counts
        ),
        " ".join([*waiting, _("Post or cancel it.")]) if waiting else "",
    )


def _no_shard_in_quarantine(period: AccountingPeriod) -> Check:
    shards = SettlementShard.objects.filter(
        settlement__period=period, settlement__state__in=UNDER_WAY
    ).aggregate(all=Count("pk"), stuck=Count("pk", Q(state=ShardState.QUARANTINED)))
    problem = ngettext(
        "%(count)s shard could not be calculated. Mend its cause and release it, or cancel its "
        "settlement.",
        "%(count)s shards could not be calculated. Mend their cause and release them, or cancel "
        "their settlement.",
        shards["stuck"],
    )
    return Check(
        "no_shard_in_quarantine",
        _("No shard is in quarantine"),
        (
            Figure(_("shards under way"), str(shards["all"])),
            Figure(_("in quarantine"), str(shards["stuck"])),
        ),
        problem % {"count": shards["stuck"]} if shards["stuck"] else "",
    )


def _review_over(period: AccountingPeriod, at: datetime) -> Check:
    """A posted bill may be disputed up to and including the last day of its review."""
    ends = Settlement.objects.filter(
        period=period, state=SettlementState.POSTED, review_ends_on__isnull=False
    ).values_list("review_ends_on", flat=True)
    last = max((day for day in ends if day), default=None)
    today = localtime(at).date()
    problem = _("Departments may dispute their bills until %(day)s. Close the period after it.")
    return Check(
        "review_over",
        _("The time for disputes is over"),
        (Figure(_("last day of review"), last.isoformat() if last else _("none set")),),
        problem % {"day": last} if last and last >= today else "",
    )


def _disputes_answered(period: AccountingPeriod) -> Check:
    """What is accepted is put right while its period can still be looked at."""
    found, waiting = dispute_lookup.counted_in(period.pk)
    problem = ngettext(
        "%(count)s dispute waits for an answer. Accept or reject it.",
        "%(count)s disputes wait for an answer. Accept or reject them.",
        waiting,
    )
    return Check(
        "disputes_answered",
        _("Every dispute is answered"),
        (
            Figure(_("disputes of its bills"), str(found)),
            Figure(_("unanswered"), str(waiting)),
        ),
        problem % {"count": waiting} if waiting else "",
    )


def _manual_entries_decided(period: AccountingPeriod) -> Check:
    """Once the period is closed, an approval could post nothing any more."""
    in_period = ManualEntry.objects.filter(
        entry_date__gte=period.first_day, entry_date__lt=period.ends_before
    ).aggregate(all=Count("pk"), waiting=Count("pk", Q(state=ManualEntryState.PROPOSED)))
    problem = ngettext(
        "%(count)s proposed entry waits for a decision. Approve or reject it.",
        "%(count)s proposed entries wait for a decision. Approve or reject them.",
        in_period["waiting"],
    )
    return Check(
        "manual_entries_decided",
        _("Every entry proposed by hand is decided"),
        (
            Figure(_("proposed by hand"), str(in_period["all"])),
            Figure(_("undecided"), str(in_period["waiting"])),
        ),
        problem % {"count": in_period["waiting"]} if in_period["waiting"] else "",
    )


def _pools_shared_out(period: AccountingPeriod) -> Check:
    """Emissions of pools up to the period's end stand with the departments that their keys say."""
    last_day = period.ends_before - timedelta(days=1)
    problem = _(
        "Emissions of a pool up to %(day)s are not shared out as its records and keys now say. Run "
        "shared_emissions share_out and settle the period again."
    )
    is_done = shared_totals.is_shared_out(until_on=last_day)
    return Check(
        "pools_shared_out",
        _("Emissions of pools are shared out"),
        (Figure(_("up to"), last_day.isoformat()),),
        "" if is_done else problem % {"day": last_day},
    )


def _exports_acknowledged(period: AccountingPeriod) -> Check:
    """An acknowledged export holds all lines; a period that was never exported only warns."""
    name, title = "exports_acknowledged", _("Finance has acknowledged the journal")
    found = coverage.coverage_of(period)
    figures = (
        Figure(_("journal lines"), f"{found.line_count:,}"),
        Figure(_("exports"), str(found.export_count)),
        Figure(_("acknowledged"), str(found.acknowledged_count)),
    )
    if not found.line_count or found.is_acknowledged:
        return Check(name, title, figures)
    if found.newest is None:
        words = _("Not exported: these lines never went to finance as a whole.")
        return Check(name, title, figures, words, is_warning=True)
    if found.newest_is_rejected:
        words = _(
            "Finance rejected export %(number)s. Replace it, and acknowledge the export that "
            "replaces it."
        )
    elif found.newest_holds_all:
        words = _("Acknowledge export %(number)s, once finance has taken it into its own books.")
    else:
        words = _(
            "Lines were posted after export %(number)s. Export the period again and acknowledge "
            "that export."
        )
    return Check(name, title, figures, words % {"number": found.newest})


# --- control totals -----------------------------------------------------------------------------


def _debits_equal_credits(period: AccountingPeriod) -> Check:
    sides = control_totals.sides_of(period.pk)
    wrong = [side.commodity for side in sides if side.debit != side.credit]
    return Check(
        "debits_equal_credits",
        _("Debits equal credits"),
        tuple(
            figure
            for side in sides
            for figure in (
                Figure(_("%(unit)s, debit") % {"unit": side.commodity}, f"{side.debit:,}"),
                Figure(_("%(unit)s, credit") % {"unit": side.commodity}, f"{side.credit:,}"),
            )
        ),
        _unequal(wrong),
    )


def _departments_make_the_company(period: AccountingPeriod) -> Check:
    totals = control_totals.company_totals_of(period.pk)
    wrong = [total.commodity for total in totals if total.departments != total.company]
    figures: list[Figure] = []
    for total in totals:
        words = {"unit": total.commodity, "count": f"{total.statements:,}"}
        figures += [
            Figure(
                _("%(unit)s, department statements (%(count)s)") % words, f"{total.departments:,}"
            ),
            Figure(_("%(unit)s, the company's accounts") % words, f"{total.company:,}"),
        ]
    return Check(
        "departments_make_the_company",
        _("All departments together are the company"),
        tuple(figures),
        _unequal(wrong),
    )


def _dues_eliminate(period: AccountingPeriod) -> Check:
    """Over the group, what its legal entities owe each other is nothing."""
    figures: list[Figure] = []
    wrong: list[str] = []
    for due in control_totals.dues_of(period.pk):
        words = {
            "scheme": due.scheme,
            "debtor": due.debtor,
            "creditor": due.creditor,
            "unit": due.commodity,
        }
        owes = _("%(scheme)s, %(debtor)s owes %(creditor)s in %(unit)s, its own books") % words
        is_owed = _("%(scheme)s, %(debtor)s owes %(creditor)s in %(unit)s, the other's books")
        figures += [Figure(owes, f"{due.due_to:,}"), Figure(is_owed % words, f"{due.due_from:,}")]
        if due.due_to != due.due_from:
            wrong.append(f"{due.scheme}: {due.debtor} – {due.creditor}")
    return Check(
        "dues_between_legal_entities_eliminate",
        _("What legal entities owe each other is the same on both sides"),
        tuple(figures) or (Figure(_("legal entities that owe another"), "0"),),
        _unequal(wrong),
    )


def _inventory_times_price(period: AccountingPeriod) -> Check:
    figures: list[Figure] = []
    wrong: list[str] = []
    for scheme in control_totals.inventory_totals_of(period.pk):
        wrong += [f"{scheme.code}: {department}" for department in scheme.wrong_departments]
        for measure in scheme.measures:
            words = {"scheme": scheme.code, "what": measure.label, "unit": measure.unit}
            figures += [
                Figure(
                    _("%(scheme)s, %(what)s in %(unit)s, from records") % words,
                    f"{measure.from_records:,}",
                ),
                Figure(
                    _("%(scheme)s, %(what)s in %(unit)s, in the journal") % words,
                    f"{measure.in_journal:,}",
                ),
            ]
    return Check(
        "inventory_times_price_is_the_ledger",
        _("Records times price are the journal, to the cent and the milligram"),
        tuple(figures),
        _unequal(wrong),
    )


def _shared_out(period: AccountingPeriod) -> Check:
    """What mechanisms add to tonnes × price; a feebate's departments pay nothing together."""
    figures: list[Figure] = []
    wrong: list[str] = []
    for total in allocation_check.totals_of(period.pk):
        words = {"scheme": total.scheme, "unit": total.currency}
        figures += [
            Figure(
                _("%(scheme)s, shared out in %(unit)s, by its mechanism") % words,
                f"{total.by_mechanism:,}",
            ),
            Figure(
                _("%(scheme)s, shared out in %(unit)s, in the journal") % words,
                f"{total.in_journal:,}",
            ),
        ]
        wrong += [f"{total.scheme}: {department}" for department in total.wrong_departments]
        if total.charged is not None:
            label = _("%(scheme)s, charged in %(unit)s, in the journal") % words
            figures.append(Figure(label, f"{total.charged:,}"))
            if total.charged != total.in_journal:
                wrong.append(_("%(scheme)s charges what it does not return") % words)
    return Check(
        "mechanisms_share_out_what_is_booked",
        _("What mechanisms share out is booked, and a feebate comes to nothing"),
        tuple(figures) or (Figure(_("schemes that share out"), "0"),),
        _unequal(wrong),
    )


def _unequal(places: list[str]) -> str:
    if not places:
        return ""
    shown = ", ".join(places[:10]) + (" …" if len(places) > 10 else "")
    return _(
        "Not equal: %(places)s. Post nothing more, run verify, and keep the books as they are."
    ) % {"places": shown}
