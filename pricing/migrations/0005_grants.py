"""Budgets of a fund, grants, milestones and measurements: see the SQL beside this file."""

from pathlib import Path

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).with_suffix(".sql").read_text()
UNDO = Path(__file__).with_suffix(".undo.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("organisation", "0005_legal_entity_code"),
        ("pricing", "0004_fund_entity"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="scheme",
            name="contributions_lapse",
            field=models.BooleanField(
                default=False,
                help_text="What a department has paid is set aside for its own grants until the end of the next fiscal year; what it has not invested by then is everybody's.",
                verbose_name="invest or lose",
            ),
        ),
        migrations.AddField(
            model_name="scheme",
            name="fund_may_overdraw",
            field=models.BooleanField(
                default=False,
                help_text="Whether grants and incentives are paid though the fund holds less.",
                verbose_name="fund may be overdrawn",
            ),
        ),
        migrations.CreateModel(
            name="GrantBudget",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "days",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        db_comment="[first day, day after the last)", verbose_name="days"
                    ),
                ),
                (
                    "amount_minor",
                    models.BigIntegerField(
                        db_comment="in minor units of the scheme's currency", verbose_name="amount"
                    ),
                ),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                (
                    "proposed_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
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
                        related_name="grant_budgets",
                        to="pricing.scheme",
                    ),
                ),
            ],
            options={
                "verbose_name": "budget for grants",
                "verbose_name_plural": "budgets for grants",
                "ordering": ["scheme", "days"],
            },
        ),
        migrations.CreateModel(
            name="GrantApplication",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("description", models.TextField(blank=True, verbose_name="description")),
                (
                    "effect",
                    models.CharField(
                        choices=[("abatement", "emits less"), ("absorption", "absorbs carbon")],
                        max_length=20,
                        verbose_name="effect",
                    ),
                ),
                (
                    "cost_minor",
                    models.BigIntegerField(
                        db_comment="of the project, in minor units of the scheme's currency",
                        verbose_name="whole cost",
                    ),
                ),
                (
                    "asked_minor",
                    models.BigIntegerField(
                        db_comment="of the fund, in minor units of the scheme's currency",
                        verbose_name="asked",
                    ),
                ),
                (
                    "saved_per_year_minor",
                    models.BigIntegerField(
                        db_comment="in minor units; below zero, if running it costs money",
                        default=0,
                        verbose_name="saved a year",
                    ),
                ),
                (
                    "tonnes_per_year",
                    models.DecimalField(
                        db_comment="tCO2e, promised",
                        decimal_places=9,
                        max_digits=24,
                        verbose_name="tonnes a year",
                    ),
                ),
                (
                    "lifetime_years",
                    models.PositiveSmallIntegerField(verbose_name="lifetime, years"),
                ),
                (
                    "uncertainty_percent",
                    models.DecimalField(
                        db_comment="± percent of the tonnes",
                        decimal_places=3,
                        max_digits=6,
                        verbose_name="uncertainty, %",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="starts on")),
                (
                    "is_illustrative",
                    models.BooleanField(default=False, verbose_name="illustrative"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("applied", "applied"),
                            ("scored", "scored"),
                            ("proposed", "award proposed"),
                            ("awarded", "awarded"),
                            ("declined", "declined"),
                            ("withdrawn", "withdrawn"),
                            ("closed", "closed"),
                            ("failed", "failed"),
                        ],
                        default="applied",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("applied_at", models.DateTimeField()),
                (
                    "discount_percent",
                    models.DecimalField(
                        blank=True,
                        decimal_places=3,
                        max_digits=6,
                        null=True,
                        verbose_name="discount, % a year",
                    ),
                ),
                ("score_note", models.TextField(blank=True, verbose_name="note on the score")),
                ("scored_at", models.DateTimeField(blank=True, null=True)),
                (
                    "award_reason",
                    models.TextField(blank=True, verbose_name="why it should be awarded"),
                ),
                ("award_proposed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "decision_reason",
                    models.TextField(blank=True, verbose_name="reason of the decision"),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("end_reason", models.TextField(blank=True, verbose_name="why it ended")),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "applied_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "award_proposed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
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
                        verbose_name="department",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to="pricing.scheme",
                    ),
                ),
                (
                    "scored_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "budget",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to="pricing.grantbudget",
                    ),
                ),
            ],
            options={
                "verbose_name": "grant",
                "verbose_name_plural": "grants",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="GrantMeasurement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "days",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        db_comment="[first day, day after the last)", verbose_name="days"
                    ),
                ),
                (
                    "tonnes",
                    models.DecimalField(
                        db_comment="tCO2e delivered in these days",
                        decimal_places=9,
                        max_digits=24,
                        verbose_name="tonnes",
                    ),
                ),
                (
                    "uncertainty_percent",
                    models.DecimalField(
                        db_comment="± percent of the tonnes",
                        decimal_places=3,
                        max_digits=6,
                        verbose_name="uncertainty, %",
                    ),
                ),
                ("evidence", models.TextField(verbose_name="evidence")),
                ("entered_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
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
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "grant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="measurements",
                        to="pricing.grantapplication",
                    ),
                ),
            ],
            options={
                "verbose_name": "measurement of a grant",
                "verbose_name_plural": "measurements of grants",
                "ordering": ["grant", "days"],
            },
        ),
        migrations.CreateModel(
            name="GrantMilestone",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("due_on", models.DateField(verbose_name="due on")),
                (
                    "amount_minor",
                    models.BigIntegerField(
                        db_comment="in minor units of the scheme's currency", verbose_name="amount"
                    ),
                ),
                ("evidence", models.TextField(blank=True, verbose_name="evidence")),
                ("evidenced_at", models.DateTimeField(blank=True, null=True)),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "accepted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "evidenced_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "grant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="milestones",
                        to="pricing.grantapplication",
                    ),
                ),
            ],
            options={
                "verbose_name": "milestone of a grant",
                "verbose_name_plural": "milestones of grants",
                "ordering": ["grant", "number"],
            },
        ),
        migrations.AddConstraint(
            model_name="grantbudget",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[(models.F("scheme"), "="), (models.F("days"), "&&")],
                name="pricing_one_grant_budget_in_force",
                violation_error_message="There is a budget for some of these days already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="grantbudget",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gte", 0), ("days__isempty", False)),
                name="pricing_grant_budget_is_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="grantbudget",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by__isnull", True),
                    models.Q(("approved_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="pricing_grant_budget_approved_by_another_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="grantapplication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("asked_minor__gt", 0),
                    ("cost_minor__gte", models.F("asked_minor")),
                    ("lifetime_years__range", (1, 100)),
                    ("tonnes_per_year__gt", 0),
                    ("uncertainty_percent__range", (0, 100)),
                ),
                name="pricing_grant_promises_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="grantapplication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("scored_by__isnull", True),
                    models.Q(("scored_by", models.F("applied_by")), _negated=True),
                    _connector="OR",
                ),
                name="pricing_grant_scored_by_another_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="grantapplication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("award_proposed_by__isnull", True),
                        models.Q(("award_proposed_by", models.F("applied_by")), _negated=True),
                        _connector="OR",
                    ),
                    models.Q(
                        models.Q(("state__in", ["awarded", "closed", "failed"]), _negated=True),
                        models.Q(
                            ("award_proposed_by__isnull", False),
                            ("decided_by__isnull", False),
                            ("budget__isnull", False),
                            models.Q(("decided_by", models.F("award_proposed_by")), _negated=True),
                            models.Q(("decided_by", models.F("applied_by")), _negated=True),
                        ),
                        _connector="OR",
                    ),
                ),
                name="pricing_grant_awarded_by_another_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="grantapplication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "declined"), _negated=True),
                    models.Q(
                        ("decided_by__isnull", False),
                        models.Q(("decided_by", models.F("applied_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="pricing_grant_declined_by_another_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="grantmeasurement",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[(models.F("grant"), "="), (models.F("days"), "&&")],
                name="pricing_grant_is_measured_once",
                violation_error_message="Some of these days are measured already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="grantmeasurement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("days__isempty", False),
                    ("tonnes__gte", 0),
                    ("uncertainty_percent__range", (0, 100)),
                ),
                name="pricing_grant_measurement_has_tonnes",
            ),
        ),
        migrations.AddConstraint(
            model_name="grantmeasurement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by__isnull", True),
                    models.Q(("approved_by", models.F("entered_by")), _negated=True),
                    _connector="OR",
                ),
                name="pricing_grant_measurement_approved_by_another_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="grantmilestone",
            constraint=models.UniqueConstraint(
                fields=("grant", "number"), name="pricing_milestone_has_its_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="grantmilestone",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="pricing_milestone_pays_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="grantmilestone",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("accepted_by__isnull", True),
                    models.Q(
                        ("evidenced_by__isnull", False),
                        models.Q(("accepted_by", models.F("evidenced_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="pricing_milestone_accepted_by_another_person",
            ),
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
