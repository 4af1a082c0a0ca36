"""What results in force add up to by day, kept by the results themselves; see the SQL beside this."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).with_suffix(".sql").read_text()
UNDO = Path(__file__).with_suffix(".undo.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0021_recalculated_results_that_wait"),
    ]

    operations = [
        migrations.CreateModel(
            name="DayTotal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("activity_on", models.DateField()),
                ("kind", models.CharField(max_length=10)),
                ("scope", models.PositiveSmallIntegerField(null=True)),
                ("category", models.PositiveSmallIntegerField(null=True)),
                ("is_estimated", models.BooleanField()),
                ("location_kgco2e", models.DecimalField(decimal_places=6, max_digits=38)),
                ("market_kgco2e", models.DecimalField(decimal_places=6, max_digits=38)),
                ("result_count", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "total of a day",
                "verbose_name_plural": "totals of days",
                "indexes": [models.Index(fields=["activity_on"], name="inventory_day_total_of")],
            },
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
