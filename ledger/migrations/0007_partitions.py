"""The journal in partitions, one a period; guards instead of row-level keys: see the SQL beside it."""

from pathlib import Path

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).with_suffix(".sql").read_text()
UNDO = Path(__file__).with_suffix(".undo.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0006_numbers_are_drawn"),
        ("ledger", "0006_outbox"),
        ("organisation", "0002_promises"),
        ("pricing", "0003_fixed_policy"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PeriodBalance",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account",
                        "period",
                        "slot",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
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
                ("slot", models.SmallIntegerField(db_comment="0 for a department's account")),
                (
                    "debit",
                    models.DecimalField(db_comment="minor units", decimal_places=0, max_digits=38),
                ),
                (
                    "credit",
                    models.DecimalField(db_comment="minor units", decimal_places=0, max_digits=38),
                ),
            ],
            options={
                "verbose_name": "period balance",
                "verbose_name_plural": "period balances",
            },
        ),
        migrations.CreateModel(
            name="PostedSource",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "source_type",
                        "source_id",
                        "purpose",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
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
                ("source_type", models.CharField(max_length=30)),
                ("source_id", models.CharField(max_length=120)),
                ("purpose", models.CharField(max_length=30)),
                ("entry_id", models.BigIntegerField(unique=True)),
            ],
            options={
                "verbose_name": "posted source",
                "verbose_name_plural": "posted sources",
            },
        ),
        migrations.RemoveConstraint(
            model_name="settlementline",
            name="ledger_statement_line_is_unique",
        ),
        migrations.RemoveIndex(
            model_name="settlementline",
            name="ledger_line_by_key",
        ),
        migrations.AddField(
            model_name="settlementline",
            name="money_account",
            field=models.ForeignKey(
                db_comment="where its amount is booked; null where no money moves",
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.account",
            ),
        ),
        migrations.AddField(
            model_name="settlementline",
            name="quantity_account",
            field=models.ForeignKey(
                db_comment="where its kgCO2e are booked; null where the scheme books none",
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.account",
            ),
        ),
        migrations.AddField(
            model_name="settlementshard",
            name="input_count",
            field=models.PositiveBigIntegerField(
                db_comment="inputs, counted when the settlement was created", default=0
            ),
        ),
        migrations.AddField(
            model_name="settlementshard",
            name="input_sha256",
            field=models.CharField(
                blank=True, db_comment="over its sorted inputs, at the same moment", max_length=64
            ),
        ),
        migrations.AddField(
            model_name="settlementshard",
            name="settled_sha256",
            field=models.CharField(
                blank=True, db_comment="the same digest over what its lines settled", max_length=64
            ),
        ),
        migrations.AlterField(
            model_name="settlement",
            name="input_sha256",
            field=models.CharField(
                blank=True,
                db_comment="over its shards' digests, when it was created",
                max_length=64,
            ),
        ),
        migrations.AlterField(
            model_name="settlementline",
            name="activity_period",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.accountingperiod",
            ),
        ),
        migrations.AlterField(
            model_name="settlementline",
            name="department",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organisation.department",
            ),
        ),
        migrations.AlterField(
            model_name="settlementline",
            name="incentive_rate",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="pricing.incentiverate",
            ),
        ),
        migrations.AlterField(
            model_name="settlementline",
            name="price",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="pricing.carbonprice",
            ),
        ),
        migrations.AlterField(
            model_name="settlementline",
            name="scheme",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="pricing.scheme",
            ),
        ),
        migrations.AlterField(
            model_name="settlementline",
            name="settlement",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="ledger.settlement",
            ),
        ),
        migrations.AlterField(
            model_name="settlementline",
            name="shard",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="ledger.settlementshard",
            ),
        ),
        migrations.AlterField(
            model_name="settlementshard",
            name="record_count",
            field=models.PositiveBigIntegerField(
                db_comment="what its lines settled", default=0, verbose_name="records"
            ),
        ),
        migrations.AddIndex(
            model_name="settlementline",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["settlement"], name="ledger_line_by_settlement"
            ),
        ),
        migrations.AddConstraint(
            model_name="settlementline",
            constraint=models.UniqueConstraint(
                fields=(
                    "department",
                    "activity_period",
                    "settlement",
                    "kind",
                    "scope",
                    "category",
                    "durability_class",
                    "price",
                    "incentive_rate",
                ),
                name="ledger_statement_line_is_unique",
                nulls_distinct=False,
            ),
        ),
        migrations.AddIndex(
            model_name="periodbalance",
            index=models.Index(fields=["period"], name="ledger_balance_by_period"),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(SQL, UNDO)],
            state_operations=[
                migrations.RemoveConstraint(
                    model_name="journalentry",
                    name="ledger_source_is_posted_once",
                ),
                migrations.RemoveConstraint(
                    model_name="settledrecord",
                    name="ledger_record_is_settled_once_per_scheme",
                ),
                migrations.RemoveIndex(
                    model_name="journalentry",
                    name="ledger_entry_by_period",
                ),
                migrations.RemoveIndex(
                    model_name="settledrecord",
                    name="ledger_settled_by_line",
                ),
                migrations.RemoveField(
                    model_name="settledrecord",
                    name="id",
                ),
                migrations.AddField(
                    model_name="journalline",
                    name="period",
                    field=models.ForeignKey(
                        db_comment="its entry's; names the partition",
                        db_constraint=False,
                        db_index=False,
                        default=None,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.accountingperiod",
                    ),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name="settledrecord",
                    name="pk",
                    field=models.CompositePrimaryKey(
                        "scheme",
                        "emission_record",
                        "sign",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                migrations.AlterField(
                    model_name="journalentry",
                    name="activity_period",
                    field=models.ForeignKey(
                        db_comment="period of the activity; differs from `period` on a true-up",
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.accountingperiod",
                    ),
                ),
                migrations.AlterField(
                    model_name="journalentry",
                    name="department",
                    field=models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.department",
                    ),
                ),
                migrations.AlterField(
                    model_name="journalentry",
                    name="period",
                    field=models.ForeignKey(
                        db_comment="names the partition",
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="ledger.accountingperiod",
                    ),
                ),
                migrations.AlterField(
                    model_name="journalentry",
                    name="posted_by",
                    field=models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AlterField(
                    model_name="journalentry",
                    name="reverses",
                    field=models.ForeignKey(
                        db_comment="at most one entry reverses another: its source says which",
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversals",
                        to="ledger.journalentry",
                    ),
                ),
                migrations.AlterField(
                    model_name="journalentry",
                    name="settlement",
                    field=models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.settlement",
                    ),
                ),
                migrations.AddIndex(
                    model_name="settledrecord",
                    index=django.contrib.postgres.indexes.BrinIndex(
                        autosummarize=True,
                        fields=["line"],
                        name="ledger_settled_by_line",
                        pages_per_range=16,
                    ),
                ),
                migrations.AddConstraint(
                    model_name="journalentry",
                    constraint=models.UniqueConstraint(
                        fields=("settlement", "department", "activity_period", "purpose", "period"),
                        name="ledger_settlement_posts_an_entry_once",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="settlementshard",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "done"), _negated=True),
                    models.Q(
                        ("record_count", models.F("input_count")),
                        ("settled_sha256", models.F("input_sha256")),
                    ),
                    _connector="OR",
                ),
                name="ledger_done_shard_settled_its_inputs",
            ),
        ),
    ]
