"""ERP exports, rejection and reconciliation: see the SQL beside this file."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).with_suffix(".sql").read_text()
UNDO = Path(__file__).with_suffix(".undo.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0012_lean_account_indexes"),
        ("organisation", "0005_legal_entity_code"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="journalexport",
            name="replaces",
            field=models.OneToOneField(
                db_comment="the export that finance rejected and this one stands in for",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replacement",
                to="ledger.journalexport",
            ),
        ),
        migrations.CreateModel(
            name="ExportConstant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("format_name", models.CharField(max_length=30, verbose_name="format")),
                ("name", models.CharField(max_length=40, verbose_name="name")),
                (
                    "value",
                    models.CharField(
                        blank=True,
                        db_comment="empty: it has none any more",
                        max_length=100,
                        verbose_name="value",
                    ),
                ),
                ("set_at", models.DateTimeField(verbose_name="set at")),
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
                "verbose_name": "export constant",
                "verbose_name_plural": "export constants",
                "ordering": ["format_name", "legal_entity", "name", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="ExportReconciliation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("file_name", models.CharField(max_length=200, verbose_name="file")),
                (
                    "sha256",
                    models.CharField(
                        db_comment="hex SHA-256 of the file that was read", max_length=64
                    ),
                ),
                ("matched", models.PositiveBigIntegerField(verbose_name="matched")),
                (
                    "missing",
                    models.PositiveBigIntegerField(
                        db_comment="sent and not booked", verbose_name="missing"
                    ),
                ),
                (
                    "extra",
                    models.PositiveBigIntegerField(
                        db_comment="booked and not sent", verbose_name="extra"
                    ),
                ),
                (
                    "differing",
                    models.PositiveBigIntegerField(
                        db_comment="booked otherwise", verbose_name="differing"
                    ),
                ),
                (
                    "differences",
                    models.JSONField(db_comment="the first thousand, amounts as strings"),
                ),
                ("reconciled_at", models.DateTimeField()),
                (
                    "export",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reconciliations",
                        to="ledger.journalexport",
                    ),
                ),
                (
                    "reconciled_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "export reconciliation",
                "verbose_name_plural": "export reconciliations",
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("export", "sha256"), name="ledger_file_is_reconciled_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ExportRejection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                ("rejected_at", models.DateTimeField()),
                (
                    "export",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rejection",
                        to="ledger.journalexport",
                    ),
                ),
                (
                    "rejected_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "export rejection",
                "verbose_name_plural": "export rejections",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="ledger_rejection_has_a_reason",
                    )
                ],
            },
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
