"""Doors. Long work, as programs follow it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from departments.organisation.access import Permission
from departments.organisation.api.answers import NoQuerySerializer, asked, with_etag
from departments.organisation.api.pages import Page, PageQuerySerializer, UpdatedSince, page_of
from departments.organisation.api.permissions import KeyScope
from ledger import jobs
from ledger.api.job_serializers import JobDetailSerializer, JobSerializer
from ledger.api.permissions import SeesWholeCompany


class JobsQuerySerializer(PageQuerySerializer):
    kind = serializers.ChoiceField(choices=jobs.KINDS, required=False)
    state = serializers.ChoiceField(choices=jobs.STATES, required=False)
    updated_since = UpdatedSince("Asked for or ended")


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
    """Settlements, scenarios, estimates and exports, in the order in which they were asked for."""

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
