"""Doors. Scenarios: ask for a replay of a period, see who would pay more and who less."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from departments.organisation.access import Permission
from departments.organisation.admin_access import may_here
from ledger import scenario_runs, tasks
from ledger.admin.pages import BADGES, BooksAdmin, moment, person_of, refusals_shown, right
from ledger.desk.bars import bars_of
from ledger.models.scenarios import ScenarioRun, ScenarioState
from ledger.scenario_forms import ScenarioForm
from ledger.scenario_settings import price_path_of, settings_of
from ledger.scenarios import command_of

ROWS, BARS = 200, 12  # the largest differences; the file has all of them


@admin.register(ScenarioRun)
class ScenarioRunAdmin(BooksAdmin):
    """Scenarios, newest first; none is edited or deleted."""

    list_display = ("name", "scheme", "period", "state_badge", "difference_amount", "asked")
    list_select_related = ("scheme", "period")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_here(request, Permission.RUN_SCENARIO)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ScenarioRun]:
        rows: QuerySet[ScenarioRun] = super().get_queryset(request)
        return rows.select_related("scheme", "period", "asked_by")

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<int:run_id>/{file}",
                self.admin_site.admin_view(view),
                name=f"ledger_scenariorun_{name}",
            )
            for file, view, name in (
                ("answer.json", self.answer_file, "answer"),
                ("path.csv", self.path_file, "path"),
            )
        ]
        return [*own, *super().get_urls()]

    @display(  # type: ignore[untyped-decorator]
        description=gettext_lazy("state"), label=BADGES | {"failed": "danger"}
    )
    def state_badge(self, run: ScenarioRun) -> tuple[str, Any]:
        return run.state, ScenarioState(run.state).label

    @admin.display(description=gettext_lazy("difference"))
    def difference_amount(self, run: ScenarioRun) -> str:
        if run.answer is None:
            return right("–")
        return right(f"{_signed(run.answer['total'])} {run.answer['currency']}")

    @admin.display(description=gettext_lazy("asked at"))
    def asked(self, run: ScenarioRun) -> str:
        return moment(run.asked_at)

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ScenarioForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            with refusals_shown(request):
                run = scenario_runs.ask(
                    name=form.cleaned_data["name"],
                    scheme_code=form.cleaned_data["scheme"],
                    period_code=form.cleaned_data["period"],
                    settings=form.cleaned_data["settings"],
                    by=person_of(request),
                )
                tasks.ring_scenario(run.pk)
                messages.success(request, _("A worker replays it; this takes some seconds."))
                return redirect("admin:ledger_scenariorun_change", run.pk)
        return self.page(
            request,
            "form",
            _("Replay a period"),
            form=form,
            explanation=_(
                "A settled period once more, under other rules, by what bills. The books stay as "
                "they are. What is left empty stays as it was."
            ),
            submit=_("Replay"),
            back=reverse("admin:ledger_scenariorun_changelist"),
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        run = self.row_to_read(request, object_id)
        settings = settings_of(run.settings)
        answer = run.answer
        rows = [_row(each) for each in answer["departments"]] if answer else []
        shown = _largest(rows, ROWS)
        drawn = [row for row in _largest(rows, BARS) if row["difference_minor"]]
        return self.page(
            request,
            "scenario",
            run.name,
            run=run,
            answer=answer,
            total=_row(answer["total"] | {"department": ""}) if answer else None,
            rows=shown,
            row_count=len(rows),
            bars=bars_of(
                [
                    (row["department"], Decimal(row["difference_minor"]), row["difference"])
                    for row in drawn
                ]
            ),
            sentences=settings.sentences(),
            has_path=bool(price_path_of(settings)),
            command=command_of(
                scheme=run.scheme.code,
                period=run.period.code,
                settings=settings,
                as_billed=run.is_as_billed,
            ),
        )

    def answer_file(self, request: HttpRequest, run_id: int) -> HttpResponse:
        """The answer, byte by byte as its SHA-256 on the page is made over."""
        run = self.row_to_read(request, str(run_id))
        return _file(scenario_runs.answer_text(run.answer), f"scenario-{run.pk}.json", "json")

    def path_file(self, request: HttpRequest, run_id: int) -> HttpResponse:
        """The prices in time, as `manage.py replay --price-path` reads them."""
        run = self.row_to_read(request, str(run_id))
        return _file(price_path_of(settings_of(run.settings)), "path.csv", "csv")


def _file(text: str, name: str, kind: str) -> HttpResponse:
    content_type = {"json": "application/json", "csv": "text/csv; charset=utf-8"}[kind]
    answer = HttpResponse(text, content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _largest(rows: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """The rows with the largest differences, in the order in which they were: most more first."""
    by_size = sorted(rows, key=lambda row: -abs(row["difference_minor"]))[:count]
    kept = {row["department"] for row in by_size}
    return [row for row in rows if row["department"] in kept]


def _row(each: dict[str, Any]) -> dict[str, Any]:
    return {
        "department": each["department"],
        "name": each.get("name", ""),
        "billed": f"{Decimal(each['billed']['net']):,f}",
        "replayed": f"{Decimal(each['replayed']['net']):,f}",
        "difference": _signed(each),
        "difference_minor": each["difference_minor"],
    }


def _signed(each: dict[str, Any]) -> str:
    figure = Decimal(each["difference"])
    return f"{figure:+,f}" if figure else f"{figure:,f}"
