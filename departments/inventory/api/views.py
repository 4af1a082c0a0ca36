"""Doors. Activity records and the steps they take, their results, and the published factors."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import StreamingHttpResponse
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
    ApproveSerializer,
    EmissionsQuerySerializer,
    FactorSerializer,
    FactorsQuerySerializer,
    ListedActivitySerializer,
    ListedEmissionSerializer,
    NewActivitySerializer,
    ReturnSerializer,
)
from departments.inventory.errors import EntryRefused
from departments.inventory.record_filters import RecordFilter
from departments.organisation.access import departments_visible_to
from departments.organisation.api.answers import (
    NoQuerySerializer,
    NothingSerializer,
    Unacceptable,
    asked,
    sent,
    with_etag,
)
from departments.organisation.api.idempotency import IdempotentPosts
from departments.organisation.api.pages import Page, page_of
from departments.organisation.api.permissions import KeyScope, key_of, visible_ids_of
from departments.organisation.api.streams import (
    STREAMS,
    every,
    streamed,
    streams_of,
    wants_stream,
)
from departments.organisation.api.strict import BoundedJSONParser


class InventoryView(IdempotentPosts):
    """What these doors share: who may come, and bodies that don't nest without end."""

    permission_classes = [KeyScope]
    parser_classes = [BoundedJSONParser]


def refuse_size(file: Any, most_bytes: int) -> None:
    """Refuse a file that holds nothing, or more than so many bytes.

    Raises: Unacceptable.
    """
    if not file.size:
        raise Unacceptable({"file": [_("The file is empty.")]})
    if file.size > most_bytes:
        most = most_bytes // 1024**2
        raise Unacceptable(
            {"file": [_("The file is larger than %(most)d MB. Split it.") % {"most": most}]}
        )


class ActivityList(InventoryView):
    """Activity records of the departments that you may see, oldest first."""

    renderer_classes = STREAMS
    required_scopes = {"GET": "activities:read", "POST": "activities:write"}

    @extend_schema(
        operation_id="activities_list",
        parameters=[ActivitiesQuerySerializer],
        responses={
            (200, "application/json"): page_of(ListedActivitySerializer),
            **streams_of("record"),
        },
    )
    def get(self, request: Request) -> Response | StreamingHttpResponse:
        """List records."""
        page, query = Page.of(request), asked(request, ActivitiesQuerySerializer)
        read = partial(
            records.records_after,
            department_ids=visible_ids_of(request),
            wanted=_filter(query, "state", "updated_since"),
        )
        if wants_stream(request, query):
            rows = every(read, lambda row: row.record_id)
            return streamed(request, rows, serializer=ListedActivitySerializer, name="activities")
        found = read(after_id=page.after_id, limit=page.limit + 1)
        return Response(
            page.answer(
                found,
                id_of=lambda row: row.record_id,
                present=_presented(ListedActivitySerializer, _emissions_of(query, found)),
            )
        )

    @extend_schema(
        operation_id="activities_create",
        request=NewActivitySerializer,
        responses={201: ActivityDetailSerializer},
    )
    def post(self, request: Request) -> Response:
        """Enter a record as a draft; nothing is calculated before it is submitted."""
        facts = sent(request, NewActivitySerializer)
        code = facts.pop("department")
        visible = departments_visible_to(request.user, key=key_of(request))
        department = visible.filter(code=code).first()
        if department is None:
            reason = _("There is no such department, or you may not see it.")
            raise Unacceptable({"department": [reason]})
        facts |= {"department_id": department.pk, "by": request.user, "at": timezone.now()}
        try:
            record = submission.create_record(**facts)
        except EntryRefused as refusal:
            why = f"{refusal.reason} {refusal.hint}"
            raise Unacceptable({refusal.field: [why]}) from refusal
        return _detail(request, record.pk, status_code=status.HTTP_201_CREATED)


class ActivityDetail(InventoryView):
    """One activity record."""

    required_scopes = {"GET": "activities:read"}

    @extend_schema(operation_id="activities_retrieve", responses=ActivityDetailSerializer)
    def get(self, request: Request, record_id: int) -> Any:
        """A record with its inputs, its result and the arithmetic."""
        asked(request, NoQuerySerializer)
        return with_etag(request, _shown(request, record_id))


class ActivitySubmit(InventoryView):
    """Hand a record in."""

    required_scopes = {"POST": "activities:write"}

    @extend_schema(
        operation_id="activities_submit",
        request=NothingSerializer,
        responses=ActivityDetailSerializer,
    )
    def post(self, request: Request, record_id: int) -> Response:
        """Calculate a draft or a returned record and hand it to an approver. Safe to repeat."""
        sent(request, NothingSerializer)
        return _stepped(request, record_id, submission.submit_records)


class ActivityApprove(InventoryView):
    """Approve a record."""

    required_scopes = {"POST": "activities:write"}

    @extend_schema(
        operation_id="activities_approve",
        request=ApproveSerializer,
        responses=ActivityDetailSerializer,
    )
    def post(self, request: Request, record_id: int) -> Response:
        """Approve a submitted record, as another person than who entered it. Safe to repeat."""
        facts = sent(request, ApproveSerializer)
        seen = {record_id: facts["seen"]} if "seen" in facts else {}
        return _stepped(request, record_id, submission.approve_records, seen=seen)


class ActivityReturn(InventoryView):
    """Send a record back."""

    required_scopes = {"POST": "activities:write"}

    @extend_schema(
        operation_id="activities_return",
        request=ReturnSerializer,
        responses=ActivityDetailSerializer,
    )
    def post(self, request: Request, record_id: int) -> Response:
        """Send a submitted record back to its department, with a reason. Safe to repeat."""
        facts = sent(request, ReturnSerializer)
        return _stepped(request, record_id, submission.return_records, **facts)


class EmissionList(InventoryView):
    """Approved results with their arithmetic, oldest first; superseded ones stay among them."""

    renderer_classes = STREAMS
    required_scopes = {"GET": "activities:read"}

    @extend_schema(
        operation_id="emission_records_list",
        parameters=[EmissionsQuerySerializer],
        responses={
            (200, "application/json"): page_of(ListedEmissionSerializer),
            **streams_of("result"),
        },
    )
    def get(self, request: Request) -> Response | StreamingHttpResponse:
        """List results."""
        page, query = Page.of(request), asked(request, EmissionsQuerySerializer)
        read = partial(
            records.emissions_after,
            department_ids=visible_ids_of(request),
            record_id=query.get("activity_record"),
            approved_after=query.get("approved_after", 0),
            scope=query.get("scope"),
            wanted=_filter(query),
        )
        if wants_stream(request, query):
            rows = every(read, lambda row: row.emission_record_id)
            return streamed(
                request, rows, serializer=ListedEmissionSerializer, name="emission-records"
            )
        found = read(after_id=page.after_id, limit=page.limit + 1)
        return Response(
            page.answer(
                found,
                id_of=lambda row: row.emission_record_id,
                present=_presented(ListedEmissionSerializer, _records_of(query, found)),
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
        page, query = Page.of(request), asked(request, FactorsQuerySerializer)
        rows = factor_search.published_factors(
            activity=query["activity"],
            place=query.get("place", ""),
            year=query.get("year"),
            after_id=page.after_id,
            limit=page.limit + 1,
        )
        return Response(
            page.answer(rows, id_of=lambda row: row.factor_id, present=_presented(FactorSerializer))
        )


def _filter(query: dict[str, Any], *more: str) -> RecordFilter:
    names = ("external_id", "department", "activity", "from_on", "until_on", *more)
    return RecordFilter(**{name: query[name] for name in names if name in query})


def _emissions_of(query: dict[str, Any], rows: list[records.RecordSummary]) -> dict[str, Any]:
    """The results that the records of a page show, if they are asked for."""
    if "emission" not in query.get("expand[]", ()):
        return {}
    ids = [row.result_id for row in rows if row.result_id is not None]
    found = records.emission_details(emission_record_ids=ids)
    return {"emissions": {one.emission_record_id: one for one in found}}


def _records_of(query: dict[str, Any], rows: list[records.EmissionDetail]) -> dict[str, Any]:
    """The records that the results of a page are of, if they are asked for."""
    if "activity_record" not in query.get("expand[]", ()):
        return {}
    found = records.record_summaries(record_ids=[row.record_id for row in rows])
    return {"records": {one.record_id: one for one in found}}


def _presented(
    serializer: type[serializers.Serializer[Any]], context: dict[str, Any] | None = None
) -> Callable[[Any], Any]:
    return lambda row: serializer(row, context=context or {}).data


def _stepped(request: Request, record_id: int, step: Callable[..., Any], **facts: Any) -> Response:
    """Take a step with one record, if the request may see it, and show what became of it.

    Raises: RecordNotFound, and what the step refuses.
    """
    visible = visible_ids_of(request)
    records.record_detail(record_id=record_id, department_ids=visible)
    step(record_ids=[record_id], by=request.user, at=timezone.now(), **facts)
    return _detail(request, record_id)


def _detail(request: Request, record_id: int, *, status_code: int = status.HTTP_200_OK) -> Response:
    return Response(_shown(request, record_id), status=status_code)


def _shown(request: Request, record_id: int) -> Any:
    found = records.record_detail(record_id=record_id, department_ids=visible_ids_of(request))
    return ActivityDetailSerializer(found).data
