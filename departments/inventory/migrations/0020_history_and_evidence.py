"""What was done with records, and files that prove them; see the SQL beside."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).with_suffix(".sql").read_text()
UNDO = Path(__file__).with_suffix(".undo.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0019_verified_removals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="activityrecord",
            name="import_line",
            field=models.PositiveIntegerField(
                blank=True,
                db_comment="line of the file that it was imported from",
                editable=False,
                null=True,
            ),
        ),
        migrations.CreateModel(
            name="EvidenceFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "file_name",
                    models.CharField(
                        db_comment="as it was given; shown, never opened",
                        max_length=255,
                        verbose_name="file name",
                    ),
                ),
                (
                    "content_type",
                    models.CharField(
                        choices=[
                            ("application/pdf", "application/pdf"),
                            ("image/jpeg", "image/jpeg"),
                            ("image/png", "image/png"),
                            ("text/csv", "text/csv"),
                            ("text/plain", "text/plain"),
                            (
                                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                            ),
                        ],
                        db_comment="told from the bytes",
                        max_length=100,
                        verbose_name="kind",
                    ),
                ),
                ("size", models.PositiveIntegerField(db_comment="bytes", verbose_name="size")),
                ("sha256", models.CharField(db_comment="hex SHA-256 of the file", max_length=64)),
                (
                    "added_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="added at",
                    ),
                ),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="inventory.activityrecord",
                    ),
                ),
            ],
            options={
                "verbose_name": "evidence",
                "verbose_name_plural": "evidence",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="EvidencePart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(db_comment="counts from 0")),
                ("content", models.BinaryField(db_comment="bytes of the original file")),
                (
                    "file",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="inventory.evidencefile",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RecordEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("imported", "imported"),
                            ("changed", "changed"),
                            ("submitted", "submitted"),
                            ("approved", "approved"),
                            ("returned", "returned"),
                            ("proposed a recalculation", "proposed a recalculation"),
                            ("recalculated", "recalculated"),
                        ],
                        max_length=30,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "words",
                    models.CharField(
                        blank=True,
                        db_comment="the reason; of an import the name of its file",
                        max_length=500,
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="inventory.importbatch",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="inventory.activityrecord",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="evidencefile",
            constraint=models.UniqueConstraint(
                fields=("record", "sha256"), name="inventory_evidence_is_attached_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="evidencefile",
            constraint=models.CheckConstraint(
                condition=models.Q(("size__gt", 0), ("size__lte", 10485760)),
                name="inventory_evidence_has_a_size",
            ),
        ),
        migrations.AddConstraint(
            model_name="evidencefile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "content_type__in",
                        [
                            "application/pdf",
                            "image/jpeg",
                            "image/png",
                            "text/csv",
                            "text/plain",
                            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                        ],
                    )
                ),
                name="inventory_evidence_is_of_a_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="evidencepart",
            constraint=models.UniqueConstraint(
                fields=("file", "number"), name="inventory_evidence_part_is_unique_in_its_file"
            ),
        ),
        migrations.AddIndex(
            model_name="recordevent",
            index=models.Index(
                condition=models.Q(("record__isnull", False)),
                fields=["record"],
                name="inventory_event_of_record",
            ),
        ),
        migrations.AddIndex(
            model_name="recordevent",
            index=models.Index(
                condition=models.Q(("batch__isnull", False)),
                fields=["batch"],
                name="inventory_event_of_batch",
            ),
        ),
        migrations.AddConstraint(
            model_name="recordevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("batch__isnull", True), ("record__isnull", False)),
                    models.Q(("batch__isnull", False), ("record__isnull", True)),
                    _connector="OR",
                ),
                name="inventory_event_is_of_a_record_or_an_import",
            ),
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
