"""What a scheme charged under stays as it was: see the SQL beside this file."""

from pathlib import Path

from django.db import migrations, models
from django.db.models.functions import Replace, Upper

SQL = Path(__file__).with_suffix(".sql").read_text()
UNDO = Path(__file__).with_suffix(".undo.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("pricing", "0002_promises")]
    operations = [
        migrations.AddConstraint(
            model_name="scheme",
            constraint=models.UniqueConstraint(
                Upper(Replace(models.F("code"), models.Value("_"), models.Value("-"))),
                name="pricing_scheme_code_makes_accounts_of_its_own",
                violation_error_message="Another scheme's accounts have this name already: codes that differ only in case, “_” and “-” name the same accounts. Choose another code.",
            ),
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
