"""Doors. A sample of the journal, and where a journal line comes from."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from departments.organisation.access import Permission
from departments.organisation.api.answers import asked, with_etag
from departments.organisation.api.streams import CsvStream, streamed, wants_stream
from departments.organisation.api.strict import StrictSerializer
from ledger.api.audit_views import AuditView
from ledger.audit.content import pick_content, sample_content, trace_content
from ledger.audit.sample import LARGEST, METHODS, MONETARY_UNIT, SIDES, Wanted, draw
from ledger.audit.trace import trace


class SampleQuerySerializer(StrictSerializer):
    period = serializers.CharField(max_length=20, help_text="Code of a period.")
    size = serializers.IntegerField(min_value=1, max_value=LARGEST)
    seed = serializers.CharField(max_length=100, help_text="A word or a number.")
    method = serializers.ChoiceField(choices=METHODS, required=False, default=MONETARY_UNIT)
    commodity = serializers.CharField(
        required=False, max_length=10, help_text="Else the period's one currency."
    )
    side = serializers.ChoiceField(choices=SIDES, required=False, default="debit")
    account = serializers.CharField(
        required=False, default="", max_length=200, help_text="It and the accounts below it."
    )


class SampledLineSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    hits = serializers.IntegerField(help_text="How many of the chosen units lie in it.")
    line = serializers.IntegerField()
    entry = serializers.IntegerField()
    entry_date = serializers.DateField()
    period = serializers.CharField()
    account = serializers.CharField()
    commodity = serializers.CharField()
    debit = serializers.CharField()
    credit = serializers.CharField()
    department = serializers.CharField()
    description = serializers.CharField()
    source_type = serializers.CharField()
    source_id = serializers.CharField()
    trace = serializers.CharField(help_text="Where it is traced.")


class SampleSerializer(serializers.Serializer[Any]):
    """The population first, then what was drawn from it."""

    period = serializers.CharField()
    period_state = serializers.CharField()
    seal_chain_sha256 = serializers.CharField(help_text="Empty while the period is open.")
    through_line = serializers.IntegerField()
    commodity = serializers.CharField()
    side = serializers.ChoiceField(choices=SIDES)
    account = serializers.CharField()
    method = serializers.ChoiceField(choices=METHODS)
    size = serializers.IntegerField()
    seed = serializers.CharField()
    population_lines = serializers.IntegerField()
    population_sum = serializers.CharField()
    population_sum_minor = serializers.IntegerField()
    start_minor = serializers.IntegerField(allow_null=True)
    drawn_lines = serializers.IntegerField()
    drawn_sum = serializers.CharField()
    lines = SampledLineSerializer(many=True)


class AuditSample(AuditView):
    """A sample of a period's journal lines, drawn by a seed."""

    required_permission = Permission.READ_BOOKS
    renderer_classes = [JSONRenderer, CsvStream]

    @extend_schema(
        operation_id="audit_sample_retrieve",
        parameters=[SampleQuerySerializer],
        responses={
            (200, "application/json"): SampleSerializer,
            (200, "text/csv"): OpenApiResponse(str, "The drawn lines."),
        },
    )
    def get(self, request: Request) -> Any:
        """The same words and lines give the same sample; see `docs/auditing.md` for the way."""
        query = asked(request, SampleQuerySerializer)
        sample = draw(Wanted(**query))
        if wants_stream(request, query):
            rows = map(pick_content, sample.picks)
            name = f"sample-{sample.period}"
            return streamed(request, rows, serializer=SampledLineSerializer, name=name)
        return Response(sample_content(sample))


class TraceQuerySerializer(StrictSerializer):
    results_after = serializers.IntegerField(
        required=False,
        default=0,
        min_value=0,
        max_value=2**63 - 1,
        help_text="`results_next_after` of the answer before, for the results that follow.",
    )


class TraceSerializer(serializers.Serializer[Any]):
    """A journal line with everything behind it."""

    line = serializers.IntegerField()
    entry = serializers.IntegerField()
    entry_date = serializers.DateField()
    period = serializers.CharField()
    account = serializers.CharField()
    commodity = serializers.CharField()
    debit = serializers.CharField()
    credit = serializers.CharField()
    description = serializers.CharField()
    source_type = serializers.CharField()
    source_id = serializers.CharField()
    purpose = serializers.CharField()
    scheme = serializers.CharField()
    settlement = serializers.IntegerField(allow_null=True)
    input_sha256 = serializers.CharField(help_text="Over the settlement's inputs.")
    department = serializers.CharField()
    activity_period = serializers.CharField()
    entry_lines = serializers.ListField(
        child=serializers.DictField(), help_text="Every line of its entry."
    )
    steps = serializers.ListField(
        child=serializers.DictField(), help_text="Who prepared, approved and posted, and when."
    )
    adds_up = serializers.BooleanField(
        allow_null=True, help_text="Whether the statement lines come to the journal line."
    )
    statement_lines = serializers.ListField(
        child=serializers.DictField(),
        help_text="With price, results, arithmetic, citation, history and evidence.",
    )
    manual_entry = serializers.IntegerField(allow_null=True)
    reverses = serializers.IntegerField(allow_null=True)
    reversed_by = serializers.IntegerField(allow_null=True)
    seal = serializers.DictField(allow_null=True)


class JournalLineTrace(AuditView):
    """Where a journal line comes from, down to evidence and factor."""

    required_scopes = {"GET": "journal:read"}
    required_permission = Permission.READ_BOOKS
    renderer_classes = [JSONRenderer]

    @extend_schema(
        operation_id="journal_lines_trace",
        parameters=[TraceQuerySerializer],
        responses=TraceSerializer,
    )
    def get(self, request: Request, line_id: int) -> Any:
        """Statement lines, results with arithmetic and source, evidence, who took which step."""
        query = asked(request, TraceQuerySerializer)
        found = trace(line_id=line_id, records_after=query["results_after"])
        return with_etag(request, trace_content(found))
