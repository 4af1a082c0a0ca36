"""Doors. What schemes there are, and what a tonne costs."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from departments.organisation.api.answers import NoQuerySerializer, asked
from departments.organisation.api.pages import KeysetPagination, is_updated
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

    @extend_schema(operation_id="schemes_list", responses=SchemesSerializer)
    def get(self, request: Request) -> Response:
        asked(request, NoQuerySerializer)
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
        query = asked(self.request, PricesQuerySerializer)
        lookups = {"scheme": "scheme__code", "on": "in_force__contains"}
        wanted = {lookups[name]: query[name] for name in lookups if name in query}
        rows = CarbonPrice.objects.filter(
            is_updated(query, "approved_at"), approved_by__isnull=False, **wanted
        )
        visible = visible_ids_of(self.request)
        if visible is not None:
            rows = rows.filter(Q(department__isnull=True) | Q(department_id__in=visible))
        return rows.select_related("scheme", "department")
