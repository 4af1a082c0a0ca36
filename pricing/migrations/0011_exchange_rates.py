"""Exchange rates: by two people, never edited once approved."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).with_suffix(".sql").read_text()
UNDO = Path(__file__).with_suffix(".undo.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("pricing", "0010_scheme_texts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ExchangeRate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "from_currency",
                    models.CharField(db_comment="ISO 4217 code", max_length=3, verbose_name="from"),
                ),
                (
                    "to_currency",
                    models.CharField(db_comment="ISO 4217 code", max_length=3, verbose_name="to"),
                ),
                (
                    "rate_on",
                    models.DateField(db_comment="the day that the rate is of", verbose_name="day"),
                ),
                (
                    "rate",
                    models.DecimalField(
                        db_comment="units of to_currency for one unit of from_currency",
                        decimal_places=10,
                        max_digits=20,
                        verbose_name="rate",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        help_text="Who published it, and under which name.",
                        max_length=200,
                        verbose_name="source",
                    ),
                ),
                (
                    "source_url",
                    models.URLField(
                        blank=True, max_length=500, verbose_name="address of the source"
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
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "exchange rate",
                "verbose_name_plural": "exchange rates",
                "ordering": ["from_currency", "to_currency", "-rate_on", "-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("approved_by__isnull", False)),
                        fields=["to_currency", "from_currency", "rate_on"],
                        name="pricing_approved_exchange_rate",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by__isnull", True),
                            models.Q(("approved_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="pricing_exchangerate_approved_by_another_person",
                        violation_error_message="Whoever proposed it can't approve it.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("approved_at__isnull", True), ("approved_by__isnull", True)),
                            models.Q(
                                ("approved_at__isnull", False), ("approved_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="pricing_exchange_rate_says_when_it_was_approved",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rate__gt", 0)),
                        name="pricing_exchange_rate_is_above_zero",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("from_currency", models.F("to_currency")), _negated=True
                        ),
                        name="pricing_exchange_rate_is_between_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("from_currency__regex", "^[A-Z]{3}$"),
                            ("to_currency__regex", "^[A-Z]{3}$"),
                        ),
                        name="pricing_exchange_rate_names_currencies",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source", ""), _negated=True),
                        name="pricing_exchange_rate_has_a_source",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
