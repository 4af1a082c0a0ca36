"""Doors. Administration of facts: records take their steps here; factors and results are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display
from unfold.forms import ActionForm
from unfold.paginator import InfinitePaginator
from unfold.widgets import UnfoldAdminTextInputWidget

from departments.inventory import recalculation, records, submission
from departments.inventory.admin.once import once
from departments.inventory.entry import plain
from departments.inventory.errors import EntryRefused, InventoryError
from departments.inventory.evidence_reading import evidence_of
from departments.inventory.history import HistoryEvent
from departments.inventory.models.activity import ActivityRecord, RecordState
from departments.inventory.models.emissions import EmissionRecord
from departments.inventory.models.factors import (
    EmissionFactor,
    GlobalWarmingPotential,
)
from departments.inventory.record_filters import called_exactly, containing
from departments.inventory.record_search import SEARCHED, end_of_stretch
from departments.inventory.results import trace_of
from departments.inventory.seen import seen_results
from departments.inventory.sentences import told
from departments.organisation.access import may_contribute
from departments.organisation.admin_access import RoleAdmin
from departments.organisation.admin_choices import LongRelatedFilter, values_filter
from departments.organisation.errors import OrganisationError
from departments.organisation.models import User
from departments.organisation.telling import refusal_told

REFUSALS = (InventoryError, OrganisationError)
BADGES = {"draft": "info", "submitted": "warning", "approved": "success", "returned": "danger"}
NO_DEPARTMENT = 0  # only a role in the whole company reaches it
ENTERED = (
    "department",
    "activity",
    "started_on",
    "ended_on",
    "quantity",
    "unit",
    "place",
    "inputs",
    "external_id",
    "note",
    "is_estimated",
)


class ReadAdmin(RoleAdmin):
    """Rows that are read here and never written."""

    actions: Any = None
    show_full_result_count = False
    paginator = InfinitePaginator
    list_disable_select_all = True  # nobody counts how many that would be
    list_per_page = 50
    sortable_by = ()
    list_filter_sheet = True


@admin.register(EmissionFactor)
class EmissionFactorAdmin(ReadAdmin):
    """Factors; the list shows the figure, the page of one everything that was published."""

    list_display = ("activity", "place", "year", "figure", "unit", "boundary", "set_code")
    list_filter = (("factor_set", RelatedDropdownFilter), "scope", "suspect")
    search_fields = ("activity", "code", "place")
    list_select_related = ("factor_set",)
    ordering = ("activity", "place", "-year", "pk")

    @admin.display(description=_("kgCO2e per unit"))
    def figure(self, factor: EmissionFactor) -> str:
        return f"{plain(factor.kgco2e_per_unit):f}"

    @admin.display(description=_("factor set"))
    def set_code(self, factor: EmissionFactor) -> str:
        return factor.factor_set.code


@admin.register(GlobalWarmingPotential)
class GlobalWarmingPotentialAdmin(ReadAdmin):
    """kgCO2e for a kilogram of a gas, by IPCC report."""

    list_display = ("gas", "name_told", "gwp_set", "figure", "is_blend", "suspect", "source")
    list_filter = ("gwp_set", "is_blend", "suspect")
    search_fields = ("gas", "name")

    @admin.display(description=_("name"), ordering="name")
    def name_told(self, gwp: GlobalWarmingPotential) -> str:
        return told(gwp.name)

    @admin.display(description=_("kgCO2e per kg"))
    def figure(self, gwp: GlobalWarmingPotential) -> str:
        return f"{plain(gwp.kgco2e_per_kg):f}"


@admin.register(EmissionRecord)
class EmissionRecordAdmin(ReadAdmin):
    """Results with their arithmetic; superseded ones stay."""

    list_display = (
        "id",
        "department_code",
        "activity_on",
        "kind",
        "scope",
        "category",
        "location",
        "market",
        "quality_tier",
        "approval_number",
    )
    list_filter = (
        ("department", LongRelatedFilter),
        ("kind", ChoicesDropdownFilter),
        ("scope", values_filter(1, 2, 3, None)),
        ("quality_tier", values_filter(1, 2, 3, 4, 5)),
    )
    list_select_related = ("department",)
    exclude = ("trace", "recipe", "location_kgco2e", "market_kgco2e")
    readonly_fields = ("location", "market", "source", "arithmetic", "calculated_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[EmissionRecord]:
        rows: QuerySet[EmissionRecord] = super().get_queryset(request)
        return rows.select_related(
            "department", "activity_record", "factor", "supersedes", "recipe"
        )

    @admin.display(description=_("department"))
    def department_code(self, result: EmissionRecord) -> str:
        return result.department.code

    @admin.display(description=_("location-based, kgCO2e"))
    def location(self, result: EmissionRecord) -> SafeString:
        return _kilograms(result.location_kgco2e)

    @admin.display(description=_("market-based, kgCO2e"))
    def market(self, result: EmissionRecord) -> SafeString:
        return _kilograms(result.market_kgco2e)

    @admin.display(description=_("source"))
    def source(self, result: EmissionRecord) -> str:
        return str(records.citation_of(trace_of(result)))

    @admin.display(description=_("arithmetic"))
    def arithmetic(self, result: EmissionRecord) -> SafeString:
        return _printed(result)


class RecordForm(forms.ModelForm):  # type: ignore[type-arg]  # no subscript when it runs
    """A record's facts; saving is rehearsed, so that a refusal stands beside its field."""

    by: User

    class Meta:
        model = ActivityRecord
        fields = ENTERED

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["quantity"] = f"{plain(self.instance.quantity):f}"

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        try:
            with transaction.atomic():
                self.carry_out()
                transaction.set_rollback(True)
        except EntryRefused as refusal:
            name = refusal.field if refusal.field in self.fields else "inputs"
            self.add_error(name, refusal_told(refusal))
        except REFUSALS as refusal:
            raise forms.ValidationError(refusal_told(refusal)) from refusal
        return cleaned

    def carry_out(self) -> ActivityRecord:
        """Enter the record, or change the one that is there."""
        facts = {name: self.cleaned_data[name] for name in ENTERED if name in self.cleaned_data}
        facts["department_id"] = facts.pop("department").pk
        facts["inputs"] = facts.get("inputs") or {}
        now = timezone.now()
        if self.instance.pk is None:
            return submission.create_record(by=self.by, at=now, **facts)
        return submission.edit_record(record_id=self.instance.pk, by=self.by, at=now, changes=facts)

    def _post_clean(self) -> None:
        """The functions above have checked more than the model would; it is not filled in here."""


class StepForm(ActionForm):  # type: ignore[misc]  # untyped in the theme
    """The step to take with the chosen records, and why where that is needed."""

    reason = forms.CharField(
        required=False,
        max_length=submission.LONGEST_REASON,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": _("Reason, to return or renew")}),
    )


class RecalculatedFilter(admin.SimpleListFilter):
    """Records whose new result waits for another person's approval."""

    title = _("new result")
    parameter_name = "recalculated"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waits", _("waits for approval"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ActivityRecord]
    ) -> QuerySet[ActivityRecord]:
        if self.value() != "waits":
            return queryset
        waiting = EmissionRecord.objects.filter(
            proposed_by__isnull=False, approval_number__isnull=True
        )
        return queryset.filter(pk__in=waiting.values("activity_record"))


@admin.register(ActivityRecord)
class ActivityRecordAdmin(ReadAdmin):
    """Activity records of the whole company, with the steps that a person may take."""

    form = RecordForm
    action_form = StepForm
    actions = ("submit", "approve", "send_back", "recalculate", "approve_recalculation")
    list_display = (
        "id",
        "department_code",
        "activity",
        "ended_on",
        "amount",
        "location",
        "market",
        "state_badge",
        "created_by",
    )
    list_display_links = ("id", "activity")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("department", LongRelatedFilter),
        "is_estimated",
        RecalculatedFilter,
    )
    list_select_related = ("department", "created_by")
    search_fields = ("activity", "external_id", "note", "department__code")
    readonly_fields = ("state_shown", "doubts_shown", "source", "arithmetic", "evidence", "history")
    fieldsets = (
        (None, {"fields": ENTERED}),
        (
            _("Result"),
            {
                "fields": (
                    "state_shown",
                    "doubts_shown",
                    "source",
                    "arithmetic",
                    "evidence",
                    "history",
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ActivityRecord]:
        newest = EmissionRecord.objects.order_by("-pk")
        rows: QuerySet[ActivityRecord] = super().get_queryset(request)
        return rows.prefetch_related(Prefetch("emission_records", newest))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Those with exactly that external id, or else the newest that hold each of the words."""
        words = search_term.replace("\x00", "").split()
        exact = queryset.filter(called_exactly(" ".join(words)))
        if not words or exact.exists():
            return (exact if words else queryset), False
        end = end_of_stretch(queryset)
        if end is not None:
            told = _(
                "The newest %(count)s records were searched: narrow the list to search others."
            )
            messages.info(request, told % {"count": f"{SEARCHED:,}"})
            queryset = queryset.filter(pk__gte=end)
        for word in words:
            queryset = queryset.filter(containing(word))
        return queryset, False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_contribute(person_of(request), NO_DEPARTMENT)

    def has_change_permission(
        self, request: HttpRequest, obj: ActivityRecord | None = None
    ) -> bool:
        if obj is not None and obj.state == RecordState.APPROVED:
            return False
        return may_contribute(person_of(request), NO_DEPARTMENT)

    def get_fieldsets(self, request: HttpRequest, obj: ActivityRecord | None = None) -> Any:
        return self.fieldsets if obj is not None else self.fieldsets[:1]

    def get_form(self, request: HttpRequest, *args: Any, **options: Any) -> Any:
        form = super().get_form(request, *args, **options)
        form.by = person_of(request)
        return form

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        return form.instance

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Only through the functions that enter and edit records."""
        obj.__dict__.update(form.carry_out().__dict__)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """A record has no rows beside it."""

    @admin.display(description=_("department"))
    def department_code(self, record: ActivityRecord) -> str:
        return record.department.code

    @admin.display(description=_("quantity"))
    def amount(self, record: ActivityRecord) -> SafeString:
        return aligned(f"{plain(record.quantity):,f} {record.unit}")

    @display(description=_("state"), label=BADGES)  # type: ignore[untyped-decorator]  # the theme's
    def state_badge(self, record: ActivityRecord) -> tuple[str, Any]:
        return record.state, RecordState(record.state).label

    @admin.display(description=_("state"))
    def state_shown(self, record: ActivityRecord) -> str:
        return str(RecordState(record.state).label) if record.pk else "–"

    @admin.display(description=_("location-based, kgCO2e"))
    def location(self, record: ActivityRecord) -> SafeString:
        result = _result(record)
        return _kilograms(result.location_kgco2e) if result else aligned("–")

    @admin.display(description=_("market-based, kgCO2e"))
    def market(self, record: ActivityRecord) -> SafeString:
        """The figure, and which result it is, for whoever approves what this page shows."""
        result = _result(record)
        if result is None:
            return aligned("–")
        seen = '{}<input type="hidden" name="seen" value="{}:{}">'
        return format_html(seen, _kilograms(result.market_kgco2e), record.pk, result.pk)

    @admin.display(description=_("source"))
    def source(self, record: ActivityRecord) -> str:
        result = _result(record)
        return str(records.citation_of(trace_of(result))) if result else "–"

    @admin.display(description=_("arithmetic"))
    def arithmetic(self, record: ActivityRecord) -> Any:
        result = _result(record)
        return _printed(result) if result else _("Calculated when it is submitted.")

    @admin.display(description=_("history"))
    @once
    def history(self, record: ActivityRecord) -> SafeString:
        detail = records.record_detail(record_id=record.pk, department_ids=None)
        lines = (
            (f"{e.at:%Y-%m-%d %H:%M}" if e.at else "", e.by, told(e.step), _besides(e))
            for e in detail.history
        )
        return format_html_join(SafeString("<br>"), "{} {} {} {}", lines)

    @admin.display(description=_("evidence"))
    @once
    def evidence(self, record: ActivityRecord) -> SafeString:
        """What proves it, and the way to attach more."""
        files = format_html_join(
            "",
            '<a href="{}" download>{}</a> ({}, {})<br>',
            (
                (
                    reverse("admin:inventory_evidencefile_download", args=[each.evidence_id]),
                    each.file_name,
                    each.added_by,
                    f"{each.added_at:%Y-%m-%d %H:%M}",
                )
                for each in evidence_of(record.pk)
            ),
        )
        address = f"{reverse('admin:inventory_evidencefile_add')}?record_id={record.pk}"
        return format_html('{}<a href="{}">{}</a>', files, address, _("Attach a file"))

    @admin.action(description=_("Submit"))
    def submit(self, request: HttpRequest, rows: QuerySet[ActivityRecord]) -> None:
        _take(request, rows, submission.submit_records)

    @admin.display(description=_("looks wrong"))
    def doubts_shown(self, record: ActivityRecord) -> SafeString | str:
        texts = ((f"{told(each['reason'])} {told(each['hint'])}",) for each in record.doubts or ())
        return format_html_join(SafeString("<br>"), "{}", texts) or "–"

    @admin.action(description=_("Approve"))
    def approve(self, request: HttpRequest, rows: QuerySet[ActivityRecord]) -> None:
        """Together, or one by one where something looks wrong."""
        doubtful = list(rows.filter(doubts__isnull=False).values_list("pk", flat=True)[:20])
        if doubtful and rows.count() > 1:
            ids = ", ".join(map(str, doubtful))
            told = _("Look at these records and approve each by itself: %(ids)s.") % {"ids": ids}
            messages.error(request, told)
            return
        seen = seen_results(request.POST.getlist("seen"))
        _take(request, rows, submission.approve_records, seen=seen)

    @admin.action(description=_("Return (needs a reason)"))
    def send_back(self, request: HttpRequest, rows: QuerySet[ActivityRecord]) -> None:
        reason = request.POST.get("reason", "")
        _take(request, rows, submission.return_records, reason=reason)

    @admin.action(description=_("Calculate again by today's factors (needs a reason)"))
    def recalculate(self, request: HttpRequest, rows: QuerySet[ActivityRecord]) -> None:
        reason = request.POST.get("reason", "")
        _take(request, rows, recalculation.propose_recalculation, reason=reason)

    @admin.action(description=_("Approve the new calculation"))
    def approve_recalculation(self, request: HttpRequest, rows: QuerySet[ActivityRecord]) -> None:
        _take(request, rows, recalculation.approve_recalculation)


def _besides(event: HistoryEvent) -> str:
    """What a step of the history says besides: the file and line, the other record, the reason."""
    line = f":{event.line}" if event.line else ""
    other = f"#{event.other_record_id}" if event.other_record_id else ""
    return " ".join(filter(None, (event.file_name + line, other, event.reason)))


def _take(
    request: HttpRequest, rows: QuerySet[ActivityRecord], step: Callable[..., Any], **facts: Any
) -> None:
    """Take a step with the chosen records and say what came of it."""
    ids = list(rows.values_list("pk", flat=True))
    with refusals_shown(request):
        taken = step(record_ids=ids, by=person_of(request), at=timezone.now(), **facts)
        done = ngettext("%(count)d record changed.", "%(count)d records changed.", len(taken))
        messages.success(request, done % {"count": len(taken)})


@contextmanager
def refusals_shown(request: HttpRequest) -> Iterator[None]:
    try:
        yield
    except REFUSALS as refusal:
        messages.error(request, refusal_told(refusal))


def person_of(request: HttpRequest) -> User:
    """Who is signed in; the site lets nobody else come this far."""
    assert isinstance(request.user, User)
    return request.user


def _result(record: ActivityRecord) -> EmissionRecord | None:
    """The approved result, else the proposed one; fetched with the list, newest first."""
    found = list(record.emission_records.all())
    approved = [result for result in found if result.approval_number is not None]
    return next(iter(approved or found), None)


def _printed(result: EmissionRecord) -> SafeString:
    """A result's arithmetic, line by line, with its fallbacks."""
    steps = format_html_join(
        "",
        '<tr><td>{}</td><td>{}</td><td>{}</td><td style="text-align:right">{} {}</td></tr>',
        (
            (
                _basis(step.basis),
                told(step.label),
                told(step.expression),
                f"{step.value:,f}",
                step.unit,
            )
            for step in records.steps_of(trace_of(result))
        ),
    )
    fallbacks = format_html_join(
        "", "<p>{}</p>", ((told(text),) for text in trace_of(result).get("fallbacks", ()))
    )
    return format_html('<table class="w-full">{}</table>{}', steps, fallbacks)


def _basis(basis: str) -> str:
    """Which of both figures of Scope 2 a step is of; nothing for other scopes."""
    return told(f"{basis.capitalize()}-based") if basis else ""


def _kilograms(kgco2e: Any) -> SafeString:
    return aligned(f"{plain(kgco2e):,f}")


def aligned(text: str) -> SafeString:
    return format_html('<span class="desk-amount">{}</span>', text)
