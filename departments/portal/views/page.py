"""Door. What every page has in common: signed in, never stored, and silent about what is hidden."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from departments.organisation.access import Permission, may, visible_department_ids
from departments.organisation.models import Department, User


class PersonRequest(HttpRequest):
    """A request of somebody who has signed in."""

    user: User


def page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for people who have signed in; what a domain can't find, or hides, is a 404."""

    @wraps(view)
    def show(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Exception as error:
            if getattr(error, "http_status", None) == 404:
                raise Http404(str(error)) from error
            raise

    return never_cache(login_required(show))


def opens_desk(user: User) -> bool:
    """Whether the desk of sustainability and finance lets a person in."""
    return user.is_staff and may(user, Permission.READ_BOOKS)


def visible_department(request: PersonRequest, code: str) -> Department:
    """The department with this code, if the person may see it.

    Raises: Http404, whether it is hidden or not there.
    """
    visible = visible_department_ids(request.user)
    departments = Department.objects.filter(code=code)
    if visible is not None:
        departments = departments.filter(pk__in=visible)
    found = departments.first()
    if found is None:
        raise Http404(code)
    return found
