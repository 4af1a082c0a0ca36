"""Accounts are opened by the tens of thousands in one statement: no index that nobody reads."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0011_legal_entities"),
        ("organisation", "0005_legal_entity_code"),
        ("pricing", "0004_fund_entity"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="account",
            name="ledger_account_with_its_commodity",
        ),
        migrations.AlterField(
            model_name="account",
            name="code",
            field=models.CharField(max_length=200, verbose_name="code"),
        ),
        migrations.AlterField(
            model_name="account",
            name="commodity",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="accounts",
                to="ledger.commodity",
            ),
        ),
        migrations.AlterField(
            model_name="account",
            name="scheme",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="pricing.scheme",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(
                fields=("code",), name="ledger_account_code_is_unique"
            ),
        ),
    ]
