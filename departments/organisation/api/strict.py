"""Doors. Input that is exactly what was asked for: no unknown fields, no bottomless nesting."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from json import dumps
from typing import IO, Any

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from departments.organisation.api.field_forms import problems_of

DEEPEST = 32


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields it doesn't know and values in another form than the contract's."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return super().to_internal_value(data)
        unknown = sorted(str(name) for name in set(data) - set(self.fields))
        problems = problems_of(self.fields, data, are_texts=isinstance(data, MultiValueDict))
        problems |= {name: [_("Unknown field.")] for name in unknown}
        try:
            known = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if not isinstance(error.detail, dict):
                raise
            raise serializers.ValidationError(error.detail | (problems | error.detail)) from error
        if problems:
            raise serializers.ValidationError(problems)
        return known


class BoundedJSONParser(JSONParser):
    """JSON whose brackets nest at most 32 deep, and whose texts can be written down again.

    `[[[[…` and half of a character (`"\\ud800"`) are bad requests, not a broken server.
    """

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        body = stream.read()
        if _depth(body) > DEEPEST:
            raise ParseError(_("The JSON nests too deeply."))
        parsed: dict[str, Any] = super().parse(BytesIO(body), media_type, parser_context)
        if b"\\u" in body and not _is_writable(parsed):
            raise ParseError(_("The JSON holds half of a character, a lone surrogate."))
        return parsed


def _is_writable(parsed: Any) -> bool:
    """Whether an answer could repeat it: also the names of fields, which nobody else looks at."""
    try:
        dumps(parsed, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _depth(body: bytes) -> int:
    """How deep the brackets nest; those inside a text don't count."""
    deepest = depth = 0
    in_text = escaped = False
    for byte in body:
        if in_text:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                in_text = False
        elif byte == 0x22:
            in_text = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest
