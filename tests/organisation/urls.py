"""The API's addresses as tests use them, and views that refuse in every way there is."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, OperationalError
from django.urls import include, path
from rest_framework import serializers
from rest_framework.decorators import api_view, parser_classes, permission_classes
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from departments.organisation.access import Permission
from departments.organisation.api.pages import Page
from departments.organisation.api.permissions import KeyScope
from departments.organisation.api.strict import BoundedJSONParser, StrictSerializer
from departments.organisation.models import Department
from pricing.errors import ApprovedBySamePerson, SchemeNotFound


class Line(StrictSerializer):
    quantity = serializers.IntegerField()
    unit = serializers.CharField()


class Order(StrictSerializer):
    name = serializers.CharField(max_length=5)
    lines = Line(many=True)


def _conflict() -> None:
    Department.objects.create(code="lower case", name="x")


def _too_long() -> None:
    Department.objects.create(code="X" * 50, name="x")


def _refuse(error: Exception) -> Any:
    def refuse() -> None:
        raise error

    return refuse


REFUSALS = {
    "domain-404": _refuse(SchemeNotFound("nowhere")),
    "domain-403": _refuse(ApprovedBySamePerson("analyst")),
    "denied": _refuse(PermissionDenied()),
    "model-invalid": _refuse(ValidationError({"code": ["Too short."]})),
    "constraint": _conflict,
    "nameless-conflict": _refuse(IntegrityError("duplicate key: secret detail")),
    "too-long": _too_long,
    "database-gone": _refuse(OperationalError("host db.internal is down")),
    "recursion": _refuse(RecursionError()),
    "bug": _refuse(ZeroDivisionError("secret detail")),
}


@api_view(["GET"])
@permission_classes([AllowAny])
def refuse(request: Request, way: str) -> Response:
    REFUSALS[way]()
    return Response()


@api_view(["POST"])
@permission_classes([AllowAny])
@parser_classes([BoundedJSONParser])
def order(request: Request) -> Response:
    asked = Order(data=request.data)
    asked.is_valid(raise_exception=True)
    return Response(asked.validated_data)


class Numbers(APIView):
    """Rows 1 to 120, from a source that is no queryset."""

    permission_classes = [KeyScope]
    required_scopes = {"GET": "journal:read"}
    required_permission = Permission.READ_BOOKS

    def get(self, request: Request) -> Response:
        page = Page.of(request)
        rows = iter(range(page.after_id + 1, 121))
        return Response(page.answer(rows, id_of=lambda row: row, present=lambda row: {"id": row}))

    def post(self, request: Request) -> Response:
        return Response(status=201)


handler404 = "config.problems.not_found"
handler500 = "config.problems.internal_error"

urlpatterns = [
    path("", include("departments.organisation.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/v1/", include("departments.organisation.api.urls")),
    path("api/v1/", include("pricing.api.urls")),
    path("refuse/<str:way>/", refuse),
    path("order/", order),
    path("api/v1/broken/<str:way>/", refuse),
    path("numbers/", Numbers.as_view()),
]
