"""Doors. The atmosphere for programs: balance, yearly flow, aims and scenarios."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from departments.organisation.access import Permission
from departments.organisation.api.answers import asked, with_etag
from departments.organisation.api.permissions import KeyScope
from ledger.aims import aims_in_force
from ledger.api.permissions import SeesWholeCompany
from ledger.api.queries import NoQuerySerializer
from ledger.atmosphere_outlook import USUAL, Aims, outlook, outlook_content
from pricing.projection_file import read_scenarios


class _Decimal(serializers.DecimalField):
    """A decimal as it is, in full."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=None, decimal_places=None, **options)


class FlowSerializer(serializers.Serializer[Any]):
    year = serializers.IntegerField(help_text="That of a period's last day.")
    emitted_kgco2e = _Decimal()
    removed_kgco2e = _Decimal()
    net_kgco2e = _Decimal()


class ComingYearSerializer(FlowSerializer):
    lifetime_kgco2e = _Decimal(help_text="What is in the air at the end of the year.")
    price_per_tonne = _Decimal(allow_null=True)


class AimsSerializer(serializers.Serializer[Any]):
    carbon_negative_from = serializers.IntegerField(allow_null=True)
    lifetime_zero_by = serializers.IntegerField(allow_null=True)
    path = ComingYearSerializer(many=True, help_text="The straight way to both aims.")


class ScenarioSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    first_negative_year = serializers.IntegerField(allow_null=True)
    lifetime_zero_year = serializers.IntegerField(allow_null=True)
    explanation = serializers.ListField(child=serializers.CharField())
    years = ComingYearSerializer(many=True)


class AtmosphereSerializer(serializers.Serializer[Any]):
    scheme = serializers.CharField(help_text="The scheme that keeps it; empty: none does.")
    balance_kgco2e = _Decimal(help_text="Historical + net flows + by hand, exactly.")
    historical_kgco2e = _Decimal(help_text="From before the first period.")
    by_hand_kgco2e = _Decimal(help_text="By other entries by hand.")
    years = FlowSerializer(many=True)
    aims = AimsSerializer()
    scenarios = ScenarioSerializer(many=True)
    problems = serializers.ListField(child=serializers.CharField())


class AtmosphereDoor(APIView):
    """What the company has put into the air, and where it is heading."""

    permission_classes = [KeyScope, SeesWholeCompany]
    required_scopes = {"GET": "accounts:read"}
    required_permission = Permission.READ_BOOKS

    @extend_schema(operation_id="atmosphere_retrieve", responses=AtmosphereSerializer)
    def get(self, request: Request) -> Any:
        """Lifetime balance, yearly flow, the aims, and the years to come under each scenario."""
        asked(request, NoQuerySerializer)
        file = settings.SCENARIOS_FILE
        found = outlook(
            aims=aims_in_force(
                Aims(settings.CARBON_NEGATIVE_FROM or None, settings.LIFETIME_ZERO_BY or None)
            ),
            scenarios=read_scenarios(Path(file)) if file else USUAL,
        )
        return with_etag(request, outlook_content(found))
