"""Keys of shared emissions and the parts that came of them; their promises in the SQL beside."""

from pathlib import Path

import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).with_suffix(".sql").read_text()
UNDO = Path(__file__).with_suffix(".undo.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0015_doubts"),
        ("organisation", "0005_legal_entity_code"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AllocationKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "version",
                    models.PositiveIntegerField(
                        db_comment="counts from 1 in its pool", verbose_name="version"
                    ),
                ),
                (
                    "driver",
                    models.CharField(
                        choices=[
                            ("headcount", "headcount"),
                            ("floor_area", "floor area"),
                            ("compute_hours", "compute hours"),
                            ("revenue", "revenue"),
                            ("percent", "agreed percentages"),
                        ],
                        max_length=20,
                        verbose_name="driver",
                    ),
                ),
                (
                    "unit",
                    models.CharField(
                        db_comment="of the driver's quantities", max_length=60, verbose_name="unit"
                    ),
                ),
                (
                    "valid",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        db_comment="days of activity; no end: until further notice",
                        verbose_name="valid",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        db_comment="where the driver's quantities are from",
                        max_length=500,
                        verbose_name="source",
                    ),
                ),
                (
                    "proposed_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pool",
                    models.ForeignKey(
                        db_comment="the department whose own emissions are shared out",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.department",
                        verbose_name="pool",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "allocation key",
                "verbose_name_plural": "allocation keys",
                "ordering": ["pool", "-version"],
            },
        ),
        migrations.CreateModel(
            name="AllocationShare",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "quantity",
                    models.DecimalField(
                        db_comment="in the key's unit",
                        decimal_places=10,
                        max_digits=30,
                        verbose_name="quantity",
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.department",
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shares",
                        to="inventory.allocationkey",
                    ),
                ),
            ],
            options={
                "verbose_name": "share",
                "verbose_name_plural": "shares",
                "ordering": ["department__code"],
            },
        ),
        migrations.CreateModel(
            name="AllocatedPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.department",
                    ),
                ),
                (
                    "part_record",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.activityrecord",
                    ),
                ),
                (
                    "pool_record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.activityrecord",
                    ),
                ),
            ],
            options={
                "verbose_name": "allocated part",
                "verbose_name_plural": "allocated parts",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("pool_record", "department"),
                        name="inventory_department_has_one_part_of_a_record",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="allocationkey",
            constraint=models.UniqueConstraint(
                fields=("pool", "version"), name="inventory_key_version_is_unique_in_its_pool"
            ),
        ),
        migrations.AddConstraint(
            model_name="allocationkey",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid__isempty", False), ("valid__startswith__isnull", False)),
                name="inventory_key_has_a_first_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="allocationkey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approved_at__isnull", True), ("approved_by__isnull", True)),
                    models.Q(
                        ("approved_at__isnull", False),
                        ("approved_by__isnull", False),
                        models.Q(("approved_by", models.F("proposed_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="inventory_key_approved_by_another_person",
                violation_error_message="Whoever proposed a key can't approve it.",
            ),
        ),
        migrations.AddConstraint(
            model_name="allocationshare",
            constraint=models.UniqueConstraint(
                fields=("key", "department"), name="inventory_share_is_unique_in_its_key"
            ),
        ),
        migrations.AddConstraint(
            model_name="allocationshare",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0)), name="inventory_share_is_above_zero"
            ),
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
