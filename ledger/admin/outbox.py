"""Doors. What leaves the database: read it, and let what failed be tried again."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from departments.organisation.access import Permission
from departments.organisation.admin_access import may_here
from ledger import outbox, tasks
from ledger.admin.pages import BADGES, BooksAdmin, moment, person_of, refusals_shown
from ledger.models.outbox import OutboxMessage

LABELS = {
    "delivered": gettext_lazy("delivered"),
    "waiting": gettext_lazy("waiting"),
    "failed": gettext_lazy("failed, tries again"),
    "quarantined": gettext_lazy("quarantined"),
}


@admin.register(OutboxMessage)
class OutboxMessageAdmin(BooksAdmin):
    """Messages, newest first; one that failed says why."""

    list_display = ("id", "topic", "state_badge", "attempts", "written", "delivered", "error")
    ordering = ("-id",)

    def get_urls(self) -> list[URLPattern]:
        again = path(
            "<int:message_id>/release/",
            self.admin_site.admin_view(self.release),
            name="ledger_outboxmessage_release",
        )
        return [again, *super().get_urls()]

    @display(  # type: ignore[untyped-decorator]
        description=gettext_lazy("state"),
        label=BADGES | {"delivered": "success", "failed": "danger"},
    )
    def state_badge(self, message: OutboxMessage) -> tuple[str, Any]:
        return state_of(message), LABELS[state_of(message)]

    @admin.display(description=gettext_lazy("written at"))
    def written(self, message: OutboxMessage) -> str:
        return moment(message.created_at)

    @admin.display(description=gettext_lazy("delivered at"))
    def delivered(self, message: OutboxMessage) -> str:
        return moment(message.delivered_at)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        message = self.row_to_read(request, object_id)
        return self.page(
            request,
            "message",
            _("Outgoing message %(number)s") % {"number": message.pk},
            message=message,
            state=state_of(message),
            state_label=LABELS[state_of(message)],
            payload=json.dumps(message.payload, indent=2, ensure_ascii=False),
            may_release=may_here(request, Permission.CLOSE_PERIOD),
            release_takes=Permission.CLOSE_PERIOD.roles_told,
        )

    def release(self, request: HttpRequest, message_id: int) -> HttpResponse:
        """Let a message be tried again, and ring for a worker."""
        if request.method != "POST":
            raise PermissionDenied
        with refusals_shown(request):
            outbox.release(message_id=message_id, by=person_of(request), at=timezone.now())
            tasks.ring_outbox()
            messages.success(request, _("The message will be delivered again."))
        return redirect("admin:ledger_outboxmessage_change", message_id)


def state_of(message: OutboxMessage) -> str:
    """One word for where a message stands."""
    if message.delivered_at is not None:
        return "delivered"
    if message.is_quarantined:
        return "quarantined"
    return "failed" if message.error else "waiting"
