"""Doors. What schemes there are, and what a tonne costs."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from departments.organisation.api.pages import KeysetPagination
from departments.organisation.api.permissions import KeyScope, visible_ids_of
from pricing.api.serializers import (
    PriceSerializer,
    PricesQuerySerializer,
    SchemeSerializer,
    SchemesSerializer,
)
from pricing.models import CarbonPrice
from pricing.price_lookup import all_scheme_terms


class SchemeList(APIView):
    """Every scheme: what it covers, in which currency, since when."""

    permission_classes = [KeyScope]
    required_scopes = {"GET": "prices:read"}

    @extend_schema(responses=SchemesSerializer)
    def get(self, request: Request) -> Response:
        schemes: Any = all_scheme_terms()
        return Response({"data": SchemeSerializer(schemes, many=True).data})


@extend_schema_view(get=extend_schema(parameters=[PricesQuerySerializer]))
class PriceList(ListAPIView[CarbonPrice]):
    """Approved prices, past, present and announced; of departments, only those you may see."""

    permission_classes = [KeyScope]
    required_scopes = {"GET": "prices:read"}
    serializer_class = PriceSerializer
    pagination_class = KeysetPagination
    queryset = CarbonPrice.objects.all()

    def get_queryset(self) -> QuerySet[CarbonPrice]:
        asked = PricesQuerySerializer(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        rows = CarbonPrice.objects.filter(approved_by__isnull=False, **_wanted(asked))
        visible = visible_ids_of(self.request)
        if visible is not None:
            rows = rows.filter(Q(department__isnull=True) | Q(department_id__in=visible))
        return rows.select_related("scheme", "department")


def _wanted(asked: PricesQuerySerializer) -> dict[str, Any]:
    lookups = {"scheme": "scheme__code", "on": "in_force__contains"}
    return {lookups[name]: value for name, value in asked.validated_data.items()}
