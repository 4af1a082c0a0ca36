"""Doors. What auditors read: the audit trail, who may do what, who approved whose work."""

from __future__ import annotations

from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from departments.organisation import access_review
from departments.organisation.access import Permission
from departments.organisation.api.answers import NoQuerySerializer, asked
from departments.organisation.api.pages import Page, PageQuerySerializer, page_of
from departments.organisation.api.permissions import KeyScope
from departments.organisation.api.streams import STREAMS, streamed, streams_of, wants_stream
from departments.organisation.api.strict import StrictSerializer
from departments.organisation.audit_trail import (
    TrailEvent,
    TrailFilter,
    every_event,
    trail,
    whole_through,
)
from departments.organisation.models import TrailAction
from ledger.api.permissions import SeesWholeCompany
from ledger.audit import duties


def all_of(item: type[serializers.BaseSerializer[Any]]) -> Any:
    """The OpenAPI shape of all rows at once."""
    name = item.__name__.removesuffix("Serializer")
    return inline_serializer(f"{name}List", {"data": item(many=True)})


class AuditEventsQuerySerializer(PageQuerySerializer):
    table = serializers.CharField(
        required=False, max_length=63, help_text="Name of a table, e.g. `pricing_carbonprice`."
    )
    object = serializers.CharField(
        required=False, max_length=200, help_text="Primary key of a row of that table."
    )
    actor = serializers.CharField(
        required=False,
        max_length=150,
        help_text="User name: what was done for that person, or names that person for it.",
    )
    action = serializers.ChoiceField(choices=TrailAction.choices, required=False)
    request_id = serializers.CharField(required=False, max_length=64)
    since = serializers.DateTimeField(required=False, help_text="At this moment or later.")
    until = serializers.DateTimeField(required=False, help_text="Before this moment.")


class AuditEventSerializer(serializers.Serializer[TrailEvent]):
    id = serializers.IntegerField(source="event_id")
    at = serializers.DateTimeField()
    action = serializers.ChoiceField(choices=TrailAction.choices)
    table = serializers.CharField()
    object = serializers.CharField(help_text="Primary key; empty where a whole table was emptied.")
    person = serializers.CharField(help_text="For whom the transaction worked; empty: not said.")
    key = serializers.CharField(help_text="Prefix of the API key that it came with.")
    named = serializers.CharField(help_text="The one person whom the row names for it.")
    request_id = serializers.CharField()
    program = serializers.CharField(help_text="Which program was connected, e.g. `gunicorn`.")
    database_role = serializers.CharField()
    reason = serializers.CharField()
    transaction = serializers.IntegerField(help_text="Events of one transaction belong together.")
    changed = serializers.ListField(
        child=serializers.CharField(), help_text="Columns; empty unless `action` is `changed`."
    )
    before = serializers.DictField(allow_null=True, help_text="Decimals are strings.")
    after = serializers.DictField(allow_null=True, help_text="Decimals are strings.")


class AuditView(APIView):
    """What these doors share: they only read, and only for those who see the whole company."""

    permission_classes = [KeyScope, SeesWholeCompany]
    required_scopes = {"GET": "audit:read"}
    required_permission = Permission.READ_TRAIL
    renderer_classes: Any = STREAMS


class AuditEventList(AuditView):
    """The audit trail, in the order it was written; for auditors and administrators."""

    @extend_schema(
        operation_id="audit_events_list",
        parameters=[AuditEventsQuerySerializer],
        responses={
            (200, "application/json"): page_of(AuditEventSerializer),
            **streams_of("event"),
        },
    )
    def get(self, request: Request) -> Response | StreamingHttpResponse:
        """A page of events; `Accept: text/csv` or `application/x-ndjson` sends all of them."""
        query = asked(request, AuditEventsQuerySerializer)
        page = Page.of(request)
        wanted = TrailFilter(
            **{name: value for name, value in query.items() if name not in ("cursor", "limit")}
        )
        if wants_stream(request, query):
            rows = every_event(wanted)
            return streamed(request, rows, serializer=AuditEventSerializer, name="audit-events")
        events = trail(
            wanted,
            after_id=page.after_id,
            through_id=whole_through(),
            limit=page.limit + 1,
        )
        return Response(
            page.answer(
                events,
                id_of=lambda event: event.event_id,
                present=lambda event: AuditEventSerializer(event).data,
            )
        )


class AccessSerializer(serializers.Serializer[Any]):
    """A role of a person; without one the person is there once."""

    person = serializers.CharField()
    name = serializers.CharField()
    email = serializers.CharField()
    is_active = serializers.BooleanField()
    is_superuser = serializers.BooleanField()
    role = serializers.CharField(help_text="Empty: none.")
    department = serializers.CharField(help_text="Empty: the whole company.")
    since = serializers.DateTimeField(allow_null=True, help_text="Null: before the trail began.")
    given_by = serializers.CharField(help_text="A person, else the program.")
    reason = serializers.CharField()
    last_sign_in = serializers.DateTimeField(allow_null=True)
    second_factors = serializers.ListField(child=serializers.CharField())
    has_password = serializers.BooleanField()


class KeyAccessSerializer(serializers.Serializer[Any]):
    """A key, also one that has ended."""

    key = serializers.CharField(help_text="Its first characters.")
    name = serializers.CharField()
    acts_for = serializers.CharField()
    is_active = serializers.BooleanField()
    scopes = serializers.ListField(child=serializers.CharField())
    departments = serializers.ListField(
        child=serializers.CharField(), help_text="None: the whole company."
    )
    made_at = serializers.DateTimeField()
    made_by = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)


class PairSerializer(serializers.Serializer[Any]):
    """How often a person decided what another prepared."""

    kind = serializers.CharField()
    table = serializers.CharField()
    prepared_as = serializers.CharField()
    preparer = serializers.CharField()
    decided_as = serializers.CharField()
    decider = serializers.CharField()
    count = serializers.IntegerField()
    first_at = serializers.DateTimeField(allow_null=True)
    last_at = serializers.DateTimeField(allow_null=True)
    is_same_person = serializers.BooleanField(help_text="Must never be true.")


class DecisionSerializer(serializers.Serializer[Any]):
    """A single decision, as the streams send them."""

    kind = serializers.CharField()
    table = serializers.CharField()
    object = serializers.CharField()
    prepared_as = serializers.CharField()
    preparer = serializers.CharField()
    decided_as = serializers.CharField()
    decider = serializers.CharField()
    at = serializers.CharField()


class AccessReview(AuditView):
    """Who may do what."""

    @extend_schema(
        operation_id="access_review_list",
        responses={(200, "application/json"): all_of(AccessSerializer), **streams_of("role")},
    )
    def get(self, request: Request) -> Response | StreamingHttpResponse:
        """Each person's roles: since when, by whom, last sign-in, second factors."""
        query = asked(request, NoQuerySerializer)
        rows = access_review.people()
        if wants_stream(request, query):
            return streamed(request, rows, serializer=AccessSerializer, name="access-review")
        return Response({"data": AccessSerializer(rows, many=True).data})


class KeyReview(AuditView):
    """Which program may do what."""

    @extend_schema(
        operation_id="key_review_list",
        responses={(200, "application/json"): all_of(KeyAccessSerializer), **streams_of("key")},
    )
    def get(self, request: Request) -> Response | StreamingHttpResponse:
        """Each key: whom it acts for, its scopes and departments, its last use."""
        query = asked(request, NoQuerySerializer)
        rows = access_review.keys(at=timezone.now())
        if wants_stream(request, query):
            return streamed(request, rows, serializer=KeyAccessSerializer, name="key-review")
        return Response({"data": KeyAccessSerializer(rows, many=True).data})


class DutiesQuerySerializer(StrictSerializer):
    since = serializers.DateTimeField(required=False, help_text="At this moment or later.")
    until = serializers.DateTimeField(required=False, help_text="Before this moment.")


class SeparationOfDuties(AuditView):
    """Who approved whose work."""

    @extend_schema(
        operation_id="separation_of_duties_list",
        parameters=[DutiesQuerySerializer],
        responses={
            (200, "application/json"): all_of(PairSerializer),
            **streams_of("single decision"),
        },
    )
    def get(self, request: Request) -> Response | StreamingHttpResponse:
        """Pairs of persons by kind of approval; a stream sends every decision."""
        window = asked(request, DutiesQuerySerializer)
        if wants_stream(request, window):
            each = duties.each_decision(**window)
            return streamed(request, each, serializer=DecisionSerializer, name="decisions")
        return Response({"data": PairSerializer(duties.pairs(**window), many=True).data})
