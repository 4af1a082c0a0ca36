"""What any mechanism gives back, its fund holds; see the SQL beside this."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_suffix(".sql").read_text()
UNDO = Path(__file__).with_suffix(".undo.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("ledger", "0022_disputes")]

    operations = [migrations.RunSQL(SQL, UNDO)]
