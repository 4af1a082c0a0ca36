"""Doors. Settlements: start one, follow it, and take its steps; programs only read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from departments.organisation.access import Permission
from departments.organisation.api.answers import asked, sent, with_etag
from departments.organisation.api.idempotency import IdempotentPosts
from departments.organisation.api.pages import KeysetPagination, is_updated
from departments.organisation.api.permissions import KeyScope
from departments.organisation.api.strict import BoundedJSONParser
from ledger import settlement_run, tasks
from ledger.api.permissions import SeesWholeCompany
from ledger.api.queries import (
    ApprovalSerializer,
    NewSettlementSerializer,
    NoQuerySerializer,
    NothingSerializer,
    SettlementsQuerySerializer,
)
from ledger.api.serializers.settlements import SettlementSerializer, SettlementSummarySerializer
from ledger.models.settlements import Settlement, ShardState
from ledger.settlement_review import review

STEPS = ("prepared_at", "calculated_at", "approved_at", "posted_at", "cancelled_at")


class SettlementView(IdempotentPosts):
    """What these doors share: who may come in. Each step asks for its own role itself."""

    permission_classes = [KeyScope, SeesWholeCompany]
    parser_classes = [BoundedJSONParser]
    required_scopes = {"GET": "settlements:read"}
    required_permission = Permission.READ_BOOKS


class SettlementList(SettlementView, ListAPIView[Settlement]):
    """Settlements of every scheme and period."""

    serializer_class = SettlementSummarySerializer
    pagination_class = KeysetPagination
    filter_backends = []
    queryset = Settlement.objects.all()

    def get_queryset(self) -> QuerySet[Settlement]:
        query = asked(self.request, SettlementsQuerySerializer)
        lookups = {"scheme": "scheme__code", "period": "period__code", "state": "state"}
        wanted = {lookups[name]: query[name] for name in lookups if name in query}
        return (
            Settlement.objects.filter(is_updated(query, *STEPS), **wanted)
            .select_related("scheme", "period")
            .annotate(shards_done=Count("shards", Q(shards__state=ShardState.DONE)))
        )

    @extend_schema(
        operation_id="settlements_list",
        parameters=[SettlementsQuerySerializer],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Settlements, oldest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="settlements_create",
        request=NewSettlementSerializer,
        responses={202: OpenApiResponse(SettlementSerializer, "Begun; follow it at its `url`.")},
        examples=[
            OpenApiExample(
                "Settle a quarter",
                request_only=True,
                value={"scheme": "carbon-fee", "period": "2023Q1"},
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Fix the inputs and wake the workers. Sent again while under way, it is the same one."""
        facts = sent(request, NewSettlementSerializer)
        settlement = settlement_run.prepare(
            scheme_code=facts["scheme"], period_code=facts["period"], by=_person(request)
        )
        transaction.on_commit(lambda: tasks.ring(settlement.pk, shard_count=settlement.shard_count))
        answer = _detail(settlement.pk, status_code=status.HTTP_202_ACCEPTED)
        answer["Location"] = answer.data["url"]
        return answer


class SettlementDetail(SettlementView):
    """One settlement."""

    @extend_schema(
        operation_id="settlements_retrieve",
        responses=SettlementSerializer,
    )
    def get(self, request: Request, settlement_id: int) -> Any:
        """How far it is, and what it charges; ask again while it is calculating."""
        asked(request, NoQuerySerializer)
        return with_etag(request, _detail(settlement_id).data)


class SettlementApprove(SettlementView):
    """Approve a settlement."""

    takes_recent_proof = True

    @extend_schema(
        operation_id="settlements_approve",
        request=ApprovalSerializer,
        responses=SettlementSerializer,
    )
    def post(self, request: Request, settlement_id: int) -> Response:
        """Approve it, as another person than who prepared it. Safe to repeat."""
        return _stepped(
            request, settlement_id, settlement_run.approve, **sent(request, ApprovalSerializer)
        )


class SettlementPost(SettlementView):
    """Post a settlement."""

    takes_recent_proof = True

    @extend_schema(
        operation_id="settlements_post", request=NothingSerializer, responses=SettlementSerializer
    )
    def post(self, request: Request, settlement_id: int) -> Response:
        """Write all its entries into the journal, or none. Safe to repeat."""
        sent(request, NothingSerializer)
        return _stepped(request, settlement_id, settlement_run.post)


class SettlementCancel(SettlementView):
    """Cancel a settlement."""

    @extend_schema(
        operation_id="settlements_cancel", request=NothingSerializer, responses=SettlementSerializer
    )
    def post(self, request: Request, settlement_id: int) -> Response:
        """Take back what is not posted; its records can be settled again. Safe to repeat."""
        sent(request, NothingSerializer)
        return _stepped(request, settlement_id, settlement_run.cancel)


def _person(request: Request) -> Any:
    return request.user


def _stepped(
    request: Request, settlement_id: int, step: Callable[..., Settlement], **facts: Any
) -> Response:
    """Take a step and show what became of it.

    Raises: Http404, and what the step refuses.
    """
    if not Settlement.objects.filter(pk=settlement_id).exists():
        raise Http404
    step(settlement_id=settlement_id, by=_person(request), at=timezone.now(), **facts)
    return _detail(settlement_id)


def _detail(settlement_id: int, *, status_code: int = status.HTTP_200_OK) -> Response:
    try:
        found = review(settlement_id=settlement_id, at=timezone.now())
    except Settlement.DoesNotExist as missing:
        raise Http404 from missing
    return Response(SettlementSerializer(found).data, status=status_code)
