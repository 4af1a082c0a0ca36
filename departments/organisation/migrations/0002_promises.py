"""A code for life, and keys that never widen: see the SQL beside this file."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).with_suffix(".sql").read_text()
UNDO = Path(__file__).with_suffix(".undo.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("organisation", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="apikey",
            name="is_company_wide",
            field=models.BooleanField(
                default=False,
                help_text="It reaches as far as its person. Otherwise it sees its departments alone.",
                verbose_name="company-wide",
            ),
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
