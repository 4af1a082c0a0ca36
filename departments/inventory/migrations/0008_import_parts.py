"""The bytes of an imported file are kept in parts, so that nobody holds all of them at once."""

import django.db.models.deletion
from django.db import migrations, models

# Bytes as they are: a file is read back whole or not at all, and compressing it takes longer.
COPY = """
    ALTER TABLE inventory_importpart ALTER COLUMN content SET STORAGE EXTERNAL;
    INSERT INTO inventory_importpart (batch_id, number, content)
    SELECT id, 0, content FROM inventory_importbatch WHERE content IS NOT NULL;
    SET CONSTRAINTS ALL IMMEDIATE;
"""
RESTORE = """
    UPDATE inventory_importbatch b SET content = coalesce(
        (SELECT string_agg(p.content, ''::bytea ORDER BY p.number)
           FROM inventory_importpart p WHERE p.batch_id = b.id), ''::bytea);
    SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [("inventory", "0007_references")]
    operations = [
        migrations.CreateModel(
            name="ImportPart",
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
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="inventory.importbatch",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("batch", "number"), name="inventory_part_is_unique_in_its_file"
                    )
                ]
            },
        ),
        migrations.AlterField(
            model_name="importbatch",
            name="content",
            field=models.BinaryField(db_comment="the original file", null=True),
        ),
        migrations.RunSQL(COPY, RESTORE),
        migrations.RemoveField(model_name="importbatch", name="content"),
    ]
