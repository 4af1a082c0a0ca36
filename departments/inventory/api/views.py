"""Doors. Activity records and the steps they take, their results, and the published factors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from departments.inventory import factor_search, records, submission
from departments.inventory.api.serializers import (
    ActivitiesQuerySerializer,
    ActivityDetailSerializer,
    ActivitySerializer,
    ApproveSerializer,
    EmissionSerializer,
    EmissionsQuerySerializer,
    FactorSerializer,
    FactorsQuerySerializer,
    NewActivitySerializer,
    NothingSerializer,
    ReturnSerializer,
)
from departments.inventory.errors import EntryRefused
from departments.organisation.access import departments_visible_to
from departments.organisation.api.idempotency import IdempotentPosts
from departments.organisation.api.pages import Page, page_of
from departments.organisation.api.permissions import KeyScope, key_of, visible_ids_of
from departments.organisation.api.strict import BoundedJSONParser, StrictSerializer


class InventoryView(IdempotentPosts):
    """What these doors share: who may come, and bodies that don't nest without end."""

    permission_classes = [KeyScope]
    parser_classes = [BoundedJSONParser]


class ActivityList(InventoryView):
    """Activity records of the departments that you may see, oldest first."""

    required_scopes = {"GET": "activities:read", "POST": "activities:write"}

    @extend_schema(
        operation_id="activities_list",
        parameters=[ActivitiesQuerySerializer],
        responses=page_of(ActivitySerializer),
    )
    def get(self, request: Request) -> Response:
        """List records."""
        page, asked = Page.of(request), _asked(request, ActivitiesQuerySerializer)
        rows = records.records_after(
            department_ids=visible_ids_of(request),
            after_id=page.after_id,
            limit=page.limit + 1,
            state=asked.get("state"),
            external_id=asked.get("external_id", ""),
        )
        return Response(
            page.answer(
                rows, id_of=lambda row: row.record_id, present=_presented(ActivitySerializer)
            )
        )

    @extend_schema(request=NewActivitySerializer, responses={201: ActivityDetailSerializer})
    def post(self, request: Request) -> Response:
        """Enter a record as a draft; nothing is calculated before it is submitted."""
        facts = _sent(request, NewActivitySerializer)
        code = facts.pop("department")
        visible = departments_visible_to(request.user, key=key_of(request))
        department = visible.filter(code=code).first()
        if department is None:
            reason = _("There is no such department, or you may not see it.")
            raise serializers.ValidationError({"department": [reason]})
        facts |= {"department_id": department.pk, "by": request.user, "at": timezone.now()}
        try:
            record = submission.create_record(**facts)
        except EntryRefused as refusal:
            why = f"{refusal.reason} {refusal.hint}"
            raise serializers.ValidationError({refusal.field: [why]}) from refusal
        return _detail(request, record.pk, status_code=status.HTTP_201_CREATED)


class ActivityDetail(InventoryView):
    """One activity record."""

    required_scopes = {"GET": "activities:read"}

    @extend_schema(operation_id="activities_retrieve", responses=ActivityDetailSerializer)
    def get(self, request: Request, record_id: int) -> Response:
        """A record with its inputs, its result and the arithmetic."""
        return _detail(request, record_id)


class ActivitySubmit(InventoryView):
    """Hand a record in."""

    required_scopes = {"POST": "activities:write"}

    @extend_schema(request=NothingSerializer, responses=ActivityDetailSerializer)
    def post(self, request: Request, record_id: int) -> Response:
        """Calculate a draft or a returned record and hand it to an approver. Safe to repeat."""
        _sent(request, NothingSerializer)
        return _stepped(request, record_id, submission.submit_records)


class ActivityApprove(InventoryView):
    """Approve a record."""

    required_scopes = {"POST": "activities:write"}

    @extend_schema(request=ApproveSerializer, responses=ActivityDetailSerializer)
    def post(self, request: Request, record_id: int) -> Response:
        """Approve a submitted record, as another person than who entered it. Safe to repeat."""
        sent = _sent(request, ApproveSerializer)
        seen = {record_id: sent["seen"]} if "seen" in sent else {}
        return _stepped(request, record_id, submission.approve_records, seen=seen)


class ActivityReturn(InventoryView):
    """Send a record back."""

    required_scopes = {"POST": "activities:write"}

    @extend_schema(request=ReturnSerializer, responses=ActivityDetailSerializer)
    def post(self, request: Request, record_id: int) -> Response:
        """Send a submitted record back to its department, with a reason. Safe to repeat."""
        sent = _sent(request, ReturnSerializer)
        return _stepped(request, record_id, submission.return_records, **sent)


class EmissionList(InventoryView):
    """Approved results with their arithmetic, oldest first; superseded ones stay among them."""

    required_scopes = {"GET": "activities:read"}

    @extend_schema(
        operation_id="emission_records_list",
        parameters=[EmissionsQuerySerializer],
        responses=page_of(EmissionSerializer),
    )
    def get(self, request: Request) -> Response:
        """List results."""
        page, asked = Page.of(request), _asked(request, EmissionsQuerySerializer)
        rows = records.emissions_after(
            department_ids=visible_ids_of(request),
            after_id=page.after_id,
            limit=page.limit + 1,
            record_id=asked.get("activity_record"),
        )
        return Response(
            page.answer(
                rows,
                id_of=lambda row: row.emission_record_id,
                present=_presented(EmissionSerializer),
            )
        )


class FactorList(InventoryView):
    """Emission factors as they were published, with their source."""

    required_scopes = {"GET": "factors:read"}

    @extend_schema(
        operation_id="factors_list",
        parameters=[FactorsQuerySerializer],
        responses=page_of(FactorSerializer),
    )
    def get(self, request: Request) -> Response:
        """List factors of an activity, or of the activities below a path."""
        page, asked = Page.of(request), _asked(request, FactorsQuerySerializer)
        rows = factor_search.published_factors(
            activity=asked["activity"],
            place=asked.get("place", ""),
            year=asked.get("year"),
            after_id=page.after_id,
            limit=page.limit + 1,
        )
        return Response(
            page.answer(rows, id_of=lambda row: row.factor_id, present=_presented(FactorSerializer))
        )


def _asked(request: Request, serializer: type[StrictSerializer]) -> dict[str, Any]:
    """The query, checked.

    Raises: ValidationError, also for an unknown parameter.
    """
    query = serializer(data=request.query_params)
    query.is_valid(raise_exception=True)
    return dict(query.validated_data)


def _sent(request: Request, serializer: type[StrictSerializer]) -> dict[str, Any]:
    """The body, checked.

    Raises: ValidationError, also for an unknown field.
    """
    body = serializer(data=request.data)
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)


def _presented(serializer: type[serializers.Serializer[Any]]) -> Callable[[Any], Any]:
    return lambda row: serializer(row).data


def _stepped(request: Request, record_id: int, step: Callable[..., Any], **facts: Any) -> Response:
    """Take a step with one record, if the request may see it, and show what became of it.

    Raises: RecordNotFound, and what the step refuses.
    """
    visible = visible_ids_of(request)
    records.record_detail(record_id=record_id, department_ids=visible)
    step(record_ids=[record_id], by=request.user, at=timezone.now(), **facts)
    return _detail(request, record_id)


def _detail(request: Request, record_id: int, *, status_code: int = status.HTTP_200_OK) -> Response:
    found = records.record_detail(record_id=record_id, department_ids=visible_ids_of(request))
    return Response(ActivityDetailSerializer(found).data, status=status_code)
