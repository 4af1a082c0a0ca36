"""A recalculation names who proposed and who approved it; a GWP can be suspect, a place long."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

SQL = Path(__file__).with_suffix(".sql").read_text()
UNDO = Path(__file__).with_suffix(".undo.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("inventory", "0003_promises"),
    ]
    operations = [
        migrations.AddField(
            model_name="globalwarmingpotential",
            name="suspect",
            field=models.BooleanField(
                default=False,
                help_text="Used only when a person confirms it.",
                verbose_name="suspect",
            ),
        ),
        migrations.AddField(
            model_name="emissionrecord",
            name="proposed_by",
            field=models.ForeignKey(
                db_comment="who recalculated an approved record; null for a record's first result",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="emissionrecord",
            name="approved_by",
            field=models.ForeignKey(
                db_comment="who approved a recalculation; set once, before the approval number",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="emissionrecord",
            name="reason",
            field=models.CharField(blank=True, db_comment="of a recalculation", max_length=500),
        ),
        migrations.AddConstraint(
            model_name="emissionrecord",
            constraint=models.CheckConstraint(
                condition=Q(proposed_by__isnull=True)
                | Q(approval_number__isnull=True)
                | (Q(approved_by__isnull=False) & ~Q(approved_by=F("proposed_by"))),
                name="inventory_recalculation_approved_by_another_person",
                violation_error_message="Whoever recalculated a record can't approve it.",
            ),
        ),
        *(
            migrations.AlterField(
                model_name=model_name,
                name="place",
                field=models.CharField(
                    blank=True,
                    db_comment="ISO 3166, eGRID subregion or WORLD",
                    max_length=60,
                    verbose_name="place",
                ),
            )
            for model_name in ("emissionfactor", "activityrecord")
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
