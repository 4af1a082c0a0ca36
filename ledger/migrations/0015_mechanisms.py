"""Levies and allocations: what a mechanism shares out; see the SQL beside this."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).with_suffix(".sql").read_text()
UNDO = Path(__file__).with_suffix(".undo.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0014_grants"),
        ("organisation", "0005_legal_entity_code"),
        ("pricing", "0006_mechanisms"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="glmapping",
            name="ledger_gl_mapping_narrows_what_its_kind_has",
        ),
        migrations.AddField(
            model_name="settlementline",
            name="explanation",
            field=models.TextField(
                db_comment="of a levy or an allocation: how its amount so far came about, by sentence",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="account",
            name="kind",
            field=models.CharField(
                choices=[
                    ("emissions", "emissions"),
                    ("removals", "removals"),
                    ("atmosphere", "atmosphere"),
                    ("fee_expense", "carbon fee expense"),
                    ("incentive_income", "carbon incentive income"),
                    ("levy_expense", "carbon levy expense"),
                    ("fee_return", "carbon fee return"),
                    ("carbon_fund", "carbon fund"),
                    ("accrued_expense", "accrued fee expense"),
                    ("accrued_income", "accrued incentive income"),
                    ("accrued_liability", "accrued fee liability"),
                    ("due_to", "due to another legal entity"),
                    ("due_from", "due from another legal entity"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="glmapping",
            name="account_kind",
            field=models.CharField(
                choices=[
                    ("emissions", "emissions"),
                    ("removals", "removals"),
                    ("atmosphere", "atmosphere"),
                    ("fee_expense", "carbon fee expense"),
                    ("incentive_income", "carbon incentive income"),
                    ("levy_expense", "carbon levy expense"),
                    ("fee_return", "carbon fee return"),
                    ("carbon_fund", "carbon fund"),
                    ("accrued_expense", "accrued fee expense"),
                    ("accrued_income", "accrued incentive income"),
                    ("accrued_liability", "accrued fee liability"),
                    ("due_to", "due to another legal entity"),
                    ("due_from", "due from another legal entity"),
                ],
                max_length=20,
                verbose_name="kind of account",
            ),
        ),
        migrations.AlterField(
            model_name="settlementline",
            name="amount_minor",
            field=models.BigIntegerField(
                db_comment="minor units of the scheme's currency, this settlement; earnings are positive"
            ),
        ),
        migrations.AlterField(
            model_name="settlementline",
            name="kind",
            field=models.CharField(
                choices=[
                    ("charge", "charge"),
                    ("incentive", "incentive"),
                    ("levy", "levy"),
                    ("allocation", "allocation"),
                    ("recorded", "recorded, not charged"),
                ],
                max_length=10,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="settlementline",
            name="shard",
            field=models.ForeignKey(
                db_comment="null: a levy or an allocation, of the whole settlement",
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="ledger.settlementshard",
            ),
        ),
        migrations.AddConstraint(
            model_name="glmapping",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("category__isnull", True), ("account_kind", "emissions"), _connector="OR"
                    ),
                    models.Q(
                        ("scheme__isnull", True),
                        (
                            "account_kind__in",
                            (
                                "fee_expense",
                                "incentive_income",
                                "levy_expense",
                                "fee_return",
                                "carbon_fund",
                                "accrued_expense",
                                "accrued_income",
                                "accrued_liability",
                                "due_to",
                                "due_from",
                            ),
                        ),
                        _connector="OR",
                    ),
                ),
                name="ledger_gl_mapping_narrows_what_its_kind_has",
                violation_error_message="Only emissions have a category, and only fees, incentives and funds a scheme.",
            ),
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
