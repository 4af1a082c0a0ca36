"""Sites and their readings, with their promises; see the SQL beside."""

from pathlib import Path

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).with_suffix(".sql").read_text()
UNDO = Path(__file__).with_suffix(".undo.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0012_instruments"),
        ("organisation", "0005_legal_entity_code"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Site",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("data_centre", "data centre"),
                            ("office", "office"),
                            ("laboratory", "laboratory"),
                            ("warehouse", "warehouse"),
                            ("land", "land"),
                            ("other", "other"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "place",
                    models.CharField(
                        db_comment="ISO 3166, eGRID subregion or cloud region",
                        max_length=60,
                        verbose_name="place",
                    ),
                ),
                (
                    "opened_on",
                    models.DateField(db_comment="first day of readings", verbose_name="opened on"),
                ),
                (
                    "closed_on",
                    models.DateField(
                        blank=True,
                        db_comment="last day of readings; null: it is open",
                        null=True,
                        verbose_name="closed on",
                    ),
                ),
                (
                    "floor_area_m2",
                    models.DecimalField(
                        blank=True,
                        decimal_places=4,
                        max_digits=20,
                        null=True,
                        verbose_name="floor area, m²",
                    ),
                ),
                (
                    "entered_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        db_comment="who answers for the site: its people see and enter readings",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.department",
                        verbose_name="department",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "legal_entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.legalentity",
                        verbose_name="legal entity",
                    ),
                ),
            ],
            options={
                "verbose_name": "site",
                "verbose_name_plural": "sites",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="SiteReading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("indicator", models.CharField(max_length=60, verbose_name="indicator")),
                (
                    "days",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        db_comment="first day, and the day after the last", verbose_name="days"
                    ),
                ),
                (
                    "quantity",
                    models.DecimalField(
                        db_comment="in `unit`",
                        decimal_places=10,
                        max_digits=30,
                        verbose_name="quantity",
                    ),
                ),
                ("unit", models.CharField(max_length=60, verbose_name="unit")),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("measured", "measured"),
                            ("calculated", "calculated"),
                            ("estimated", "estimated"),
                        ],
                        max_length=20,
                        verbose_name="method",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        db_comment="meter, report or evidence that it was taken from",
                        max_length=500,
                        verbose_name="source",
                    ),
                ),
                (
                    "entered_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True, max_length=500, verbose_name="reason for the correction"
                    ),
                ),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                (
                    "superseded_at",
                    models.DateTimeField(
                        blank=True,
                        db_comment="when its correction was approved",
                        editable=False,
                        null=True,
                    ),
                ),
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
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="readings",
                        to="inventory.site",
                    ),
                ),
                (
                    "supersedes",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="inventory.sitereading",
                    ),
                ),
            ],
            options={
                "verbose_name": "site reading",
                "verbose_name_plural": "site readings",
                "ordering": ["-id"],
            },
        ),
        migrations.AddConstraint(
            model_name="site",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__regex", "^[A-Z0-9][A-Z0-9-]*$")),
                name="inventory_site_code_is_upper_case",
                violation_error_message="Use capital letters, digits and hyphens.",
            ),
        ),
        migrations.AddConstraint(
            model_name="site",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_on__isnull", True),
                    ("closed_on__gte", models.F("opened_on")),
                    _connector="OR",
                ),
                name="inventory_site_closes_after_it_opens",
            ),
        ),
        migrations.AddConstraint(
            model_name="site",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("floor_area_m2__isnull", True), ("floor_area_m2__gt", 0), _connector="OR"
                ),
                name="inventory_floor_area_is_above_zero",
            ),
        ),
        migrations.AddConstraint(
            model_name="sitereading",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("approved_by__isnull", False), ("superseded_at__isnull", True)),
                expressions=[
                    (models.F("site"), "="),
                    (models.F("indicator"), "="),
                    (models.F("days"), "&&"),
                ],
                name="inventory_one_reading_in_force",
                violation_error_message="Another reading covers some of these days.",
            ),
        ),
        migrations.AddConstraint(
            model_name="sitereading",
            constraint=models.UniqueConstraint(
                fields=("supersedes",), name="inventory_reading_is_corrected_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="sitereading",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gte", 0)), name="inventory_reading_is_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="sitereading",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("days__endswith__isnull", False),
                    ("days__startswith__isnull", False),
                    ("days__isempty", False),
                ),
                name="inventory_reading_has_both_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="sitereading",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approved_at__isnull", True), ("approved_by__isnull", True)),
                    models.Q(
                        ("approved_at__isnull", False),
                        ("approved_by__isnull", False),
                        models.Q(("approved_by", models.F("entered_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="inventory_reading_approved_by_another_person",
                violation_error_message="Whoever entered a reading can't approve it.",
            ),
        ),
        migrations.AddConstraint(
            model_name="sitereading",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason", ""), ("supersedes__isnull", True)),
                    models.Q(
                        ("supersedes__isnull", False), models.Q(("reason", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="inventory_reading_is_corrected_with_a_reason",
            ),
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
