"""Doors. What the ledger's admin pages share: read-only tables, own pages, refusals as messages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from unfold.paginator import InfinitePaginator

from departments.organisation.admin_access import RoleAdmin, trail_of
from departments.organisation.models import User
from departments.organisation.telling import refusal_told
from ledger.errors import LedgerError
from pricing.errors import PricingError

BADGES = {
    "open": "info",
    "calculating": "info",
    "calculated": "warning",
    "approved": "primary",
    "posted": "success",
    "closed": "default",
    "cancelled": "default",
    "waiting": "info",
    "done": "success",
    "quarantined": "danger",
    "proposed": "warning",
    "rejected": "danger",
    "withdrawn": "default",
}


class BooksAdmin(RoleAdmin):
    """Rows that are read here and never written; lists never count all of them."""

    actions: Any = None
    show_full_result_count = False
    paginator = InfinitePaginator
    list_disable_select_all = True  # nobody counts how many that would be
    list_per_page = 50
    sortable_by = ()
    list_filter_sheet = True
    compressed_fields = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        answer: HttpResponse = super().changelist_view(
            request, {"title": self.opts.verbose_name_plural, **(extra_context or {})}
        )
        return answer

    def row_to_read(self, request: HttpRequest, object_id: str) -> Any:
        """The row of a page that is only read.

        Raises: PermissionDenied, also for any method but GET; Http404.
        """
        if request.method != "GET" or not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_object(request, object_id)
        if found is None:
            raise Http404
        request.__dict__["_row_to_read"] = object_id
        return found

    def page(self, request: HttpRequest, template: str, title: str, **shown: Any) -> HttpResponse:
        """A page of our own within the admin's frame; of a row it leads to the row's history."""
        row = request.__dict__.get("_row_to_read", "")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "trail": trail_of(request, self.model, row) if row else "",
            **shown,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, f"ledger/admin/{template}.html", context)


@contextmanager
def refusals_shown(request: HttpRequest) -> Iterator[None]:
    """Turn a refusal into a message; whatever was asked for has then not happened."""
    try:
        yield
    except (LedgerError, PricingError) as refusal:
        messages.error(request, refusal_told(refusal))


def right(text: str) -> SafeString:
    """An amount: right-aligned, with digits of one width."""
    return format_html('<span class="desk-amount">{}</span>', text)


def hash_of(text: str, shown: int = 12) -> SafeString:
    """The beginning of a hash, the whole of it on hovering."""
    return format_html('<code class="desk-hash" title="{}">{}…</code>', text, text[:shown])


def person_of(request: HttpRequest) -> User:
    """Who is signed in; the site lets nobody else come this far."""
    person = request.user
    assert isinstance(person, User)
    return person


def moment(at: datetime | None) -> str:
    """`2024-01-31 09:30`, as on every page of the desk."""
    return "–" if at is None else date_format(localtime(at), "Y-m-d H:i")
