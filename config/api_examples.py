"""Reads. An example of every request and answer, for the OpenAPI document; see its SOURCE.md."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parent.parent / "fixtures" / "api_examples" / "examples.json"
JSON = "application/json"
NAME = "Demo company"


@cache
def examples() -> dict[str, dict[str, Any]]:
    """By operation: `request`, and each status of success with its answer."""
    found: dict[str, dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def add_examples(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Put them where an operation has none of its own."""
    for operations in result["paths"].values():
        for operation in operations.values():
            told = examples().get(operation["operationId"], {})
            places = dict(operation["responses"])
            places["request"] = operation.get("requestBody", {})
            for place, value in told.items():
                content = places[place].get("content", {}).get(JSON)
                if content is not None:
                    content.setdefault("examples", {NAME: {"value": value}})
    return result
