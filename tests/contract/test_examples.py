"""Every operation of the contract has an example of each body, and each example is one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from config.api_examples import JSON, examples

CONTRACT: dict[str, Any] = yaml.safe_load(
    Path(__file__).with_name("openapi.yaml").read_text(encoding="utf-8")
)


def operations() -> Iterator[dict[str, Any]]:
    for named in CONTRACT["paths"].values():
        yield from named.values()


def bodies(operation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The JSON that it takes, and that it answers with when it is done."""
    places = {"request": operation.get("requestBody", {})}
    places |= {f"{place}": body for place, body in operation["responses"].items()}
    return {
        place: body["content"][JSON]
        for place, body in places.items()
        if JSON in body.get("content", {}) and (place == "request" or place.startswith("2"))
    }


@pytest.mark.parametrize(
    "operation", [pytest.param(one, id=one["operationId"]) for one in operations()]
)
def test_each_operation_has_examples_that_fit(operation: dict[str, Any]) -> None:
    shown = {place: body.get("examples", {}) for place, body in bodies(operation).items()}
    place_to_add = "Add one to fixtures/api_examples/examples.json."
    assert shown.get("request") != {}, f"No example of a request. {place_to_add}"
    answers = [found for place, found in shown.items() if place != "request"]
    assert any(answers) or not answers, f"No example of an answer. {place_to_add}"
    for place, body in bodies(operation).items():
        schema = body["schema"] | {"components": CONTRACT["components"]}
        validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        for example in shown[place].values():
            assert not [error.message for error in validator.iter_errors(example["value"])], place


def test_no_example_is_left_of_what_is_gone() -> None:
    assert set(examples()) <= {operation["operationId"] for operation in operations()}


def test_each_operation_lists_the_statuses_of_its_refusals() -> None:
    for operation in operations():
        assert {"400", "401", "403", "406", "429", "5XX"} <= set(operation["responses"])
        assert "default" not in operation["responses"]
