"""Projects that absorb carbon, their measurements and claims; see the SQL beside."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).with_suffix(".sql").read_text()
UNDO = Path(__file__).with_suffix(".undo.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0013_sites"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AbsorptionProject",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=60, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("mangrove", "mangrove"),
                            ("forest", "forest"),
                            ("soil", "soil"),
                            ("biochar", "biochar"),
                            ("direct_air", "direct air capture"),
                            ("mineralisation", "mineralisation"),
                            ("ocean", "ocean"),
                            ("other", "other"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "place",
                    models.CharField(db_comment="ISO 3166", max_length=60, verbose_name="place"),
                ),
                (
                    "durability_class",
                    models.CharField(
                        choices=[
                            ("short", "short (under 100 years)"),
                            ("medium", "medium (100 to 1,000 years)"),
                            ("long", "long (1,000 years or more)"),
                        ],
                        max_length=10,
                        verbose_name="durability class",
                    ),
                ),
                (
                    "buffer_share",
                    models.DecimalField(
                        db_comment="share of what is measured that nobody may claim, 0 to below 1",
                        decimal_places=5,
                        max_digits=6,
                        verbose_name="buffer",
                    ),
                ),
                ("evidence", models.CharField(max_length=500, verbose_name="evidence")),
                (
                    "entered_at",
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
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "absorption project",
                "verbose_name_plural": "absorption projects",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="AbsorptionMeasurement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("drone", "drone"),
                            ("satellite", "satellite"),
                            ("in_situ", "in situ"),
                            ("model", "model"),
                        ],
                        max_length=20,
                        verbose_name="method",
                    ),
                ),
                ("measured_on", models.DateField(verbose_name="measured on")),
                (
                    "tonnes",
                    models.DecimalField(
                        db_comment="tCO2e since the one before",
                        decimal_places=9,
                        max_digits=24,
                        verbose_name="tonnes",
                    ),
                ),
                (
                    "area_ha",
                    models.DecimalField(
                        blank=True,
                        db_comment="ha",
                        decimal_places=6,
                        max_digits=20,
                        null=True,
                        verbose_name="area, ha",
                    ),
                ),
                (
                    "uncertainty_percent",
                    models.DecimalField(
                        db_comment="± percent of the tonnes",
                        decimal_places=3,
                        max_digits=6,
                        verbose_name="uncertainty, %",
                    ),
                ),
                ("evidence", models.CharField(max_length=500, verbose_name="evidence")),
                (
                    "entered_at",
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
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="measurements",
                        to="inventory.absorptionproject",
                    ),
                ),
            ],
            options={
                "verbose_name": "measurement of absorption",
                "verbose_name_plural": "measurements of absorption",
                "ordering": ["project_id", "measured_on"],
            },
        ),
        migrations.CreateModel(
            name="AbsorptionClaim",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "claimed_kgco2e",
                    models.DecimalField(db_comment="kgCO2e", decimal_places=6, max_digits=24),
                ),
                (
                    "emission_record",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.emissionrecord",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="inventory.absorptionproject",
                    ),
                ),
            ],
            options={
                "verbose_name": "claim on a project",
                "verbose_name_plural": "claims on projects",
            },
        ),
        migrations.AddConstraint(
            model_name="absorptionproject",
            constraint=models.CheckConstraint(
                condition=models.Q(("buffer_share__gte", 0), ("buffer_share__lt", 1)),
                name="inventory_buffer_is_a_share",
            ),
        ),
        migrations.AddConstraint(
            model_name="absorptionproject",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by__isnull", True),
                    models.Q(("approved_by", models.F("entered_by")), _negated=True),
                    _connector="OR",
                ),
                name="inventory_project_approved_by_another_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="absorptionmeasurement",
            constraint=models.UniqueConstraint(
                fields=("project", "method", "measured_on"),
                name="inventory_measurement_is_entered_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="absorptionmeasurement",
            constraint=models.CheckConstraint(
                condition=models.Q(("tonnes__gt", 0), ("uncertainty_percent__range", (0, 100))),
                name="inventory_measurement_has_tonnes",
            ),
        ),
        migrations.AddConstraint(
            model_name="absorptionmeasurement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by__isnull", True),
                    models.Q(("approved_by", models.F("entered_by")), _negated=True),
                    _connector="OR",
                ),
                name="inventory_measurement_approved_by_another_person",
            ),
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
