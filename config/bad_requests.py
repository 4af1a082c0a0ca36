"""Reads. Requests that no page could answer are refused before one tries."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse

NUL = "\0"


def refuse_nul(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """A NUL in the address: 404 in its path, 400 in its query; PostgreSQL takes no such text."""

    def respond(request: HttpRequest) -> HttpResponse:
        if NUL in request.path:
            raise Http404
        if any(NUL in text for values in request.GET.lists() for text in (values[0], *values[1])):
            raise BadRequest("The address holds a NUL character.")
        return get_response(request)

    return respond
