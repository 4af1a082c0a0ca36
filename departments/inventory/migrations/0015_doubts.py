"""A record keeps what looked wrong in it when it came in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0014_absorption"),
    ]

    operations = [
        migrations.AddField(
            model_name="activityrecord",
            name="doubts",
            field=models.JSONField(
                blank=True,
                db_comment="what looked wrong when it came in: kind, column, value, reason, hint of each",
                editable=False,
                null=True,
            ),
        ),
    ]
