"""Doors. What something would cost before it happens."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from departments.organisation.access import departments_visible_to
from departments.organisation.api.answers import Unacceptable, sent
from departments.organisation.api.idempotency import IdempotentPosts
from departments.organisation.api.permissions import KeyScope, key_of
from departments.organisation.api.strict import BoundedJSONParser
from departments.organisation.models import Department
from pricing.api.quote_serializers import (
    OF_ACTIVITY,
    QuoteAnswerSerializer,
    QuoteRequestSerializer,
    problems_between,
)
from pricing.quotes import Emission, quote_activity, quotes_of

FLIGHT = {
    "department": "TRAVEL",
    "activity": "business-travel-air/flights/long-haul/economy-class/with-rf",
    "quantity": "8850",
    "unit": "passenger.km",
    "place": "GB",
    "on": "2025-03-03",
}
GPU_JOB = {
    "department": "CLOUD",
    "activity": "compute/training",
    "place": "aws/us-east-1",
    "inputs": {"accelerator_hours": "5000", "hardware": "H100 SXM", "pue": "1.15"},
}


class QuoteDoor(IdempotentPosts):
    """What a flight, a GPU job, a server or a kWh would cost in carbon fee. Nothing is stored."""

    permission_classes = [KeyScope]
    parser_classes = [BoundedJSONParser]
    required_scopes = {"POST": "prices:read"}

    @extend_schema(
        operation_id="quotes_create",
        request=QuoteRequestSerializer,
        responses=QuoteAnswerSerializer,
        examples=[
            OpenApiExample("A flight", request_only=True, value=FLIGHT),
            OpenApiExample("A GPU job", request_only=True, value=GPU_JOB),
        ],
    )
    def post(self, request: Request) -> Response:
        """Work out an activity like a record, and price it like its statement line."""
        facts = sent(request, QuoteRequestSerializer)
        if problems := problems_between(facts):
            raise Unacceptable(problems)
        department = _department(request, facts["department"])
        on = facts.get("on") or timezone.localdate()
        answer = _of_activity if "activity" in facts else _of_tonnes
        found = {"department": department.code, **answer(department, on, facts)}
        return Response(QuoteAnswerSerializer(found).data)


def _department(request: Request, code: str) -> Department:
    visible = departments_visible_to(request.user, key=key_of(request))
    found = visible.filter(code=code).first()
    if found is None:
        reason = "There is no such department, or you may not see it."
        raise Unacceptable({"department": [reason]})
    return found


def _of_activity(department: Department, on: date, asked: dict[str, Any]) -> dict[str, Any]:
    inputs = asked.get("inputs", {})
    repeated = sorted(set(inputs) & set(OF_ACTIVITY))
    if repeated:
        reason = "Say it beside `inputs`, not among them."
        raise Unacceptable({"inputs": {name: [reason] for name in repeated}})
    facts = {name: _text(asked[name]) for name in OF_ACTIVITY if name in asked and name != "inputs"}
    found = quote_activity(
        department=department, facts=inputs | facts, on=on, scheme_code=asked.get("scheme")
    )
    return {"on": found.trial.ended_on, "emission": found.trial, "quotes": found.quotes}


def _of_tonnes(department: Department, on: date, asked: dict[str, Any]) -> dict[str, Any]:
    emission = Emission(
        location_kgco2e=asked["kgco2e"],
        market_kgco2e=asked["kgco2e"],
        scope=asked["scope"],
        category=asked.get("category"),
        country=asked.get("country", "").upper(),
    )
    quotes = quotes_of(
        department_id=department.pk, on=on, emission=emission, scheme_code=asked.get("scheme")
    )
    return {"on": on, "emission": None, "quotes": quotes}


def _text(value: Any) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
