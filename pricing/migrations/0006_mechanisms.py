"""What mechanisms are told: baselines, event rates and contributions; see the SQL beside this."""

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
        ("pricing", "0005_grants"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="scheme",
            name="mechanism",
            field=models.CharField(
                choices=[
                    ("fee", "carbon fee"),
                    ("showback", "showback (shadow price)"),
                    ("feebate", "feebate"),
                    ("baseline_target", "baseline target"),
                    ("baseline_target_paid", "baseline target, less is paid"),
                    ("budget_neutral_start", "budget-neutral start"),
                    ("contribution", "contribution by share of budget"),
                    ("per_event", "levy per event"),
                ],
                default="fee",
                max_length=20,
                verbose_name="mechanism",
            ),
        ),
        migrations.CreateModel(
            name="Baseline",
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
                    "measure",
                    models.CharField(
                        choices=[("kgco2e", "kgCO2e"), ("budget", "budget")],
                        default="kgco2e",
                        max_length=10,
                        verbose_name="measure",
                    ),
                ),
                (
                    "quantity",
                    models.DecimalField(
                        db_comment="kgCO2e, or money in the scheme's currency, over the whole range of days",
                        decimal_places=6,
                        max_digits=24,
                        verbose_name="quantity",
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
                    "department",
                    models.ForeignKey(
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
                "verbose_name": "baseline",
                "verbose_name_plural": "baselines",
                "ordering": ["scheme", "department", "in_force"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by__isnull", True),
                            models.Q(("approved_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="pricing_baseline_approved_by_another_person",
                        violation_error_message="Whoever proposed it can't approve it.",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            (models.F("scheme"), "="),
                            (models.F("department"), "="),
                            (models.F("measure"), "="),
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
                        name="pricing_one_baseline_in_force",
                        violation_error_message="There is a baseline on some of these days already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("in_force__isempty", False),
                            ("in_force__lower_inf", False),
                            ("in_force__upper_inf", False),
                        ),
                        name="pricing_baseline_is_of_days",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("scope__isnull", True),
                            models.Q(("measure", "kgco2e"), ("scope__in", [1, 2, 3])),
                            _connector="OR",
                        ),
                        name="pricing_baseline_names_a_scope",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("category__isnull", True),
                            models.Q(
                                ("category__range", (1, 15)), ("scope", 3), ("scope__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="pricing_baseline_category_is_scope_3",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Contribution",
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
                "verbose_name": "contribution",
                "verbose_name_plural": "contributions",
                "ordering": ["scheme", "in_force"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by__isnull", True),
                            models.Q(("approved_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="pricing_contribution_approved_by_another_person",
                        violation_error_message="Whoever proposed it can't approve it.",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[(models.F("scheme"), "="), (models.F("in_force"), "&&")],
                        name="pricing_one_contribution_in_force",
                        violation_error_message="There is a contribution on some of these days already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("in_force__isempty", False),
                            ("in_force__lower_inf", False),
                            ("in_force__upper_inf", False),
                        ),
                        name="pricing_contribution_is_of_days",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0)),
                        name="pricing_contribution_is_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EventRate",
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
                    "activity",
                    models.CharField(
                        help_text="A path, e.g. travel/flight: it and every activity below it.",
                        max_length=250,
                        verbose_name="activity",
                    ),
                ),
                (
                    "unit",
                    models.CharField(
                        blank=True,
                        help_text="Count what records state in this unit. Empty: count one for each record.",
                        max_length=60,
                        verbose_name="unit",
                    ),
                ),
                (
                    "rate",
                    models.DecimalField(
                        db_comment="in the scheme's currency, an event",
                        decimal_places=6,
                        max_digits=18,
                        verbose_name="rate",
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
                "verbose_name": "event rate",
                "verbose_name_plural": "event rates",
                "ordering": ["scheme", "activity", "in_force"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by__isnull", True),
                            models.Q(("approved_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="pricing_eventrate_approved_by_another_person",
                        violation_error_message="Whoever proposed it can't approve it.",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            (models.F("scheme"), "="),
                            (models.F("activity"), "="),
                            (models.F("unit"), "="),
                            (models.F("in_force"), "&&"),
                        ],
                        name="pricing_one_event_rate_in_force",
                        violation_error_message="A rate for these events is already in force on some of these days.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rate__gte", 0)),
                        name="pricing_event_rate_is_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("activity", ""), _negated=True),
                        name="pricing_event_rate_names_an_activity",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
