"""Doors. Published releases of factors; the company's own, brought and approved by two people."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import UnfoldAdminFileFieldWidget

from departments.inventory import factor_release
from departments.inventory.admin.records import person_of, refusals_shown
from departments.inventory.admin.rehearsed import EnteredAdmin, RehearsedForm
from departments.inventory.errors import EntryRefused
from departments.inventory.errors.factors import FactorFileRefused
from departments.inventory.factor_release import LoadReport
from departments.inventory.models.factors import FactorSet
from departments.inventory.sentences import told
from departments.organisation.access import Permission
from departments.organisation.admin_access import may_here
from departments.organisation.said import joined, said

MOST_BYTES = 5 * 1024 * 1024
MOST_SHOWN = 20


class OwnFactorsForm(RehearsedForm):
    """The two files of a release: what it is, and its rows; each row says where it comes from."""

    facts = forms.FileField(
        label=_("set.toml"),
        widget=UnfoldAdminFileFieldWidget({"accept": ".toml"}),
        help_text=_("Code, publisher, title, year, licence and source of the release."),
    )
    factors = forms.FileField(
        label=_("factors.csv"),
        widget=UnfoldAdminFileFieldWidget({"accept": ".csv,text/csv"}),
        help_text=_("A row for each factor; notes or source_url says where it comes from."),
    )
    report: LoadReport

    class Meta:
        model = FactorSet
        fields = ()

    def carry_out(self) -> FactorSet:
        """Load the release as the company's own; it counts once another person approves it."""
        with TemporaryDirectory() as folder:
            for name, file in (("set.toml", "facts"), ("factors.csv", "factors")):
                given = self.cleaned_data[file]
                if given.size > MOST_BYTES:
                    reason = said(
                        "It has %(size)s bytes; %(most_bytes)s are taken here.",
                        size=f"{given.size:,}",
                        most_bytes=f"{MOST_BYTES:,}",
                    )
                    hint = said("Bring it by manage.py factors propose.")
                    raise EntryRefused(field=file, value="", reason=reason, hint=hint)
                given.seek(0)
                (Path(folder) / name).write_bytes(given.read())
            self.report = self._proposed(Path(folder))
        return FactorSet.objects.get(code=self.report.code)

    def _proposed(self, folder: Path) -> LoadReport:
        try:
            return factor_release.propose_company_factors(
                folder=folder, by=self.by, at=timezone.now()
            )
        except FactorFileRefused as refusal:
            shown = [problem.sentence() for problem in refusal.problems[:MOST_SHOWN]]
            file = "facts" if refusal.path.endswith(".toml") else "factors"
            count = len(refusal.problems)
            raise EntryRefused(
                field=file,
                value="",
                reason=said("%(count)s problems.", count=count),
                hint=joined(" ", shown),
            ) from refusal


@admin.register(FactorSet)
class FactorSetAdmin(EnteredAdmin):
    """Releases, as they were loaded."""

    to_write = Permission.PROPOSE_FACTORS
    form = OwnFactorsForm
    entered = ("facts", "factors")
    shown = (
        "code",
        "publisher",
        "title",
        "year",
        "gwp_set",
        "licence",
        "standing",
        "sha256",
    )
    actions = ("approve",)
    list_display = (
        "code",
        "publisher",
        "title",
        "year",
        "gwp_set",
        "licence",
        "standing",
    )
    list_select_related = ("approved_by",)
    search_fields = ("code", "publisher", "title")

    def has_approve_permission(self, request: HttpRequest) -> bool:
        return may_here(request, Permission.APPROVE_FACTORS)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        for flag in form.report.flags[:MOST_SHOWN]:
            messages.warning(request, told(flag.sentence()))

    @admin.display(description=_("standing"))
    def standing(self, release: FactorSet) -> str:
        if release.proposed_by_id is None:
            return str(_("published"))
        if release.approved_by is None:
            return str(_("waits for another person"))
        return str(_("approved by %(person)s")) % {"person": release.approved_by.get_username()}

    @admin.action(description=_("Approve the company's own"), permissions=["approve"])
    def approve(self, request: HttpRequest, rows: QuerySet[FactorSet]) -> None:
        codes = list(rows.order_by("code").values_list("code", flat=True))
        with refusals_shown(request), transaction.atomic():
            for code in codes:
                factor_release.approve_company_factors(
                    code=code, by=person_of(request), at=timezone.now()
                )
            text = ngettext("%d release counts.", "%d releases count.", len(codes))
            messages.success(request, text % len(codes))
