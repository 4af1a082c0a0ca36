"""Doors. Long work, as programs follow it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from departments.organisation.access import Permission
from departments.organisation.api.answers import NoQuerySerializer, asked, with_etag
from departments.organisation.api.pages import Page, PageQuerySerializer, UpdatedSince, page_of
from departments.organisation.api.permissions import KeyScope
from ledger import jobs
from ledger.api.permissions import SeesWholeCompany


class JobsQuerySerializer(PageQuerySerializer):
    kind = serializers.ChoiceField(choices=jobs.KINDS, required=False)
    state = serializers.ChoiceField(choices=jobs.STATES, required=False)
    updated_since = UpdatedSince("Asked for or ended")


class JobProgressSerializer(serializers.Serializer[Any]):
    done = serializers.IntegerField()
    total = serializers.IntegerField()


class JobSerializer(serializers.Serializer[jobs.Job]):
    id = serializers.CharField(source="code")
    kind = serializers.ChoiceField(choices=jobs.KINDS)
    state = serializers.ChoiceField(choices=jobs.STATES)
    progress = JobProgressSerializer(source="*")
    error = serializers.CharField(help_text="Why it stands still or failed; empty: it does not.")
    scheme = serializers.CharField()
    period = serializers.CharField(allow_null=True)
    asked_by = serializers.CharField(help_text="Empty: the command line.")
    asked_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    url = serializers.SerializerMethodField(help_text="Where it is followed, or its result is.")

    def get_url(self, job: jobs.Job) -> str:
        if job.kind == "settlement":
            return f"/api/v1/settlements/{job.number}/"
        return f"/api/v1/jobs/{job.code}/"


class JobDetailSerializer(JobSerializer):
    result = serializers.SerializerMethodField(
        help_text="Of a scenario or an estimate, once it is done; else null."
    )

    @extend_schema_field(OpenApiTypes.ANY)
    def get_result(self, job: jobs.Job) -> Any:
        return jobs.answer_of(job)


JOB = {
    "id": "settlement_3",
    "kind": "settlement",
    "state": "running",
    "progress": {"done": 2, "total": 4},
    "error": "",
    "scheme": "carbon-fee",
    "period": "2023Q1",
    "asked_by": "analyst",
    "asked_at": "2023-04-12T09:30:00.000000Z",
    "ended_at": None,
    "url": "/api/v1/settlements/3/",
}


class JobView(APIView):
    """What these doors share: who reads the books of the whole company."""

    permission_classes = [KeyScope, SeesWholeCompany]
    required_scopes = {"GET": "jobs:read"}
    required_permission = Permission.READ_BOOKS


class JobList(JobView):
    """Settlements, scenarios and estimates, in the order in which they were asked for."""

    @extend_schema(
        operation_id="jobs_list",
        parameters=[JobsQuerySerializer],
        responses=page_of(JobSerializer),
        examples=[
            OpenApiExample(
                "A settlement under way",
                response_only=True,
                value={"data": [JOB], "has_more": False, "next_cursor": None},
            )
        ],
    )
    def get(self, request: Request) -> Response:
        """How far long work is."""
        query = asked(request, JobsQuerySerializer)
        page = Page.of(request)
        rows = jobs.jobs(
            kind=query.get("kind"),
            state=query.get("state"),
            since=query.get("updated_since"),
            after_place=page.after_id,
            limit=page.limit + 1,
        )
        return Response(
            page.answer(
                rows, id_of=lambda row: row.place, present=lambda row: JobSerializer(row).data
            )
        )


class JobDetail(JobView):
    """One piece of long work."""

    @extend_schema(
        operation_id="jobs_retrieve",
        responses=JobDetailSerializer,
        examples=[
            OpenApiExample(
                "A settlement under way", response_only=True, value=JOB | {"result": None}
            )
        ],
    )
    def get(self, request: Request, code: str) -> Any:
        """How far it is; of a scenario or an estimate also what came of it."""
        asked(request, NoQuerySerializer)
        return with_etag(request, JobDetailSerializer(jobs.find_job(code=code)).data)
