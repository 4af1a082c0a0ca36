"""Indexes that an import fills in passing: what waits, and which pages hold an import."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inventory", "0008_import_parts")]
    operations = [
        migrations.RemoveIndex(
            model_name="activityrecord",
            name="inventory_record_in_state",
        ),
        migrations.RemoveIndex(
            model_name="activityrecord",
            name="inventory_record_of_batch",
        ),
        migrations.AddIndex(
            model_name="activityrecord",
            index=models.Index(
                condition=models.Q(("state__in", ["submitted", "returned"])),
                fields=["state", "id"],
                name="inventory_record_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="activityrecord",
            index=django.contrib.postgres.indexes.BrinIndex(
                fields=["batch"], name="inventory_record_by_batch", pages_per_range=16
            ),
        ),
    ]
