"""Grants are paid as awarded, out of what the fund holds: see the SQL beside this file."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_suffix(".sql").read_text()
UNDO = Path(__file__).with_suffix(".undo.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("ledger", "0013_erp_exports"), ("pricing", "0005_grants")]
    operations = [migrations.RunSQL(SQL, UNDO)]
