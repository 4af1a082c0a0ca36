"""The most that incentives pay; once approved it is never edited."""

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
        ("organisation", "0005_legal_entity_code"),
        ("pricing", "0008_abatement_rates"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="IncentiveCap",
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
                    "durability_class",
                    models.CharField(
                        blank=True,
                        help_text="short, medium or long. Empty: all incentives, those for abatement too.",
                        max_length=10,
                        verbose_name="durability class",
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(
                        db_comment="in the scheme's currency, over the whole range of days",
                        decimal_places=6,
                        max_digits=18,
                        verbose_name="amount",
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
                    "department",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.department",
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
                "verbose_name": "incentive cap",
                "verbose_name_plural": "incentive caps",
                "ordering": ["scheme", "in_force"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by__isnull", True),
                            models.Q(("approved_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="pricing_incentivecap_approved_by_another_person",
                        violation_error_message="Whoever proposed it can't approve it.",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            (models.F("scheme"), "="),
                            (
                                django.db.models.functions.comparison.Coalesce(
                                    models.F("department"), models.Value(0)
                                ),
                                "=",
                            ),
                            (models.F("durability_class"), "="),
                            (models.F("in_force"), "&&"),
                            (
                                models.Func(
                                    "in_force", function="lower", output_field=models.DateField()
                                ),
                                "<>",
                            ),
                        ],
                        name="pricing_caps_have_the_same_lower_days",
                        violation_error_message="There is a cap on some of these days already, and of others.",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            (models.F("scheme"), "="),
                            (
                                django.db.models.functions.comparison.Coalesce(
                                    models.F("department"), models.Value(0)
                                ),
                                "=",
                            ),
                            (models.F("durability_class"), "="),
                            (models.F("in_force"), "&&"),
                            (
                                models.Func(
                                    "in_force", function="upper", output_field=models.DateField()
                                ),
                                "<>",
                            ),
                        ],
                        name="pricing_caps_have_the_same_upper_days",
                        violation_error_message="There is a cap on some of these days already, and of others.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("in_force__isempty", False),
                            ("in_force__lower_inf", False),
                            ("in_force__upper_inf", False),
                        ),
                        name="pricing_incentive_cap_is_of_days",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("durability_class__in", ["", "short", "medium", "long"])
                        ),
                        name="pricing_incentive_cap_names_a_durability_class",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
