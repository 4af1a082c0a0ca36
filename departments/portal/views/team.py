"""Door. Who acts for a department, and the keys of its programs."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from departments.organisation.team import team_of
from departments.portal.views.page import PersonRequest, page, visible_departments


@page
def show_team(request: PersonRequest) -> HttpResponse:
    """The department that the address names, or the first that the person may see."""
    departments = visible_departments(request)
    wanted = request.GET.get("department", "")
    found = [each for each in departments if not wanted or each.code == wanted]
    if wanted and not found:
        raise Http404(wanted)
    department = found[0] if found else None
    context = {
        "departments": departments,
        "department": department,
        "team": team_of(department, at=timezone.now()) if department else None,
    }
    return render(request, "portal/team.html", context)
