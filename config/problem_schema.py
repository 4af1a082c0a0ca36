"""Reads. What the OpenAPI document says of every operation: its refusals, its repetition."""

from __future__ import annotations

from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

from config.problems import MEDIA_TYPE
from departments.organisation.api.idempotency import PARAMETER, IdempotentPosts


class FieldProblemSerializer(serializers.Serializer[Any]):
    field = serializers.CharField(help_text="Dotted path, empty for the whole request.")
    reason = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """A refusal (RFC 9457); `code` is stable, the words are for people."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    instance = serializers.CharField()
    request_id = serializers.CharField()
    errors = FieldProblemSerializer(many=True, required=False)  # type: ignore[assignment]


class ProblemSchema(AutoSchema):
    """Adds what every operation shares: the problem as default response, a POST's own key."""

    def get_override_parameters(self) -> list[Any]:
        parameters = list(super().get_override_parameters())
        takes_key = self.method == "POST" and isinstance(self.view, IdempotentPosts)
        return [*parameters, PARAMETER] if takes_key else parameters

    def _get_response_bodies(
        self, direction: Literal["request", "response"] = "response"
    ) -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        if direction == "response":
            bodies["default"] = self._get_response_for_code(  # type: ignore[no-untyped-call]
                OpenApiResponse(ProblemSerializer, "Refused: what was wrong, what to do."),
                "default",
                [MEDIA_TYPE],
            )
        return bodies
