"""Who changed what, kept by the database; see the SQL beside."""

from pathlib import Path

import django.contrib.postgres.fields
from django.db import migrations, models

SQL = Path(__file__).with_suffix(".sql").read_text()
UNDO = Path(__file__).with_suffix(".undo.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("organisation", "0007_notices"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "xid",
                    models.BigIntegerField(
                        db_comment="the transaction; its events belong together"
                    ),
                ),
                ("table_name", models.CharField(max_length=63, verbose_name="table")),
                (
                    "object_key",
                    models.CharField(
                        db_comment="the row's primary key; empty for a whole table",
                        max_length=200,
                        verbose_name="object",
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("added", "added"),
                            ("changed", "changed"),
                            ("removed", "removed"),
                            ("emptied", "emptied"),
                        ],
                        max_length=10,
                        verbose_name="what",
                    ),
                ),
                (
                    "person_id",
                    models.BigIntegerField(
                        db_comment="for whom the transaction said it works", null=True
                    ),
                ),
                (
                    "key_id",
                    models.BigIntegerField(db_comment="the API key that it came with", null=True),
                ),
                (
                    "named_id",
                    models.BigIntegerField(
                        db_comment="the one person whom the row names in a column …_by_id that changed",
                        null=True,
                    ),
                ),
                ("request_id", models.CharField(blank=True, max_length=64, verbose_name="request")),
                (
                    "program",
                    models.CharField(
                        blank=True,
                        db_comment="application_name of the connection",
                        max_length=63,
                        verbose_name="program",
                    ),
                ),
                ("database_role", models.CharField(max_length=63, verbose_name="database role")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                (
                    "changed",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=63),
                        db_comment="columns; empty unless the row was changed",
                        size=None,
                    ),
                ),
                (
                    "before",
                    models.JSONField(
                        db_comment="what was; of a change its columns alone", null=True
                    ),
                ),
                (
                    "after",
                    models.JSONField(
                        db_comment="what is since; of a change its columns alone", null=True
                    ),
                ),
            ],
            options={
                "verbose_name": "audit event",
                "verbose_name_plural": "audit trail",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        fields=["table_name", "object_key", "id"], name="organisation_trail_object"
                    ),
                    models.Index(fields=["person_id", "id"], name="organisation_trail_person"),
                    models.Index(fields=["named_id", "id"], name="organisation_trail_named"),
                    models.Index(fields=["at"], name="organisation_trail_at"),
                    models.Index(fields=["request_id"], name="organisation_trail_request"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("action__in", ["added", "changed", "removed", "emptied"])
                        ),
                        name="organisation_trail_names_an_action",
                    )
                ],
            },
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
