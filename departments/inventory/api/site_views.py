"""Doors. Sites and their indicators as time series, to read."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from departments.inventory import site_series
from departments.inventory.models.sites import SiteKind
from departments.inventory.site_catalogue import INDICATORS, LATEST, SUM
from departments.organisation.api.answers import NoQuerySerializer, asked
from departments.organisation.api.permissions import KeyScope, visible_ids_of
from departments.organisation.api.strict import StrictSerializer


class IndicatorsQuerySerializer(StrictSerializer):
    indicator = serializers.ChoiceField(choices=sorted(INDICATORS), required=False)
    by = serializers.ChoiceField(
        choices=[site_series.MONTH, site_series.YEAR], default=site_series.YEAR
    )


class SiteSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="site_id")
    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=SiteKind.choices)
    place = serializers.CharField()
    legal_entity = serializers.CharField()
    department = serializers.CharField()
    opened_on = serializers.DateField()
    closed_on = serializers.DateField(allow_null=True)
    floor_area_m2 = serializers.DecimalField(max_digits=None, decimal_places=None, allow_null=True)


class IndicatorPointSerializer(serializers.Serializer[Any]):
    indicator = serializers.CharField()
    period = serializers.CharField(help_text="2024 or 2024-03: that of the readings' last day.")
    value = serializers.DecimalField(max_digits=None, decimal_places=None)
    unit = serializers.CharField()
    combines_by = serializers.ChoiceField(
        choices=[SUM, LATEST], help_text="sum of a period's readings, or the one that ends last."
    )
    methods = serializers.ListField(child=serializers.CharField())
    sources = serializers.ListField(child=serializers.CharField())
    readings = serializers.ListField(child=serializers.IntegerField())
    definition = serializers.CharField()


class IndicatorShareSerializer(serializers.Serializer[Any]):
    share_name = serializers.CharField()
    period = serializers.CharField()
    part = serializers.DecimalField(max_digits=None, decimal_places=None)
    whole = serializers.DecimalField(max_digits=None, decimal_places=None)
    unit = serializers.CharField()
    percent = serializers.CharField(help_text="part ÷ whole, for people; a dash without a whole.")


class SitesAnswerSerializer(serializers.Serializer[Any]):
    data = SiteSerializer(many=True)  # type: ignore[assignment]  # the envelope's word


class SiteIndicatorsSerializer(serializers.Serializer[Any]):
    site = serializers.CharField()
    points = IndicatorPointSerializer(many=True)
    shares = IndicatorShareSerializer(many=True)


class SiteList(APIView):
    """The sites that your departments answer for, by code."""

    permission_classes = [KeyScope]
    required_scopes = {"GET": "activities:read"}

    @extend_schema(operation_id="sites_list", responses=SitesAnswerSerializer)
    def get(self, request: Request) -> Response:
        """List sites."""
        asked(request, NoQuerySerializer)
        found = site_series.list_sites(department_ids=visible_ids_of(request))
        return Response({"data": [SiteSerializer(site).data for site in found]})


class SiteIndicators(APIView):
    """A site's approved readings as time series, with the shares that follow from them."""

    permission_classes = [KeyScope]
    required_scopes = {"GET": "activities:read"}

    @extend_schema(
        operation_id="site_indicators",
        parameters=[IndicatorsQuerySerializer],
        responses=SiteIndicatorsSerializer,
    )
    def get(self, request: Request, code: str) -> Response:
        """Show the series of one site."""
        query = asked(request, IndicatorsQuerySerializer)
        points = site_series.series_of(
            site=code,
            department_ids=visible_ids_of(request),
            indicators=[query["indicator"]] if "indicator" in query else [],
            by=query["by"],
        )
        answer = {"site": code, "points": points, "shares": site_series.shares_of(points)}
        return Response(SiteIndicatorsSerializer(answer).data)
