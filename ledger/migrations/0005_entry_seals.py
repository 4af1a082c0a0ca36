"""Each entry and account is sealed by itself, in SQL; existing seals are taken anew, see the SQL."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).with_suffix(".sql").read_text()
UNDO = Path(__file__).with_suffix(".undo.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_manual_entries")]

    operations = [
        migrations.CreateModel(
            name="AccountSeal",
            fields=[
                (
                    "number",
                    models.PositiveBigIntegerField(
                        db_comment="1, 2, 3 … without a gap", primary_key=True, serialize=False
                    ),
                ),
                ("account_id", models.BigIntegerField(unique=True)),
                ("sha256", models.BinaryField(db_comment="32 bytes, over the account's fields")),
                (
                    "chain",
                    models.BinaryField(db_comment="32 bytes, over the chain before and sha256"),
                ),
            ],
            options={
                "verbose_name": "account seal",
                "verbose_name_plural": "account seals",
            },
        ),
        migrations.CreateModel(
            name="EntrySeal",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "period",
                        "number",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "number",
                    models.PositiveBigIntegerField(
                        db_comment="1, 2, 3 … in its period, without a gap"
                    ),
                ),
                ("entry_id", models.BigIntegerField()),
                (
                    "hashes",
                    models.BinaryField(
                        db_comment="32 bytes for the entry's own fields, then 32 for each line, by line id"
                    ),
                ),
                (
                    "chain",
                    models.BinaryField(
                        db_comment="32 bytes, over the chain before, entry id and hashes"
                    ),
                ),
                (
                    "period",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.accountingperiod",
                    ),
                ),
            ],
            options={
                "verbose_name": "entry seal",
                "verbose_name_plural": "entry seals",
            },
        ),
        migrations.AddField(
            model_name="periodseal",
            name="entry_count",
            field=models.PositiveBigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="periodseal",
            name="account_count",
            field=models.PositiveBigIntegerField(db_comment="account seals so far", default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="periodseal",
            name="accounts_sha256",
            field=models.CharField(
                db_comment="hex, the chain of account seals at that number",
                default="",
                max_length=64,
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="periodseal",
            name="chain_sha256",
            field=models.CharField(
                db_comment="hex SHA-256 of everything else here, and the period's own fields",
                max_length=64,
            ),
        ),
        migrations.AlterField(
            model_name="periodseal",
            name="lines_sha256",
            field=models.CharField(
                db_comment="hex, end of the chain of the period's entry seals", max_length=64
            ),
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
