"""What the two large tables refer to is guarded once per statement: see the SQL beside this file."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).with_suffix(".sql").read_text()
UNDO = Path(__file__).with_suffix(".undo.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0006_numbers_are_drawn"),
        ("organisation", "0002_promises"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.RemoveIndex(
            model_name="activityrecord",
            name="inventory_record_by_department",
        ),
        migrations.RemoveIndex(
            model_name="activityrecord",
            name="inventory_record_by_state",
        ),
        migrations.AlterField(
            model_name="activityrecord",
            name="batch",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="records",
                to="inventory.importbatch",
            ),
        ),
        migrations.AlterField(
            model_name="activityrecord",
            name="created_by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="activityrecord",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="activityrecord",
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
            model_name="activityrecord",
            name="edited_by",
            field=models.ForeignKey(
                blank=True,
                db_comment="who changed the draft last; null: nobody since it was entered",
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="activityrecord",
            name="submitted_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="activityrecord",
            name="supersedes",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrections",
                to="inventory.activityrecord",
            ),
        ),
        migrations.AlterField(
            model_name="emissionrecord",
            name="activity_record",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="emission_records",
                to="inventory.activityrecord",
            ),
        ),
        migrations.AlterField(
            model_name="emissionrecord",
            name="approved_by",
            field=models.ForeignKey(
                db_comment="who approved a recalculation; set once, before the approval number",
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="emissionrecord",
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
            model_name="emissionrecord",
            name="factor",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="emission_records",
                to="inventory.emissionfactor",
            ),
        ),
        migrations.AlterField(
            model_name="emissionrecord",
            name="proposed_by",
            field=models.ForeignKey(
                db_comment="who recalculated an approved record; null for a record's first result",
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="emissionrecord",
            name="supersedes",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="successors",
                to="inventory.emissionrecord",
            ),
        ),
        migrations.AddIndex(
            model_name="activityrecord",
            index=models.Index(fields=["department", "id"], name="inventory_record_of_department"),
        ),
        migrations.AddIndex(
            model_name="activityrecord",
            index=models.Index(fields=["state", "id"], name="inventory_record_in_state"),
        ),
        migrations.AddIndex(
            model_name="activityrecord",
            index=models.Index(
                condition=models.Q(("batch__isnull", False)),
                fields=["batch"],
                name="inventory_record_of_batch",
            ),
        ),
        migrations.AddIndex(
            model_name="activityrecord",
            index=models.Index(
                condition=models.Q(("supersedes__isnull", False)),
                fields=["supersedes"],
                name="inventory_record_correction",
            ),
        ),
        migrations.AddIndex(
            model_name="emissionrecord",
            index=models.Index(
                condition=models.Q(("supersedes__isnull", False)),
                fields=["supersedes"],
                name="inventory_emission_supersedes",
            ),
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
