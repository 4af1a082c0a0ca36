"""Pages of the journal never go past lines that are being written: see the SQL beside this file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_suffix(".sql").read_text()
UNDO = Path(__file__).with_suffix(".undo.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("ledger", "0016_sweet_spots")]
    operations = [migrations.RunSQL(SQL, UNDO)]
