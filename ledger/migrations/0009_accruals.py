"""Accounts for what is accrued, among them the first liabilities."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0008_manual_sources")]

    operations = [
        migrations.RemoveConstraint(
            model_name="account",
            name="ledger_account_code_is_readable_elsewhere",
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
                    ("carbon_fund", "carbon fund"),
                    ("accrued_expense", "accrued fee expense"),
                    ("accrued_income", "accrued incentive income"),
                    ("accrued_liability", "accrued fee liability"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "code__regex",
                        "^(Expenses|Income|Equity|Liabilities)(:[A-Z0-9][A-Za-z0-9-]*)+$",
                    )
                ),
                name="ledger_account_code_is_readable_elsewhere",
            ),
        ),
    ]
