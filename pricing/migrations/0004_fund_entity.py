"""A scheme says whose books its fund is in."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organisation", "0004_default_cost_centre"),
        ("pricing", "0003_fixed_policy"),
    ]

    operations = [
        migrations.AddField(
            model_name="scheme",
            name="fund_entity",
            field=models.ForeignKey(
                blank=True,
                db_comment="null: the scheme's accounts belong to no legal entity",
                help_text="Whose books the carbon fund is in. Departments of other legal entities then pay and earn through due-to and due-from accounts. Empty: books are not told apart.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="organisation.legalentity",
                verbose_name="legal entity of the fund",
            ),
        ),
    ]
