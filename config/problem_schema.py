"""Reads. What the OpenAPI document says of every operation: its refusals, its repetition, its form.

Nothing is left open: each status that an operation may answer with stands there, and a request that
the document allows is one that the server reads.
"""

from __future__ import annotations

from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from config.api_version import HEADER as VERSION
from config.api_version import VERSIONS
from config.problems import MEDIA_TYPE
from departments.organisation.api.field_forms import schema_of
from departments.organisation.api.idempotency import PARAMETER, IdempotentPosts
from departments.organisation.api.strict import StrictSerializer

REFUSALS = {
    "400": "The request can't be read as it is: `errors` names each parameter and field.",
    "401": "No key and no session, or one that is unknown, expired or revoked.",
    "403": "The key lacks a scope, or its person a role.",
    "404": "There is nothing here, or nothing that you may see.",
    "406": "Nothing here can be sent as what `Accept` asks for.",
    "409": "What is stored stands against it, or a repeat of it is under way.",
    "413": "The body is too large.",
    "414": "The address is longer than the web server takes.",
    "415": "The body is in a form that is not read here.",
    "422": "It can be read, and can't be done: `code` says which rule, `errors` where.",
    "429": "Too many requests in this minute; `Retry-After` says how long to wait.",
    "5XX": "Something broke or is busy; nothing was half done. Send it again later.",
}
ALWAYS = ("401", "403", "406", "414", "429", "5XX")
BY_THE_WEB_SERVER = ("414",)  # before there is a request that could be answered
VERSION_PARAMETER = OpenApiParameter(
    VERSION,
    {"type": "string", "enum": list(VERSIONS)},
    OpenApiParameter.HEADER,
    description="The version that the program was written for; left out: the newest.",
)


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
    """Adds what every operation shares: its refusals, the version, a POST's own key."""

    def get_override_parameters(self) -> list[Any]:
        parameters = [*super().get_override_parameters(), VERSION_PARAMETER]
        takes_key = self.method == "POST" and isinstance(self.view, IdempotentPosts)
        return [*parameters, PARAMETER] if takes_key else parameters

    def _map_serializer_field(
        self, field: Any, direction: Any, bypass_extensions: bool = False
    ) -> Any:
        schema = super()._map_serializer_field(field, direction, bypass_extensions)  # type: ignore[no-untyped-call]
        if direction != "request" or "$ref" in schema or getattr(field, "allow_blank", False):
            return schema  # with a pattern, an empty text would be said in a form of its own
        return {**schema, **schema_of(field)}

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        schema = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        if direction == "request" and isinstance(serializer, StrictSerializer):
            schema["additionalProperties"] = False
            if schema.get("description") == _STRICT:
                del schema["description"]
            for name, said in schema.get("properties", {}).items():
                _say_blank(serializer.fields[name], said)
        return schema

    def _get_response_bodies(
        self, direction: Literal["request", "response"] = "response"
    ) -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        if direction != "response":
            return bodies
        problem = self._get_response_for_code(  # type: ignore[no-untyped-call]
            OpenApiResponse(ProblemSerializer), "400", [MEDIA_TYPE]
        )
        for body in bodies.values():
            body.setdefault("headers", {})[VERSION] = {"$ref": f"#/components/headers/{VERSION}"}
        for status in self._refusals():
            if status in bodies:
                bodies[status]["content"] |= problem["content"]
            else:
                bodies[status] = {"$ref": f"#/components/responses/{_name(status)}"}
        return dict(sorted(bodies.items()))

    def _refusals(self) -> list[str]:
        """The statuses of refusals that this operation may answer with."""
        found = {*ALWAYS, "400"}  # an unknown parameter, or another version
        asks = bool(self._get_parameters_in("path", "query"))
        found |= {"404"} if asks or self.method != "GET" else set()
        found |= {"409", "422"} if asks or self.method != "GET" else set()
        found |= {"413", "415"} if self.method in ("POST", "PUT", "PATCH") else set()
        return sorted(found)

    def _get_parameters_in(self, *places: str) -> list[Any]:
        return [one for one in self._get_parameters() if one["in"] in places]


def _say_blank(field: Any, said: dict[str, Any]) -> None:
    """The pattern of texts that may be blank, also of those inside lists and objects."""
    if isinstance(field, serializers.ListField):
        _say_blank(field.child, said.get("items", {}))
    elif isinstance(field, serializers.DictField):
        _say_blank(field.child, said.get("additionalProperties", {}))
    elif getattr(field, "allow_blank", False) and "$ref" not in said:
        said |= schema_of(field)


def add_shared_answers(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """What operations refer to: each refusal, and the header that every answer has."""
    components = result["components"]
    components["headers"] = {
        VERSION: {
            "description": "Which version of the API answered.",
            "required": True,
            "schema": {"type": "string", "enum": list(VERSIONS)},
        }
    }
    said = {
        "headers": {VERSION: {"$ref": f"#/components/headers/{VERSION}"}},
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    components["responses"] = {
        _name(status): {"description": words} | (said if status not in BY_THE_WEB_SERVER else {})
        for status, words in REFUSALS.items()
    }
    return result


def _name(status: str) -> str:
    return f"Refused{status}"


_STRICT = " ".join((StrictSerializer.__doc__ or "").split())
