"""What is approved is not made to last longer: see the SQL beside this file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_suffix(".sql").read_text()
UNDO = Path(__file__).with_suffix(".undo.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("pricing", "0006_mechanisms")]
    operations = [migrations.RunSQL(SQL, UNDO)]
