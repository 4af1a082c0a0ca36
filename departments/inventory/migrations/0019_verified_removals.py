"""Who lets a verified removal earn: see the SQL beside this file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_suffix(".sql").read_text()
UNDO = Path(__file__).with_suffix(".undo.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0018_column_mapping"),
        ("organisation", "0005_legal_entity_code"),
    ]
    operations = [migrations.RunSQL(SQL, UNDO)]
