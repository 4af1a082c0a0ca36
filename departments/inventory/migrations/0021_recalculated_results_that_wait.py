"""Recalculated results that wait are found by their day, however many results there are."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0020_history_and_evidence"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="emissionrecord",
            index=models.Index(
                condition=models.Q(
                    ("approval_number__isnull", True), ("proposed_by__isnull", False)
                ),
                fields=["activity_on"],
                name="inventory_emission_waiting",
            ),
        ),
    ]
