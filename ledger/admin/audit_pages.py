"""Doors. What an auditor does on the desk: samples, who may do what, who approved whose work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from departments.organisation import access_review
from departments.organisation.access import Permission
from departments.organisation.admin_access import require_here
from departments.organisation.models import Role
from departments.organisation.spreadsheet import csv_lines
from departments.organisation.telling import refusal_told
from ledger.audit import duties
from ledger.audit.content import SAMPLE_COLUMNS, pick_content
from ledger.audit.sample import LARGEST, METHODS, MONETARY_UNIT, SIDES, Sample, Wanted, draw
from ledger.errors import LedgerError
from ledger.models.accounts import Commodity
from ledger.models.periods import AccountingPeriod

ROLES = dict(Role.choices)
PEOPLE_SHOWN = 200


class SampleForm(forms.Form):
    """What to draw; the same words draw the same lines."""

    period = forms.ModelChoiceField(
        AccountingPeriod.objects.order_by("-days"),
        label=gettext_lazy("Period"),
        to_field_name="code",
        empty_label=None,
    )
    size = forms.IntegerField(label=gettext_lazy("Lines"), min_value=1, max_value=LARGEST)
    seed = forms.CharField(
        label=gettext_lazy("Seed"),
        max_length=100,
        help_text=gettext_lazy("A word or number of your own, kept with your papers."),
    )
    method = forms.ChoiceField(
        label=gettext_lazy("Method"),
        choices=[
            (METHODS[0], gettext_lazy("monetary unit: large amounts are likelier")),
            (METHODS[1], gettext_lazy("random: every line is as likely")),
        ],
    )
    commodity = forms.ModelChoiceField(
        Commodity.objects.order_by("code"),
        label=gettext_lazy("Counted in"),
        required=False,
        empty_label=gettext_lazy("the period's currency"),
    )
    side = forms.ChoiceField(
        label=gettext_lazy("Side"),
        choices=[
            (SIDES[0], gettext_lazy("debits")),
            (SIDES[1], gettext_lazy("credits")),
            (SIDES[2], gettext_lazy("both")),
        ],
    )
    account = forms.CharField(
        label=gettext_lazy("Account"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("It and those below it, e.g. Expenses:Carbon-Fee. Empty: all."),
    )

    def wanted(self) -> Wanted:
        """What was asked for."""
        read = self.cleaned_data
        return Wanted(
            period=read["period"].code,
            size=read["size"],
            seed=read["seed"],
            method=read["method"],
            commodity=read["commodity"].code if read["commodity"] else None,
            side=read["side"],
            account=read["account"],
        )


class WindowForm(forms.Form):
    """Days, both included; empty is without an end."""

    since = forms.DateField(
        label=gettext_lazy("From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        label=gettext_lazy("To"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def window(self) -> dict[str, datetime | None]:
        """Moments, the second one not included."""
        read = self.cleaned_data if self.is_valid() else {}
        since, until = read.get("since"), read.get("until")
        return {
            "since": _begin(since) if since else None,
            "until": _begin(until + timedelta(days=1)) if until else None,
        }


@require_GET
def sample_page(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """A sample of a period's journal lines, with the population it was drawn from."""
    form = SampleForm(
        request.GET or None, initial={"size": 25, "seed": "", "method": MONETARY_UNIT}
    )
    sample, problem = None, ""
    if form.is_bound and form.is_valid():
        try:
            sample = draw(form.wanted())
        except LedgerError as refusal:
            problem = refusal_told(refusal)
    if sample is not None and "csv" in request.GET:
        rows = (pick_content(pick) for pick in sample.picks)
        return _csv(f"sample-{sample.period}", SAMPLE_COLUMNS, rows)
    shown = {"form": form, "sample": sample, "problem": problem}
    if sample is not None:
        shown["as_csv"] = urlencode({**request.GET.dict(), "csv": ""})
        shown["command"] = _command(sample)
    return _page(request, "sample", _("Samples"), **shown)


@require_GET
def access_page(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Who may do what, and which program."""
    require_here(request, Permission.READ_TRAIL)
    keys = access_review.keys(at=timezone.now())
    wanted = request.GET.get("csv")
    if wanted == "people":
        all_of_them = access_review.people()
        return _csv("access", access_review.ACCESS_COLUMNS, (row.content() for row in all_of_them))
    after = request.GET.get("after", "").replace("\x00", "")
    people = access_review.people(after=after, most=PEOPLE_SHOWN + 1)
    names = list(dict.fromkeys(row.person for row in people))
    following = names[PEOPLE_SHOWN - 1] if len(names) > PEOPLE_SHOWN else ""
    shown = set(names[:PEOPLE_SHOWN])
    if wanted == "keys":
        return _csv("keys", access_review.KEY_COLUMNS, (row.content() for row in keys))
    return _page(
        request,
        "access",
        _("Access review"),
        rows=[(row, ROLES.get(row.role, "")) for row in people if row.person in shown],
        following=following,
        keys=keys,
        conflicts=duties.conflicts(),
    )


@require_GET
def duties_page(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Who decided whose work in a window, by kind; the same person is shown first."""
    require_here(request, Permission.READ_TRAIL)
    form = WindowForm(request.GET or None)
    nothing: dict[str, datetime | None] = {"since": None, "until": None}
    window = form.window() if form.is_bound else nothing
    if "csv" in request.GET:
        each = duties.each_decision(since=window["since"], until=window["until"])
        return _csv("decisions", duties.EACH_COLUMNS, each)
    return _page(
        request,
        "duties",
        _("Separation of duties"),
        form=form,
        counted=_counted(window) if form.is_bound else None,  # the page is there before
        conflicts=duties.conflicts(),
        as_csv=urlencode({**request.GET.dict(), "csv": ""}),
    )


def _counted(window: dict[str, datetime | None]) -> dict[str, Any]:
    """Every decision of a window is read for it, and when that was."""
    found = duties.pairs(since=window["since"], until=window["until"])
    return {
        "at": timezone.now(),
        "pairs": found,
        "decided": sum(pair.count for pair in found),
        "same": sum(pair.count for pair in found if pair.is_same_person),
        "kinds": len(duties.duties()),
    }


def _page(request: HttpRequest, template: str, title: str, **shown: Any) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": title, **shown}
    return TemplateResponse(request, f"ledger/admin/{template}.html", context)


def _csv(
    name: str, columns: Sequence[str], rows: Iterable[dict[str, Any]]
) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        csv_lines(columns, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _command(sample: Sample) -> str:
    account = f" --account {sample.account}" if sample.account else ""
    return (
        f"manage.py audit_sample --period {sample.period} --size {sample.size} "
        f"--seed '{sample.seed}' --method {sample.method} --commodity {sample.commodity} "
        f"--side {sample.side}{account}"
    )
