"""Removals are found by their day; the index that keeps external ids unique finds one by it alone."""

from django.db import migrations, models

NAME = "inventory_external_id_is_unique_in_its_department"


class Migration(migrations.Migration):
    dependencies = [("inventory", "0022_day_totals")]

    operations = [
        migrations.AddIndex(
            model_name="emissionrecord",
            index=models.Index(
                fields=["activity_on"],
                name="inventory_removal_by_day",
                condition=models.Q(kind="removal", approval_number__isnull=False),
            ),
        ),
        migrations.RemoveConstraint(model_name="activityrecord", name=NAME),
        migrations.AddConstraint(
            model_name="activityrecord",
            constraint=models.UniqueConstraint(
                fields=["external_id", "department"],
                condition=~models.Q(external_id="") & models.Q(supersedes__isnull=True),
                name=NAME,
            ),
        ),
    ]
