"""A legal entity's code is for life: see the SQL beside this file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_suffix(".sql").read_text()
UNDO = Path(__file__).with_suffix(".undo.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("organisation", "0004_default_cost_centre")]
    operations = [migrations.RunSQL(SQL, UNDO)]
