"""Accounts and statement lines in the books of a legal entity: see the SQL beside this file."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).with_suffix(".sql").read_text()
UNDO = Path(__file__).with_suffix(".undo.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0010_gl_mapping"),
        ("organisation", "0005_legal_entity_code"),
        ("pricing", "0004_fund_entity"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="account",
            name="ledger_one_account_for_its_dimensions",
        ),
        migrations.RemoveConstraint(
            model_name="account",
            name="ledger_account_code_is_readable_elsewhere",
        ),
        migrations.RemoveConstraint(
            model_name="glmapping",
            name="ledger_gl_mapping_narrows_what_its_kind_has",
        ),
        migrations.RemoveConstraint(
            model_name="settlementline",
            name="ledger_statement_line_is_unique",
        ),
        migrations.AddField(
            model_name="account",
            name="counterparty",
            field=models.ForeignKey(
                blank=True,
                db_comment="on a due-to or due-from account: the legal entity on the other side",
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organisation.legalentity",
                verbose_name="counterparty",
            ),
        ),
        migrations.AddField(
            model_name="account",
            name="legal_entity",
            field=models.ForeignKey(
                blank=True,
                db_comment="whose books it is in; null: its scheme tells no books apart, or it is kgCO2e",
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organisation.legalentity",
                verbose_name="legal entity",
            ),
        ),
        migrations.AddField(
            model_name="settlementline",
            name="legal_entity",
            field=models.ForeignKey(
                db_comment="whose books its department was in on the days of its activity; null where the scheme tells no books apart, or nothing is charged or earned",
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organisation.legalentity",
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
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("counterparty__isnull", False)),
                fields=["scheme", "legal_entity"],
                name="ledger_account_between",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(
                fields=(
                    "kind",
                    "commodity",
                    "scheme",
                    "department",
                    "scope",
                    "category",
                    "durability_class",
                    "legal_entity",
                    "counterparty",
                ),
                name="ledger_one_account_for_its_dimensions",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "code__regex",
                        "^(Assets|Expenses|Income|Equity|Liabilities)(:[A-Z0-9][A-Za-z0-9-]*)+$",
                    )
                ),
                name="ledger_account_code_is_readable_elsewhere",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("counterparty__isnull", False),
                        ("kind__in", ("due_to", "due_from")),
                        ("legal_entity__isnull", False),
                        models.Q(("legal_entity", models.F("counterparty")), _negated=True),
                    ),
                    models.Q(
                        models.Q(("kind__in", ("due_to", "due_from")), _negated=True),
                        ("counterparty__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="ledger_due_account_names_both_entities",
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
                    "legal_entity",
                ),
                name="ledger_statement_line_is_unique",
                nulls_distinct=False,
            ),
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
