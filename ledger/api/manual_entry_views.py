"""Doors. Entries by hand: propose one or a reversal, decide it, read what became of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
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
from ledger import manual_entries
from ledger.api.manual_entry_serializers import (
    ManualEntriesQuerySerializer,
    ManualEntryReasonSerializer,
    ManualEntrySerializer,
    NewManualEntrySerializer,
    ReversalSerializer,
)
from ledger.api.permissions import SeesWholeCompany
from ledger.api.queries import NoQuerySerializer, NothingSerializer
from ledger.errors.proposals import ManualEntryNotFound
from ledger.manual_lines import WrittenLine
from ledger.models.manual_entries import ManualEntry

EXAMPLE = {
    "entry_date": "2023-05-31",
    "description": "Fee of a site that was sold",
    "reason": "The buyer takes it over, see the contract",
    "evidence": "https://files.example/contract.pdf",
    "lines": [
        {"account": "Equity:Carbon-Fund:CARBON-FEE", "commodity": "USD", "debit": "1250.00"},
        {"account": "Expenses:Carbon-Fee:CARBON-FEE:CLOUD", "commodity": "USD", "credit": "1250"},
    ],
}


class ManualEntryView(IdempotentPosts):
    """What these doors share: who may come in. Each step asks for its own role itself."""

    permission_classes = [KeyScope, SeesWholeCompany]
    parser_classes = [BoundedJSONParser]
    required_scopes = {"GET": "manual:read", "POST": "manual:write"}
    required_permission = Permission.READ_BOOKS


class ManualEntryList(ManualEntryView, ListAPIView[ManualEntry]):
    """Entries by hand: proposed, approved, rejected and withdrawn."""

    serializer_class = ManualEntrySerializer
    pagination_class = KeysetPagination
    filter_backends = []
    queryset = ManualEntry.objects.all()

    def get_queryset(self) -> QuerySet[ManualEntry]:
        query = asked(self.request, ManualEntriesQuerySerializer)
        entries = _with_everything().filter(is_updated(query, "proposed_at", "decided_at"))
        return entries.filter(state=query["state"]) if "state" in query else entries

    @extend_schema(operation_id="manual_entries_list", parameters=[ManualEntriesQuerySerializer])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Entries by hand, oldest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="manual_entries_create",
        request=NewManualEntrySerializer,
        responses={201: ManualEntrySerializer},
        examples=[OpenApiExample("A fee is taken back", request_only=True, value=EXAMPLE)],
    )
    def post(self, request: Request) -> Response:
        """Propose an entry. Nothing is posted before another person approves it."""
        facts = sent(request, NewManualEntrySerializer)
        lines = [WrittenLine(**line) for line in facts.pop("lines")]
        entry = manual_entries.propose(**facts, lines=lines, by=_person(request), at=timezone.now())
        return _created(entry)


class ManualEntryDetail(ManualEntryView):
    """One entry by hand."""

    @extend_schema(operation_id="manual_entries_retrieve", responses=ManualEntrySerializer)
    def get(self, request: Request, manual_entry_id: int) -> Any:
        """What it says, who decided it, and the journal entry that it became."""
        asked(request, NoQuerySerializer)
        return with_etag(request, _shown(manual_entry_id))


class ManualEntryApprove(ManualEntryView):
    """Approve an entry by hand."""

    takes_recent_proof = True
    required_scopes = {"POST": "manual:approve"}

    @extend_schema(
        operation_id="manual_entries_approve",
        request=NothingSerializer,
        responses=ManualEntrySerializer,
    )
    def post(self, request: Request, manual_entry_id: int) -> Response:
        """Approve it, as another person than who proposed it, and post it. Safe to repeat."""
        sent(request, NothingSerializer)
        return _decided(request, manual_entry_id, manual_entries.approve)


class ManualEntryReject(ManualEntryView):
    """Reject an entry by hand."""

    required_scopes = {"POST": "manual:approve"}

    @extend_schema(
        operation_id="manual_entries_reject",
        request=ManualEntryReasonSerializer,
        responses=ManualEntrySerializer,
    )
    def post(self, request: Request, manual_entry_id: int) -> Response:
        """Refuse it with a reason, as another person than who proposed it. Safe to repeat."""
        facts = sent(request, ManualEntryReasonSerializer)
        return _decided(request, manual_entry_id, manual_entries.reject, **facts)


class ManualEntryWithdraw(ManualEntryView):
    """Withdraw an entry by hand."""

    @extend_schema(
        operation_id="manual_entries_withdraw",
        request=NothingSerializer,
        responses=ManualEntrySerializer,
    )
    def post(self, request: Request, manual_entry_id: int) -> Response:
        """Take one's own proposal back before it is decided. Safe to repeat."""
        sent(request, NothingSerializer)
        return _decided(request, manual_entry_id, manual_entries.withdraw)


class ManualEntryReverse(ManualEntryView):
    """Reverse an entry by hand."""

    @extend_schema(
        operation_id="manual_entries_reverse",
        request=ReversalSerializer,
        responses={201: ManualEntrySerializer},
        examples=[
            OpenApiExample(
                "The sale fell through",
                request_only=True,
                value={"entry_date": "2023-06-30", "reason": "The sale fell through"},
            )
        ],
    )
    def post(self, request: Request, manual_entry_id: int) -> Response:
        """Propose to take an approved entry back: a manual entry that another person approves."""
        facts = sent(request, ReversalSerializer)
        reversal = manual_entries.propose_reversal(
            manual_entry_id=manual_entry_id, by=_person(request), at=timezone.now(), **facts
        )
        return _created(reversal)


def _person(request: Request) -> Any:
    return request.user


def _with_everything() -> QuerySet[ManualEntry]:
    """With what an answer shows, in as many queries for a page as for one."""
    return ManualEntry.objects.select_related("proposed_by", "decided_by").prefetch_related(
        "reversals", "lines__account", "lines__commodity"
    )


def _shown(manual_entry_id: int) -> Any:
    entry = _with_everything().filter(pk=manual_entry_id).first()
    if entry is None:
        raise ManualEntryNotFound(manual_entry_id)
    return ManualEntrySerializer(entry).data


def _created(entry: ManualEntry) -> Response:
    shown = _shown(entry.pk)
    return Response(shown, status=status.HTTP_201_CREATED, headers={"Location": shown["url"]})


def _decided(
    request: Request, manual_entry_id: int, decide: Callable[..., ManualEntry], **facts: Any
) -> Response:
    """Take a step and show what became of it."""
    decide(manual_entry_id=manual_entry_id, by=_person(request), at=timezone.now(), **facts)
    return Response(_shown(manual_entry_id))
