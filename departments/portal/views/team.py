"""Door. Who acts for a department, and the keys of its programs."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from departments.organisation.access import visible_department_ids
from departments.organisation.team import team_of
from departments.portal.choices import department_called, first_of, offered
from departments.portal.views.page import PersonRequest, page


@page
def show_team(request: PersonRequest) -> HttpResponse:
    """The department that the address names, or the first that the person may see."""
    visible = visible_department_ids(request.user)
    wanted = request.GET.get("department", "")
    department = department_called(wanted, visible) if wanted else first_of(visible)
    if wanted and department is None:
        raise Http404(wanted)
    context = {
        "offer": offered(visible),
        "department": department,
        "team": team_of(department, at=timezone.now()) if department else None,
    }
    return render(request, "portal/team.html", context)
