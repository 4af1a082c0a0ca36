"""Approval numbers are drawn by the database, results can be counted: see the SQL beside this."""

from decimal import Decimal
from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).with_suffix(".sql").read_text()
UNDO = Path(__file__).with_suffix(".undo.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("inventory", "0005_edited_by")]
    operations = [
        migrations.AddConstraint(
            model_name="emissionrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("location_kgco2e__range", (-(Decimal(10) ** 12), Decimal(10) ** 12)),
                    ("market_kgco2e__range", (-(Decimal(10) ** 12), Decimal(10) ** 12)),
                ),
                name="inventory_result_is_countable",
                violation_error_message="A record holds at most a billion tonnes.",
            ),
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
