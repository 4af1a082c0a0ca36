"""The mapping to the general ledger: see the SQL beside this file."""

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
        ("ledger", "0009_accruals"),
        ("organisation", "0004_default_cost_centre"),
        ("pricing", "0003_fixed_policy"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="GlMapping",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "account_kind",
                    models.CharField(
                        choices=[
                            ("emissions", "emissions"),
                            ("removals", "removals"),
                            ("atmosphere", "atmosphere"),
                            ("fee_expense", "carbon fee expense"),
                            ("incentive_income", "carbon incentive income"),
                            ("carbon_fund", "carbon fund"),
                            ("accrued_expense", "accrued fee expense"),
                            ("accrued_income", "accrued incentive income"),
                            ("accrued_liability", "accrued fee liability"),
                        ],
                        max_length=20,
                        verbose_name="kind of account",
                    ),
                ),
                (
                    "category",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        db_comment="null: every category",
                        null=True,
                        verbose_name="Scope 3 category",
                    ),
                ),
                ("gl_account", models.CharField(max_length=40, verbose_name="GL account")),
                ("gl_name", models.CharField(blank=True, max_length=200, verbose_name="GL name")),
                ("tax_code", models.CharField(blank=True, max_length=20, verbose_name="tax code")),
                ("segment", models.CharField(blank=True, max_length=60, verbose_name="segment")),
                (
                    "in_force",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        db_comment="[first day, day after the last)", verbose_name="in force"
                    ),
                ),
                (
                    "is_void",
                    models.BooleanField(
                        db_comment="entered by mistake: never in force",
                        default=False,
                        verbose_name="void",
                    ),
                ),
                (
                    "set_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="set at",
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended at")),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="ended by",
                    ),
                ),
                (
                    "legal_entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.legalentity",
                        verbose_name="legal entity",
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        blank=True,
                        db_comment="null: every scheme",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pricing.scheme",
                        verbose_name="scheme",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="set by",
                    ),
                ),
            ],
            options={
                "verbose_name": "GL mapping",
                "verbose_name_plural": "GL mappings",
                "ordering": ["legal_entity", "account_kind", "scheme", "category", "in_force"],
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("is_void", False)),
                        expressions=[
                            (models.F("legal_entity"), "="),
                            (models.F("account_kind"), "="),
                            (
                                django.db.models.functions.comparison.Coalesce(
                                    models.F("scheme"), 0
                                ),
                                "=",
                            ),
                            (
                                django.db.models.functions.comparison.Coalesce(
                                    models.F("category"), 0
                                ),
                                "=",
                            ),
                            (models.F("in_force"), "&&"),
                        ],
                        name="ledger_one_gl_account_in_force",
                        violation_error_message="This kind of account already has a GL account on some of these days.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("gl_account", ""), _negated=True),
                            models.Q(("in_force__isempty", True), _negated=True),
                        ),
                        name="ledger_gl_mapping_names_an_account",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("category__isnull", True),
                                ("account_kind", "emissions"),
                                _connector="OR",
                            ),
                            models.Q(
                                ("scheme__isnull", True),
                                (
                                    "account_kind__in",
                                    (
                                        "fee_expense",
                                        "incentive_income",
                                        "carbon_fund",
                                        "accrued_expense",
                                        "accrued_income",
                                        "accrued_liability",
                                    ),
                                ),
                                _connector="OR",
                            ),
                        ),
                        name="ledger_gl_mapping_narrows_what_its_kind_has",
                        violation_error_message="Only emissions have a category, and only fees, incentives and funds a scheme.",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
