"""What statement lines add up to, kept by the lines themselves; see the SQL beside this."""

from pathlib import Path

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).with_suffix(".sql").read_text()
UNDO = Path(__file__).with_suffix(".undo.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0023_fund_of_every_mechanism"),
        ("organisation", "0008_audit_trail"),
        ("pricing", "0011_exchange_rates"),
    ]

    operations = [
        migrations.CreateModel(
            name="DepartmentTotal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("charged_minor", models.DecimalField(decimal_places=0, max_digits=38)),
                ("true_up_minor", models.DecimalField(decimal_places=0, max_digits=38)),
                ("earned_minor", models.DecimalField(decimal_places=0, max_digits=38)),
                (
                    "emitted_mgco2e",
                    models.DecimalField(
                        db_comment="of Scopes 1 to 3, on the scheme's own basis",
                        decimal_places=0,
                        max_digits=38,
                    ),
                ),
                ("removed_mgco2e", models.DecimalField(decimal_places=0, max_digits=38)),
                ("record_count", models.PositiveBigIntegerField(verbose_name="records")),
                (
                    "department",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.department",
                    ),
                ),
                (
                    "settlement",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.settlement",
                    ),
                ),
            ],
            options={
                "verbose_name": "total of a department",
                "verbose_name_plural": "totals of departments",
                "indexes": [
                    django.contrib.postgres.indexes.BrinIndex(
                        autosummarize=True,
                        fields=["settlement"],
                        name="ledger_department_total_of",
                        pages_per_range=8,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LineTotal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("is_true_up", models.BooleanField(verbose_name="true-up")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("charge", "charge"),
                            ("incentive", "incentive"),
                            ("levy", "levy"),
                            ("allocation", "allocation"),
                            ("recorded", "recorded, not charged"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("scope", models.PositiveSmallIntegerField(null=True, verbose_name="scope")),
                (
                    "category",
                    models.PositiveSmallIntegerField(null=True, verbose_name="Scope 3 category"),
                ),
                (
                    "durability_class",
                    models.CharField(blank=True, max_length=10, verbose_name="durability class"),
                ),
                (
                    "price_per_tonne",
                    models.DecimalField(
                        decimal_places=6, max_digits=18, null=True, verbose_name="price per tonne"
                    ),
                ),
                ("location_mgco2e", models.DecimalField(decimal_places=0, max_digits=38)),
                ("market_mgco2e", models.DecimalField(decimal_places=0, max_digits=38)),
                ("settled_mgco2e", models.DecimalField(decimal_places=0, max_digits=38)),
                (
                    "amount_minor",
                    models.DecimalField(
                        db_comment="as on the lines: earnings are positive",
                        decimal_places=0,
                        max_digits=38,
                    ),
                ),
                ("record_count", models.PositiveBigIntegerField(verbose_name="records")),
                ("line_count", models.PositiveBigIntegerField(verbose_name="lines")),
                (
                    "activity_period",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.accountingperiod",
                    ),
                ),
                (
                    "price",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pricing.carbonprice",
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pricing.scheme",
                    ),
                ),
                (
                    "settlement",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.settlement",
                    ),
                ),
            ],
            options={
                "verbose_name": "total of lines",
                "verbose_name_plural": "totals of lines",
                "indexes": [models.Index(fields=["settlement"], name="ledger_line_total_of")],
            },
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
