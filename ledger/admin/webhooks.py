"""Doors. Webhooks for people: make an endpoint, see what it was told, try it, send again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from departments.organisation.access import Permission
from departments.organisation.admin_access import may_here, require_here
from ledger import tasks
from ledger.admin.pages import BADGES, BooksAdmin, moment, person_of, refusals_shown
from ledger.models.webhooks import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from ledger.webhook_forms import NewEndpointForm, RotateForm, WindowForm
from ledger.webhooks import endpoints
from ledger.webhooks.endpoints import Issued

DELIVERIES_SHOWN = 50


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(BooksAdmin):
    """Endpoints, newest first; a URL never changes, another is another endpoint."""

    list_display = ("url", "state_badge", "description", "heard_of", "created_by", "made")
    list_select_related = ("created_by",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_here(request, Permission.MANAGE_KEYS)

    def get_urls(self) -> list[URLPattern]:
        doors: dict[str, Callable[..., HttpResponse]] = {
            "<str:code>/rotate/": self.rotate,
            "<str:code>/again/": self.again,
            "<str:code>/again/<str:event>/": self.event_again,
            "<str:code>/<str:step>/step/": self.step,
        }
        own = [
            path(place, self.admin_site.admin_view(door), name=f"ledger_webhook_{door.__name__}")
            for place, door in doors.items()
        ]
        return [*own, *super().get_urls()]

    @display(description=gettext_lazy("state"), label=BADGES)  # type: ignore[untyped-decorator]
    def state_badge(self, endpoint: WebhookEndpoint) -> tuple[str, Any]:
        return ("quarantined", _("off")) if endpoint.disabled_at else ("done", _("on"))

    @admin.display(description=gettext_lazy("events"))
    def heard_of(self, endpoint: WebhookEndpoint) -> str:
        return ", ".join(endpoint.event_types) or _("all")

    @admin.display(description=gettext_lazy("made at"))
    def made(self, endpoint: WebhookEndpoint) -> str:
        return moment(endpoint.created_at)

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        require_here(request, Permission.MANAGE_KEYS)
        form = NewEndpointForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            with refusals_shown(request):
                issued = endpoints.create(
                    **form.cleaned_data, by=person_of(request), at=timezone.now()
                )
                return self._secret(request, issued)
        return self.page(
            request,
            "form",
            _("New webhook endpoint"),
            form=form,
            explanation=_(
                "A program of yours is told what happens here, and can prove who says it."
            ),
            submit=_("Make it"),
            back=reverse("admin:ledger_webhookendpoint_changelist"),
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        endpoint = self.row_to_read(request, object_id)
        log = WebhookAttempt.objects.order_by("-pk")
        deliveries = WebhookDelivery.objects.filter(endpoint=endpoint).select_related("event")
        shown = deliveries.prefetch_related(Prefetch("log", log)).order_by("-event_id")
        return self.page(
            request,
            "webhook",
            endpoint.url,
            endpoint=endpoint,
            departments=endpoint.departments.order_by("code"),
            deliveries=shown[:DELIVERIES_SHOWN],
            most=DELIVERIES_SHOWN,
            has_overlap=endpoint.previous_until and endpoint.previous_until > timezone.now(),
            may_manage=may_here(request, Permission.MANAGE_KEYS),
            managing_takes=Permission.MANAGE_KEYS.roles_told,
        )

    def step(self, request: HttpRequest, code: str, step: str) -> HttpResponse:
        """POST: a test event, off or on."""
        self._require_post(request)
        by = person_of(request)
        with refusals_shown(request):
            if step == "test":
                endpoints.send_test(code=code, by=by)
                tasks.ring_webhooks()
                messages.success(
                    request, _("A test event is on its way; reload to see its answer.")
                )
            elif step == "turn-off":
                endpoints.turn_off(code=code, by=by, at=timezone.now())
            else:
                endpoints.turn_on(code=code, by=by)
        return self._back(code)

    def event_again(self, request: HttpRequest, code: str, event: str) -> HttpResponse:
        """POST: one event again."""
        self._require_post(request)
        with refusals_shown(request):
            endpoints.send_again(code=code, event=event, by=person_of(request))
            tasks.ring_webhooks()
            messages.success(request, _("The event is on its way again."))
        return self._back(code)

    def again(self, request: HttpRequest, code: str) -> HttpResponse:
        """GET asks for a window, POST sends everything in it again."""
        form, place = self._form(request, WindowForm, code)
        if request.method == "POST" and form.is_valid():
            with refusals_shown(request):
                count = endpoints.send_window_again(
                    code=code, **form.cleaned_data, by=person_of(request)
                )
                tasks.ring_webhooks()
                messages.success(
                    request, _("%(count)d events are on their way.") % {"count": count}
                )
                return redirect(place)
        explanation = _(
            "Everything that happened then is sent, also what never arrived. Each event keeps its "
            "id, so that the receiver knows what it has already."
        )
        return self._ask(request, form, place, _("Send events again"), explanation, _("Send"))

    def rotate(self, request: HttpRequest, code: str) -> HttpResponse:
        """GET asks for the overlap, POST shows the new secret."""
        form, place = self._form(request, RotateForm, code)
        if request.method == "POST" and form.is_valid():
            with refusals_shown(request):
                issued = endpoints.rotate(
                    code=code, **form.cleaned_data, by=person_of(request), at=timezone.now()
                )
                return self._secret(request, issued)
        explanation = _("From now on the new secret signs, and for a while the old one beside it.")
        return self._ask(request, form, place, _("Rotate the secret"), explanation, _("Rotate"))

    def _form(self, request: HttpRequest, kind: Any, code: str) -> tuple[Any, str]:
        require_here(request, Permission.MANAGE_KEYS)
        endpoint = WebhookEndpoint.objects.filter(code=code).first()
        if endpoint is None:
            raise PermissionDenied
        place = reverse("admin:ledger_webhookendpoint_change", args=[endpoint.pk])
        return kind(request.POST or None), place

    def _ask(
        self,
        request: HttpRequest,
        form: Any,
        back: str,
        title: str,
        explanation: str,
        submit: str,
    ) -> HttpResponse:
        return self.page(
            request, "form", title, form=form, explanation=explanation, submit=submit, back=back
        )

    def _require_post(self, request: HttpRequest) -> None:
        if request.method != "POST":
            raise PermissionDenied
        require_here(request, Permission.MANAGE_KEYS)

    def _back(self, code: str) -> HttpResponse:
        endpoint = WebhookEndpoint.objects.filter(code=code).first()
        if endpoint is None:
            return redirect("admin:ledger_webhookendpoint_changelist")
        return redirect("admin:ledger_webhookendpoint_change", endpoint.pk)

    def _secret(self, request: HttpRequest, issued: Issued) -> HttpResponse:
        answer = self.page(
            request,
            "webhook_secret",
            _("The secret of %(url)s") % {"url": issued.endpoint.url},
            secret=issued.secret,
            endpoint=issued.endpoint,
        )
        answer["Cache-Control"] = "no-store"
        return answer
