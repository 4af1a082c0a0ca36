"""What a tonne below the baseline earns; a contribution may be corrected by one below zero."""

from pathlib import Path

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).with_suffix(".sql").read_text()
UNDO = Path(__file__).with_suffix(".undo.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("pricing", "0007_ends_stay"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AbatementRate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "in_force",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        db_comment="[first day, day after the last)", verbose_name="in force"
                    ),
                ),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                ("source_url", models.URLField(blank=True, max_length=500, verbose_name="source")),
                (
                    "proposed_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                (
                    "rate_per_tonne",
                    models.DecimalField(
                        db_comment="in the scheme's currency per tCO2e below the baseline",
                        decimal_places=6,
                        max_digits=18,
                        verbose_name="rate per tonne",
                    ),
                ),
                (
                    "scope",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="scope"),
                ),
                (
                    "category",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="Scope 3 category"
                    ),
                ),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pricing.scheme",
                    ),
                ),
            ],
            options={
                "verbose_name": "abatement rate",
                "verbose_name_plural": "abatement rates",
                "ordering": ["scheme", "scope", "category", "in_force"],
                "abstract": False,
            },
        ),
        migrations.RemoveConstraint(
            model_name="contribution",
            name="pricing_contribution_is_not_negative",
        ),
        migrations.AddConstraint(
            model_name="abatementrate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by__isnull", True),
                    models.Q(("approved_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="pricing_abatementrate_approved_by_another_person",
                violation_error_message="Whoever proposed it can't approve it.",
            ),
        ),
        migrations.AddConstraint(
            model_name="abatementrate",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (models.F("scheme"), "="),
                    (
                        django.db.models.functions.comparison.Coalesce(
                            models.F("scope"), models.Value(0)
                        ),
                        "=",
                    ),
                    (
                        django.db.models.functions.comparison.Coalesce(
                            models.F("category"), models.Value(0)
                        ),
                        "=",
                    ),
                    (models.F("in_force"), "&&"),
                ],
                name="pricing_one_abatement_rate_in_force",
                violation_error_message="A rate for exactly this is already in force on some of these days.",
            ),
        ),
        migrations.AddConstraint(
            model_name="abatementrate",
            constraint=models.CheckConstraint(
                condition=models.Q(("rate_per_tonne__gte", 0)),
                name="pricing_abatement_rate_is_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="abatementrate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("scope__isnull", True), ("scope__in", [1, 2, 3]), _connector="OR"
                ),
                name="pricing_abatement_rate_names_a_scope",
            ),
        ),
        migrations.AddConstraint(
            model_name="abatementrate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("category__isnull", True),
                    models.Q(("category__range", (1, 15)), ("scope", 3), ("scope__isnull", False)),
                    _connector="OR",
                ),
                name="pricing_abatement_rate_category_is_scope_3",
            ),
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
