"""Doors. Long work as answers show it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ledger import jobs
from ledger.api.serializers.exports import ExportSerializer
from ledger.models.exports import ExportRun


class JobProgressSerializer(serializers.Serializer[Any]):
    done = serializers.IntegerField()
    total = serializers.IntegerField(help_text="0: not counted yet.")


class JobSerializer(serializers.Serializer[jobs.Job]):
    id = serializers.CharField(source="code")
    kind = serializers.ChoiceField(choices=jobs.KINDS)
    state = serializers.ChoiceField(choices=jobs.STATES)
    progress = JobProgressSerializer(source="*")
    error = serializers.CharField(help_text="Why it stands still or failed; empty: it does not.")
    scheme = serializers.CharField(allow_null=True, help_text="Null: all, of an export.")
    period = serializers.CharField(allow_null=True)
    asked_by = serializers.CharField(help_text="Empty: the command line.")
    asked_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    url = serializers.SerializerMethodField(help_text="Where it is followed, or its result is.")

    def get_url(self, job: jobs.Job) -> str:
        if job.kind == "settlement":
            return f"/api/v1/settlements/{job.number}/"
        if job.kind == "export":
            return f"/api/v1/exports/jobs/{job.number}/"
        return f"/api/v1/jobs/{job.code}/"


class JobDetailSerializer(JobSerializer):
    result = serializers.SerializerMethodField(
        help_text="Of a scenario or an estimate, once it is done; else null."
    )

    @extend_schema_field(OpenApiTypes.ANY)
    def get_result(self, job: jobs.Job) -> Any:
        return jobs.answer_of(job)


class ExportJobSerializer(JobSerializer):
    """An export that was asked for, and how far it is."""

    error_code = serializers.SerializerMethodField(
        help_text="Of the refusal, such as `export_invalid`; empty: it did not fail."
    )
    problems = serializers.SerializerMethodField(
        help_text="Everything that keeps the file from leaving, a thousand at most."
    )
    export = serializers.SerializerMethodField(help_text="Once it is done; else null.")

    @property
    def _run(self) -> ExportRun:  # the view gives it beside the job
        run: ExportRun = self.context["run"]
        return run

    @extend_schema_field(OpenApiTypes.STR)
    def get_error_code(self, job: jobs.Job) -> str:
        return self._run.error_code

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_problems(self, job: jobs.Job) -> list[str]:
        return list(self._run.problems)

    @extend_schema_field(ExportSerializer(allow_null=True))
    def get_export(self, job: jobs.Job) -> Any:
        export = self._run.export
        return None if export is None else ExportSerializer(export).data
