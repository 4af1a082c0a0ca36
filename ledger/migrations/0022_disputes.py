"""Disputes of statement lines: see the SQL beside this file."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).with_suffix(".sql").read_text()
UNDO = Path(__file__).with_suffix(".undo.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0018_column_mapping"),
        ("ledger", "0021_webhooks"),
        ("organisation", "0005_legal_entity_code"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Dispute",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reason",
                    models.TextField(
                        db_comment="what is wrong, for who answers", verbose_name="reason"
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
                            ("open", "open"),
                            ("accepted", "accepted"),
                            ("rejected", "rejected"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("opened_at", models.DateTimeField(verbose_name="opened at")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided at")),
                ("answer", models.TextField(blank=True, verbose_name="answer")),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
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
                    "line",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disputes",
                        to="ledger.settlementline",
                        verbose_name="statement line",
                    ),
                ),
                (
                    "manual_entry",
                    models.ForeignKey(
                        db_comment="accepted: the entry by hand that puts it right",
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disputes",
                        to="ledger.manualentry",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="opened by",
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        db_comment="accepted: the record of the line that is corrected",
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.activityrecord",
                    ),
                ),
            ],
            options={
                "verbose_name": "dispute",
                "verbose_name_plural": "disputes",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "open")),
                        fields=["id"],
                        name="ledger_dispute_waiting",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True),
                                ("decided_by__isnull", True),
                                ("state", "open"),
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                models.Q(("state", "open"), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="ledger_decided_dispute_names_who_decided",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "withdrawn"),
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("opened_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="ledger_dispute_answered_by_another_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", ""), _negated=True),
                            models.Q(
                                models.Q(("state__in", ["accepted", "rejected"]), _negated=True),
                                models.Q(("answer", ""), _negated=True),
                                _connector="OR",
                            ),
                        ),
                        name="ledger_dispute_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("manual_entry__isnull", True),
                                ("record__isnull", False),
                                ("state", "accepted"),
                            ),
                            models.Q(
                                ("manual_entry__isnull", False),
                                ("record__isnull", True),
                                ("state", "accepted"),
                            ),
                            models.Q(
                                ("manual_entry__isnull", True),
                                ("record__isnull", True),
                                models.Q(("state", "accepted"), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="ledger_accepted_dispute_names_its_remedy",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("line",),
                        name="ledger_line_has_one_open_dispute",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
