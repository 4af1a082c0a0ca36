"""Results of an import share their printed arithmetic: see the SQL beside this file."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).with_suffix(".sql").read_text()
UNDO = Path(__file__).with_suffix(".undo.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0009_lean_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="CalculationRecipe",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "digest",
                    models.CharField(
                        db_comment="hex SHA-256 of the recipe: the same is kept once",
                        max_length=64,
                        unique=True,
                    ),
                ),
                (
                    "template",
                    models.JSONField(db_comment="a trace whose figures follow from the quantity"),
                ),
            ],
        ),
        migrations.AlterField(
            model_name="emissionrecord",
            name="trace",
            field=models.JSONField(
                db_comment="the printed arithmetic: method, citation, fallbacks, steps; decimals as strings; empty where a recipe prints it"
            ),
        ),
        migrations.AddField(
            model_name="emissionrecord",
            name="recipe",
            field=models.ForeignKey(
                db_comment="prints the arithmetic from the record's quantity",
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="inventory.calculationrecipe",
            ),
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
