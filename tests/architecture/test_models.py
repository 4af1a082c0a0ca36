"""What the tables may know of each other, and that every migration can be undone."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunPython, RunSQL

# Lower knows nothing of higher: facts, policy, money.
HEIGHT = {"organisation": 0, "inventory": 1, "pricing": 2, "ledger": 3}
OURS = [model for label in HEIGHT for model in apps.get_app_config(label).get_models()]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_foreign_keys_point_down(model: type[models.Model]) -> None:
    for field in model._meta.get_fields():
        if not field.many_to_one or field.auto_created or field.related_model is None:
            continue
        assert isinstance(field.related_model, type)
        other = field.related_model._meta.app_label
        if other in HEIGHT:
            assert HEIGHT[other] <= HEIGHT[model._meta.app_label], f"{field} points up"


@pytest.mark.parametrize("label", HEIGHT)
def test_migrations_can_be_undone(label: str) -> None:
    loader = MigrationLoader(None)
    for (app, name), migration in loader.disk_migrations.items():
        if app != label:
            continue
        for operation in migration.operations:
            if isinstance(operation, (RunSQL, RunPython)):
                assert operation.reversible, f"{app}.{name} can't be undone"


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_measures_are_exact(model: type[models.Model]) -> None:
    floats = [
        field.name for field in model._meta.get_fields() if isinstance(field, models.FloatField)
    ]
    assert floats == []
