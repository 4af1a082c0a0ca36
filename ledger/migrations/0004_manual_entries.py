"""Entries by hand, by two people: see the SQL beside this file."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import ledger.models.journal

SQL = Path(__file__).with_suffix(".sql").read_text()
UNDO = Path(__file__).with_suffix(".undo.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0003_export_acknowledgement"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ManualEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("entry_date", models.DateField(verbose_name="entry date")),
                ("description", models.CharField(max_length=300, verbose_name="description")),
                (
                    "reason",
                    models.TextField(
                        db_comment="why it is needed, for who decides", verbose_name="reason"
                    ),
                ),
                (
                    "evidence",
                    models.TextField(
                        blank=True, db_comment="a link, or words", verbose_name="evidence"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "proposed"),
                            ("approved", "approved"),
                            ("rejected", "rejected"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="proposed",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("proposed_at", models.DateTimeField(verbose_name="proposed at")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided at")),
                ("decision_reason", models.TextField(blank=True, verbose_name="decision's reason")),
                (
                    "posted_entry_id",
                    models.BigIntegerField(
                        db_comment="the journal entry that its approval posted",
                        null=True,
                        unique=True,
                    ),
                ),
                (
                    "recorded_xid",
                    models.BigIntegerField(
                        db_comment="transaction that wrote it; only that one may add lines",
                        db_default=ledger.models.journal.CurrentTransactionId(),
                        editable=False,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
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
                    "reverses",
                    models.ForeignKey(
                        db_comment="the approved proposal whose entry this one takes back",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversals",
                        to="ledger.manualentry",
                    ),
                ),
            ],
            options={
                "verbose_name": "manual entry",
                "verbose_name_plural": "manual entries",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ManualEntryLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "debit",
                    models.BigIntegerField(db_comment="minor units, ≥ 0", verbose_name="debit"),
                ),
                (
                    "credit",
                    models.BigIntegerField(db_comment="minor units, ≥ 0", verbose_name="credit"),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "commodity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.commodity",
                    ),
                ),
                (
                    "manual_entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="ledger.manualentry",
                    ),
                ),
            ],
            options={
                "verbose_name": "manual entry line",
                "verbose_name_plural": "manual entry lines",
                "ordering": ["id"],
            },
        ),
        migrations.AddIndex(
            model_name="manualentry",
            index=models.Index(
                condition=models.Q(("state", "proposed")),
                fields=["id"],
                name="ledger_manual_entry_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="manualentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "withdrawn"),
                    ("decided_by__isnull", True),
                    models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="ledger_manual_entry_decided_by_another_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="manualentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "withdrawn"), _negated=True),
                    ("decided_by", models.F("proposed_by")),
                    _connector="OR",
                ),
                name="ledger_manual_entry_withdrawn_by_its_author",
            ),
        ),
        migrations.AddConstraint(
            model_name="manualentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", True),
                        ("decided_by__isnull", True),
                        ("state", "proposed"),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        models.Q(("state", "proposed"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="ledger_decided_manual_entry_names_who_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="manualentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("posted_entry_id__isnull", False), ("state", "approved")),
                    models.Q(
                        ("posted_entry_id__isnull", True),
                        models.Q(("state", "approved"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="ledger_approved_manual_entry_is_posted",
            ),
        ),
        migrations.AddConstraint(
            model_name="manualentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason", ""), _negated=True),
                    models.Q(
                        models.Q(("state", "rejected"), _negated=True),
                        models.Q(("decision_reason", ""), _negated=True),
                        _connector="OR",
                    ),
                ),
                name="ledger_manual_entry_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="manualentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["proposed", "approved"])),
                fields=("reverses",),
                name="ledger_manual_entry_is_reversed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="manualentryline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("credit", 0), ("debit__gt", 0)),
                    models.Q(("credit__gt", 0), ("debit", 0)),
                    _connector="OR",
                ),
                name="ledger_manual_line_is_debit_or_credit",
            ),
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
