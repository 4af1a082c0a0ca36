"""What must leave the database, and whether it has."""

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0005_entry_seals"),
    ]

    operations = [
        migrations.CreateModel(
            name="OutboxMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "topic",
                    models.CharField(
                        db_comment="says who delivers it", max_length=40, verbose_name="topic"
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        db_comment="names the message in its topic",
                        max_length=120,
                        verbose_name="key",
                    ),
                ),
                ("payload", models.JSONField(verbose_name="content")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="written at",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                (
                    "due_at",
                    models.DateTimeField(
                        db_comment="not before; null: at once",
                        null=True,
                        verbose_name="next attempt",
                    ),
                ),
                ("delivered_at", models.DateTimeField(null=True, verbose_name="delivered at")),
                (
                    "is_quarantined",
                    models.BooleanField(
                        db_comment="failed too often: a person releases it",
                        default=False,
                        verbose_name="in quarantine",
                    ),
                ),
                (
                    "error",
                    models.TextField(
                        blank=True, db_comment="of the last attempt", verbose_name="error"
                    ),
                ),
            ],
            options={
                "verbose_name": "outgoing message",
                "verbose_name_plural": "outgoing messages",
                "db_table": "ledger_outbox",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("delivered_at__isnull", True)),
                        fields=["due_at"],
                        name="ledger_outbox_undelivered",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("topic", "key"), name="ledger_outbox_key_is_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("delivered_at__isnull", False), ("is_quarantined", True), _negated=True
                        ),
                        name="ledger_delivered_message_is_not_in_quarantine",
                    ),
                ],
            },
        ),
    ]
