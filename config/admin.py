"""Doors. The desk of sustainability and finance: who may open it, its overview and its sidebar."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.sites import UnfoldAdminSite

from config.unfold import NAVIGATION
from departments.organisation.access import Permission
from departments.organisation.admin_access import may_here, roles_here
from departments.organisation.models import Role
from ledger.desk.overview import overview

TAKE_IN = "portal:upload_any"  # files for every department
FOR_THE_TRAIL = ("access_review", "duties")  # pages that those open who read the audit trail


class Desk(UnfoldAdminSite):  # type: ignore[misc]  # untyped in the theme
    """The admin: staff with a company role may open it, and sign in where everyone does."""

    index_title = gettext_lazy("Overview")

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return bool(user.is_active and user.is_staff) and may_here(request, Permission.READ_BOOKS)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        target = request.GET.get("next") or reverse("admin:index")
        if self.has_permission(request):
            return redirect_to_login(target, resolve_url(settings.LOGIN_URL))
        if request.user.is_authenticated:
            raise PermissionDenied(_("The administration takes a company-wide role."))
        return redirect_to_login(target, resolve_url(settings.LOGIN_URL))

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        found = overview(at=timezone.now(), roles=roles_here(request))
        shown = {"overview": found, "may_take_in": may_take_in(request), **(extra_context or {})}
        response: TemplateResponse = super().index(request, shown)
        return response

    def extra_urls(self) -> list[URLPattern]:
        from ledger.admin.audit_pages import access_page, duties_page, sample_page  # as below
        from ledger.admin.disclosures import disclosure_file, disclosures_page  # as below
        from ledger.admin.fairness import fairness_page
        from ledger.admin.restatement import restatement_page
        from ledger.admin.verify import auditor_pack, verify_page  # after every table is known

        return [
            path("disclosures/", self.admin_view(disclosures_page), name="disclosures"),
            path("disclosures/file/", self.admin_view(disclosure_file), name="disclosure_file"),
            path("access/", self.admin_view(access_page), name="access_review"),
            path("duties/", self.admin_view(duties_page), name="duties"),
            path("samples/", self.admin_view(sample_page), name="samples"),
            path("fairness/", self.admin_view(fairness_page), name="fairness"),
            path("restatements/", self.admin_view(restatement_page), name="restatement"),
            path("verify/", self.admin_view(verify_page), name="verify"),
            path("auditor-pack/", self.admin_view(auditor_pack), name="auditor_pack"),
        ]


def may_take_in(request: HttpRequest) -> bool:
    """Whether a person enters activity for every department."""
    return Role.SUSTAINABILITY_ANALYST in roles_here(request)


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The pages that a person may open, in groups; a group without pages is left out."""
    groups = []
    for title, pages in NAVIGATION:
        items = [
            {"title": name, "icon": icon, "link": link}
            for name, icon, page in pages
            if (link := _link(page)) and _may_open(request, page)
        ]
        if items:
            groups.append({"title": title, "separator": bool(title), "items": items})
    return groups


def _link(page: str) -> str:
    try:
        return reverse(page if ":" in page else f"admin:{page}")
    except NoReverseMatch:
        return ""


def _may_open(request: HttpRequest, page: str) -> bool:
    from django.contrib import admin

    for model, model_admin in admin.site._registry.items():
        if page == f"{model._meta.app_label}_{model._meta.model_name}_changelist":
            return model_admin.has_view_permission(request)
    if page == TAKE_IN:
        return may_take_in(request)
    return page not in FOR_THE_TRAIL or may_here(request, Permission.READ_TRAIL)
