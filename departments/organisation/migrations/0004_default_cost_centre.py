"""A department has one default cost centre in a legal entity on a day; so far, its lowest code."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
from django.db import migrations, models

LOWEST_IS_DEFAULT = """
    UPDATE organisation_costcentre c SET is_default = false
     WHERE EXISTS (SELECT FROM organisation_costcentre o
                    WHERE o.department_id = c.department_id
                      AND o.legal_entity_id = c.legal_entity_id AND o.code < c.code)
"""


class Migration(migrations.Migration):
    dependencies = [("organisation", "0003_kept_replies")]

    operations = [
        migrations.AddField(
            model_name="costcentre",
            name="in_force",
            field=django.contrib.postgres.fields.ranges.DateRangeField(
                db_comment="[first day, day after the last)",
                default=(None, None),
                verbose_name="in force",
            ),
        ),
        migrations.AddField(
            model_name="costcentre",
            name="is_default",
            field=models.BooleanField(
                default=True,
                help_text="Exports name the default of the day in the department's legal entity.",
                verbose_name="default",
            ),
        ),
        migrations.RunSQL(LOWEST_IS_DEFAULT, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="costcentre",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("is_default", True)),
                expressions=[
                    (models.F("department"), "="),
                    (models.F("legal_entity"), "="),
                    (models.F("in_force"), "&&"),
                ],
                name="organisation_one_default_cost_centre",
                violation_error_message=(
                    "This department already has a default cost centre there on some of these days."
                ),
            ),
        ),
    ]
