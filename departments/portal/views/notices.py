"""Door. Notices: what a person was told, read one by one or all at once, and how they are told."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from departments.organisation import notice_list, notice_settings, notices
from departments.organisation.notice_words import path_of
from departments.portal.notice_form import NoticeForm, number_of
from departments.portal.views.page import PersonRequest, page


@page
def show_notices(request: PersonRequest) -> HttpResponse:
    """The newest fifty, or those before one."""
    before = number_of(request.GET.get("before", ""))
    found = notice_list.notices_of(request.user, before_id=before)
    shown = found[: notice_list.AT_ONCE]
    context = {
        "notices": shown,
        "newest": shown[0].pk if shown else 0,
        "older": shown[-1].pk if len(found) > len(shown) else None,
        "has_new": any(notice.read_at is None for notice in shown),
    }
    return render(request, "portal/notices.html", context)


@page
def open_notice(request: PersonRequest, notice_id: int) -> HttpResponse:
    """Note that it is read, and go to what it is about."""
    notice = notices.mark_read(notice_id=notice_id, by=request.user, at=timezone.now())
    if notice is None:
        raise Http404(str(notice_id))
    return redirect(path_of(notice))


@page
@require_POST
def read_one(request: PersonRequest, notice_id: int) -> HttpResponse:
    """Note that it is read, and stay."""
    if notices.mark_read(notice_id=notice_id, by=request.user, at=timezone.now()) is None:
        raise Http404(str(notice_id))
    return redirect("portal:notices")


@page
@require_POST
def read_all(request: PersonRequest) -> HttpResponse:
    """Note that everything up to the newest that was shown is read."""
    through = number_of(request.POST.get("through", "")) or 0
    notices.mark_all_read(by=request.user, through_id=through, at=timezone.now())
    return redirect("portal:notices")


@page
def show_settings(request: PersonRequest) -> HttpResponse:
    """How the person is told of each kind, and in which language."""
    chosen = notice_settings.deliveries_of(request.user)
    form = NoticeForm(request.POST or None, deliveries=chosen, language=request.user.language)
    if request.method == "POST" and form.is_valid():
        notice_settings.choose(
            user=request.user, deliveries=form.deliveries(), language=form.cleaned_data["language"]
        )
        messages.success(request, _("Your choice is kept."))
        return redirect("portal:notice_settings")
    context = {
        "form": form,
        "sends_mail": settings.SENDS_MAIL,
    }
    status = 422 if form.errors else 200
    return render(request, "portal/notice_settings.html", context, status=status)
