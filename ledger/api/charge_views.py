"""Doors. Charges in the columns of FOCUS 1.0: pages as JSON, all of them as a stream."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from departments.organisation.api.answers import asked
from departments.organisation.api.pages import Page, page_of
from departments.organisation.api.permissions import KeyScope, visible_ids_of
from departments.organisation.api.streams import STREAMS, streamed, streams_of, wants_stream
from ledger.api.queries import PageQuerySerializer
from ledger.charges import PROVIDER, SERVICE_CATEGORY, Charge, charges


class ChargesQuerySerializer(PageQuerySerializer):
    scheme = serializers.CharField(required=False, max_length=40, help_text="Code of a scheme.")
    period = serializers.CharField(
        required=False, max_length=20, help_text="Code of the period that was billed."
    )


class ChargeSerializer(serializers.Serializer[Any]):
    """A charge in the columns of FOCUS 1.0; columns of our own begin with `x_`."""

    BillingAccountId = serializers.CharField(help_text="The scheme's code.")
    BillingAccountName = serializers.CharField()
    SubAccountId = serializers.CharField(help_text="The department's code.")
    SubAccountName = serializers.CharField()
    BillingPeriodStart = serializers.CharField()
    BillingPeriodEnd = serializers.CharField(help_text="The first moment after it.")
    ChargePeriodStart = serializers.CharField()
    ChargePeriodEnd = serializers.CharField()
    ChargeCategory = serializers.ChoiceField(choices=["Usage", "Credit", "Adjustment"])
    ChargeClass = serializers.CharField(
        allow_null=True, help_text="`Correction` of a period that was billed before."
    )
    ChargeDescription = serializers.CharField()
    ChargeFrequency = serializers.CharField()
    BilledCost = serializers.CharField(help_text="Earnings are negative.")
    EffectiveCost = serializers.CharField()
    ListCost = serializers.CharField()
    ContractedCost = serializers.CharField()
    BillingCurrency = serializers.CharField()
    ListUnitPrice = serializers.CharField(allow_null=True)
    ContractedUnitPrice = serializers.CharField(allow_null=True)
    PricingCategory = serializers.CharField(allow_null=True)
    PricingQuantity = serializers.CharField(allow_null=True)
    PricingUnit = serializers.CharField(allow_null=True)
    ConsumedQuantity = serializers.CharField(allow_null=True, help_text="Of usage alone.")
    ConsumedUnit = serializers.CharField(allow_null=True)
    SkuId = serializers.CharField()
    ServiceName = serializers.CharField()
    ServiceCategory = serializers.CharField()
    ProviderName = serializers.CharField()
    PublisherName = serializers.CharField()
    InvoiceIssuerName = serializers.CharField()
    Tags = serializers.DictField(child=serializers.CharField())
    x_LineId = serializers.IntegerField()
    x_SettlementId = serializers.IntegerField()
    x_LegalEntity = serializers.CharField(allow_blank=True)
    x_KgCO2e = serializers.CharField(help_text="On the scheme's own basis: what was priced.")
    x_KgCO2eLocation = serializers.CharField()
    x_KgCO2eMarket = serializers.CharField()


class ChargeList(APIView):
    """Charges for tools that read cloud bills."""

    permission_classes = [KeyScope]
    required_scopes = {"GET": "statements:read"}
    renderer_classes = STREAMS

    @extend_schema(
        operation_id="charges_list",
        parameters=[ChargesQuerySerializer],
        responses={
            (200, "application/json"): page_of(ChargeSerializer),
            **streams_of("charge"),
        },
    )
    def get(self, request: Request) -> Response | StreamingHttpResponse:
        """Posted charges and earnings of the departments that you may see, in FOCUS 1.0."""
        query = asked(request, ChargesQuerySerializer)
        page = Page.of(request)
        facts: dict[str, Any] = {name: query.get(name) for name in ("scheme", "period")}
        facts["department_ids"] = visible_ids_of(request)
        if wants_stream(request, query):
            return streamed(
                request,
                charges(**facts),
                serializer=ChargeSerializer,
                name="charges",
                present=columns_of,
            )
        rows = charges(**facts, after_line_id=page.after_id, limit=page.limit + 1)
        return Response(page.answer(rows, id_of=lambda row: row.line_id, present=columns_of))


def columns_of(charge: Charge) -> dict[str, Any]:
    """A charge by its columns, in their order; numbers are strings with every digit."""
    cost = f"{charge.cost:f}"
    is_usage = charge.charge_category == "Usage"
    is_priced = charge.price_per_tonne is not None
    price = _text(charge.price_per_tonne)
    return {
        "BillingAccountId": charge.scheme,
        "BillingAccountName": charge.scheme_name,
        "SubAccountId": charge.department,
        "SubAccountName": charge.department_name,
        "BillingPeriodStart": _moment(charge.billing_start),
        "BillingPeriodEnd": _moment(charge.billing_end),
        "ChargePeriodStart": _moment(charge.charge_start),
        "ChargePeriodEnd": _moment(charge.charge_end),
        "ChargeCategory": charge.charge_category,
        "ChargeClass": "Correction" if charge.is_true_up else None,
        "ChargeDescription": charge.description,
        "ChargeFrequency": "Usage-Based",
        "BilledCost": cost,
        "EffectiveCost": cost,
        "ListCost": cost,
        "ContractedCost": cost,
        "BillingCurrency": charge.currency,
        "ListUnitPrice": price,
        "ContractedUnitPrice": price,
        "PricingCategory": "Standard" if is_priced else None,
        "PricingQuantity": _text(charge.settled_kgco2e.scaleb(-3)) if is_priced else None,
        "PricingUnit": "tCO2e" if is_priced else None,
        "ConsumedQuantity": _text(charge.settled_kgco2e) if is_usage else None,
        "ConsumedUnit": "kgCO2e" if is_usage else None,
        "SkuId": "/".join([charge.kind, *charge.tags.values()]),
        "ServiceName": charge.scheme_name,
        "ServiceCategory": SERVICE_CATEGORY,
        "ProviderName": PROVIDER,
        "PublisherName": PROVIDER,
        "InvoiceIssuerName": PROVIDER,
        "Tags": charge.tags,
        "x_LineId": charge.line_id,
        "x_SettlementId": charge.settlement_id,
        "x_LegalEntity": charge.legal_entity,
        "x_KgCO2e": _text(charge.settled_kgco2e),
        "x_KgCO2eLocation": _text(charge.location_kgco2e),
        "x_KgCO2eMarket": _text(charge.market_kgco2e),
    }


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:f}"


def _moment(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"
