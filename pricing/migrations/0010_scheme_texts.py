"""What a company says about a scheme, in versions; once approved it is never edited."""

from pathlib import Path

import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).with_suffix(".sql").read_text()
UNDO = Path(__file__).with_suffix(".undo.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("pricing", "0009_incentive_caps"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SchemeText",
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
                    "topic",
                    models.CharField(
                        choices=[
                            ("objectives", "objectives"),
                            ("price_factors", "factors considered for the price"),
                            ("methodology", "methodology and assumptions of the price"),
                            ("scope_of_application", "scope of application"),
                            ("differentiation", "how and why the price is differentiated"),
                            ("expected_change", "how the price is expected to change"),
                            ("decision_processes", "decisions it is applied to"),
                            ("mandatory", "whether it is mandatory in them"),
                            ("monitoring", "how it is monitored and evaluated"),
                            ("governance", "governance"),
                            ("financial_statements", "consistency with financial statements"),
                            ("removal_assumptions", "assumptions behind removals"),
                        ],
                        max_length=24,
                        verbose_name="topic",
                    ),
                ),
                (
                    "version",
                    models.PositiveIntegerField(
                        db_comment="1, 2, 3 … of a scheme and topic, as proposed",
                        editable=False,
                        verbose_name="version",
                    ),
                ),
                ("text", models.TextField(verbose_name="text")),
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
                "verbose_name": "scheme text",
                "verbose_name_plural": "scheme texts",
                "ordering": ["scheme", "topic", "-version"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by__isnull", True),
                            models.Q(("approved_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="pricing_schemetext_approved_by_another_person",
                        violation_error_message="Whoever proposed it can't approve it.",
                    ),
                    models.UniqueConstraint(
                        fields=("scheme", "topic", "version"),
                        name="pricing_scheme_text_has_a_version",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="pricing_scheme_text_says_something",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
