"""Doors. What pools emitted, what departments got of it, and what is not allocated; to read."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from departments.inventory.shared_totals import pool_totals
from departments.organisation.access import Permission
from departments.organisation.api.answers import asked
from departments.organisation.api.permissions import KeyScope
from departments.organisation.api.strict import StrictSerializer


class SharedQuerySerializer(StrictSerializer):
    from_on = serializers.DateField(help_text="First day of activity.")
    until_on = serializers.DateField(help_text="Last day of activity, included.")


class BothBasesSerializer(serializers.Serializer[Any]):
    location_kgco2e = serializers.DecimalField(max_digits=None, decimal_places=None)
    market_kgco2e = serializers.DecimalField(max_digits=None, decimal_places=None)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        names = ("location_kgco2e", "market_kgco2e")
        return super().to_representation(dict(zip(names, instance, strict=True)))


class PoolTotalSerializer(serializers.Serializer[Any]):
    pool = serializers.CharField(help_text="Code of the department whose emissions are shared.")
    scope = serializers.IntegerField()
    category = serializers.IntegerField(allow_null=True)
    emitted = BothBasesSerializer(help_text="allocated + kept + unallocated")
    allocated = BothBasesSerializer(help_text="What other departments got.")
    kept = BothBasesSerializer(help_text="The pool's own share by its key.")
    unallocated = BothBasesSerializer(
        help_text="What no key covers, and what changed since it was last shared out."
    )


class SharedAnswerSerializer(serializers.Serializer[Any]):
    data = PoolTotalSerializer(many=True)  # type: ignore[assignment]  # the envelope's word


class SharedEmissions(APIView):
    """Emissions of pools by scope and category: allocated, kept and unallocated."""

    permission_classes = [KeyScope]
    required_permission = Permission.READ_BOOKS
    required_scopes = {"GET": "activities:read"}

    @extend_schema(
        operation_id="shared_emissions",
        parameters=[SharedQuerySerializer],
        responses=SharedAnswerSerializer,
    )
    def get(self, request: Request) -> Response:
        """Show the totals of pools between two days."""
        found = pool_totals(**asked(request, SharedQuerySerializer))
        return Response({"data": [PoolTotalSerializer(each).data for each in found]})
