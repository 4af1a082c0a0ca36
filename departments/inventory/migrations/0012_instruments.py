"""Contractual instruments and what they cover, with their promises; see the SQL beside."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).with_suffix(".sql").read_text()
UNDO = Path(__file__).with_suffix(".undo.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0011_company_factors"),
        ("organisation", "0004_default_cost_centre"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Instrument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("certificate", "certificate"),
                            ("ppa", "PPA"),
                            ("supplier", "supplier contract"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "registry",
                    models.CharField(
                        db_comment="tracking system, or the other party of a contract; upper case",
                        max_length=60,
                        verbose_name="registry",
                    ),
                ),
                (
                    "serial",
                    models.CharField(
                        db_comment="number in its registry; upper case",
                        max_length=100,
                        verbose_name="serial",
                    ),
                ),
                (
                    "market",
                    models.CharField(
                        db_comment="ISO 3166-1 alpha-2 code, or a market of several",
                        max_length=10,
                        verbose_name="market",
                    ),
                ),
                (
                    "countries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=2),
                        db_comment="the countries of its market, as of when it was entered; ISO 3166-1 alpha-2",
                        size=None,
                        verbose_name="countries",
                    ),
                ),
                (
                    "generated_from",
                    models.DateField(
                        db_comment="first day of the vintage", verbose_name="generated from"
                    ),
                ),
                (
                    "generated_to",
                    models.DateField(
                        db_comment="last day of the vintage, in the same year",
                        verbose_name="generated to",
                    ),
                ),
                (
                    "volume_kwh",
                    models.DecimalField(
                        db_comment="kWh",
                        decimal_places=10,
                        max_digits=30,
                        verbose_name="volume, kWh",
                    ),
                ),
                (
                    "technology",
                    models.CharField(
                        choices=[
                            ("solar", "solar"),
                            ("wind", "wind"),
                            ("hydro", "hydropower"),
                            ("geothermal", "geothermal"),
                            ("marine", "marine"),
                            ("biomass", "biomass"),
                            ("nuclear", "nuclear"),
                            ("other", "other"),
                        ],
                        max_length=20,
                        verbose_name="technology",
                    ),
                ),
                (
                    "kgco2e_per_kwh",
                    models.DecimalField(
                        db_comment="kgCO2e per kWh, as the instrument conveys it",
                        decimal_places=15,
                        max_digits=20,
                        verbose_name="kgCO2e per kWh",
                    ),
                ),
                (
                    "factor_source",
                    models.CharField(max_length=300, verbose_name="source of the factor"),
                ),
                (
                    "evidence",
                    models.CharField(
                        db_comment="where the certificate or contract is kept",
                        max_length=500,
                        verbose_name="evidence",
                    ),
                ),
                (
                    "entered_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                (
                    "retired_on",
                    models.DateField(
                        blank=True,
                        db_comment="null: held, not retired yet",
                        null=True,
                        verbose_name="retired on",
                    ),
                ),
                (
                    "retirement_reference",
                    models.CharField(
                        blank=True,
                        db_comment="the registry's number of it",
                        max_length=200,
                        verbose_name="retirement",
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
                    "legal_entity",
                    models.ForeignKey(
                        blank=True,
                        db_comment="whose consumption it may cover; null: the whole company's",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.legalentity",
                        verbose_name="legal entity",
                    ),
                ),
            ],
            options={
                "verbose_name": "instrument",
                "verbose_name_plural": "instruments",
                "ordering": ["generated_from", "registry", "serial"],
            },
        ),
        migrations.CreateModel(
            name="InstrumentUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "covered_kwh",
                    models.DecimalField(
                        db_comment="kWh",
                        decimal_places=10,
                        max_digits=30,
                        verbose_name="covered, kWh",
                    ),
                ),
                (
                    "coverable_kwh",
                    models.DecimalField(
                        db_comment="kWh of the record, less what its own inputs cover; the same on all its uses",
                        decimal_places=10,
                        max_digits=30,
                    ),
                ),
                ("matched_at", models.DateTimeField()),
                (
                    "released_at",
                    models.DateTimeField(
                        blank=True,
                        db_comment="from then on the instrument is free again",
                        null=True,
                    ),
                ),
                (
                    "activity_record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.activityrecord",
                    ),
                ),
                (
                    "instrument",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses",
                        to="inventory.instrument",
                    ),
                ),
                (
                    "matched_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "use of an instrument",
                "verbose_name_plural": "uses of instruments",
                "ordering": ["activity_record_id", "instrument_id"],
            },
        ),
        migrations.AddConstraint(
            model_name="instrument",
            constraint=models.UniqueConstraint(
                fields=("registry", "serial"),
                name="inventory_instrument_is_entered_once",
                violation_error_message="This instrument is already there.",
            ),
        ),
        migrations.AddConstraint(
            model_name="instrument",
            constraint=models.CheckConstraint(
                condition=models.Q(("kgco2e_per_kwh__gte", 0), ("volume_kwh__gt", 0)),
                name="inventory_instrument_has_a_volume",
            ),
        ),
        migrations.AddConstraint(
            model_name="instrument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("generated_from__lte", models.F("generated_to")),
                    ("generated_from__year", models.F("generated_to__year")),
                ),
                name="inventory_vintage_lies_in_one_year",
                violation_error_message="Enter the days of one year; another year by itself.",
            ),
        ),
        migrations.AddConstraint(
            model_name="instrument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by__isnull", True),
                    models.Q(("approved_by", models.F("entered_by")), _negated=True),
                    _connector="OR",
                ),
                name="inventory_instrument_approved_by_another_person",
                violation_error_message="Whoever entered an instrument can't approve it.",
            ),
        ),
        migrations.AddConstraint(
            model_name="instrument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("retired_on__isnull", True), ("retirement_reference", "")),
                    models.Q(
                        ("retired_on__isnull", False),
                        models.Q(("retirement_reference", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="inventory_retirement_has_its_reference",
            ),
        ),
        migrations.AddConstraint(
            model_name="instrumentuse",
            constraint=models.CheckConstraint(
                condition=models.Q(("coverable_kwh__gt", 0), ("covered_kwh__gt", 0)),
                name="inventory_use_covers_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="instrumentuse",
            constraint=models.UniqueConstraint(
                condition=models.Q(("released_at__isnull", True)),
                fields=("activity_record", "instrument"),
                name="inventory_instrument_covers_a_record_once",
            ),
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
