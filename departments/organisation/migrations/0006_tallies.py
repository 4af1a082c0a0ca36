"""Counts of what happened in a while, and of how often a person was disabled."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).with_suffix(".sql").read_text()
UNDO = Path(__file__).with_suffix(".undo.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("organisation", "0005_legal_entity_code")]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "subject_sha256",
                    models.CharField(
                        db_comment="hex SHA-256 of what is counted, and for whom",
                        max_length=64,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("count", models.PositiveIntegerField(db_comment="since the while began")),
                (
                    "ends_at",
                    models.DateTimeField(db_comment="a sweep deletes it afterwards", db_index=True),
                ),
            ],
            options={
                "verbose_name": "tally",
                "verbose_name_plural": "tallies",
                "ordering": ["ends_at"],
            },
        ),
        migrations.AddField(
            model_name="user",
            name="disabled_count",
            field=models.PositiveIntegerField(
                db_comment="how often the person was disabled; the database counts, and sessions end",
                default=0,
                editable=False,
            ),
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
