"""Who is told of what happens, what happened, and each attempt to say so."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import ledger.models.webhooks


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0020_abatement"),
        ("organisation", "0005_legal_entity_code"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="WebhookDelivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "attempts",
                    models.PositiveSmallIntegerField(
                        db_comment="since it was last sent on its way",
                        default=0,
                        verbose_name="attempts",
                    ),
                ),
                (
                    "due_at",
                    models.DateTimeField(
                        db_comment="not before; null: at once",
                        null=True,
                        verbose_name="next attempt",
                    ),
                ),
                ("delivered_at", models.DateTimeField(null=True, verbose_name="delivered at")),
                ("given_up_at", models.DateTimeField(null=True, verbose_name="given up at")),
            ],
            options={
                "verbose_name": "delivery",
                "verbose_name_plural": "deliveries",
                "db_table": "ledger_webhookdelivery",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="WebhookAttempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("attempted_at", models.DateTimeField(verbose_name="at")),
                ("milliseconds", models.PositiveIntegerField(verbose_name="ms")),
                (
                    "status",
                    models.PositiveSmallIntegerField(
                        db_comment="HTTP status; null: there was no answer",
                        null=True,
                        verbose_name="status",
                    ),
                ),
                ("error", models.CharField(blank=True, max_length=500, verbose_name="error")),
                ("body_sha256", models.CharField(db_comment="of what was sent", max_length=64)),
                (
                    "answer_sha256",
                    models.CharField(
                        blank=True,
                        db_comment="of what was read of the answer, 64 KiB at most",
                        max_length=64,
                    ),
                ),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="log",
                        to="ledger.webhookdelivery",
                    ),
                ),
            ],
            options={
                "verbose_name": "attempt",
                "verbose_name_plural": "attempts",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="WebhookEndpoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        default=ledger.models.webhooks.endpoint_code,
                        editable=False,
                        max_length=40,
                        unique=True,
                    ),
                ),
                ("url", models.CharField(max_length=500, verbose_name="URL")),
                (
                    "description",
                    models.CharField(blank=True, max_length=200, verbose_name="description"),
                ),
                (
                    "event_types",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        db_comment="empty: all of them",
                        size=None,
                        verbose_name="events",
                    ),
                ),
                (
                    "is_company_wide",
                    models.BooleanField(
                        db_comment="false: only what happens to its departments",
                        verbose_name="whole company",
                    ),
                ),
                (
                    "salt",
                    models.CharField(
                        db_comment="of the secret in use", editable=False, max_length=64
                    ),
                ),
                (
                    "fingerprint",
                    models.CharField(
                        db_comment="begin of the SHA-256 of the secret in use",
                        editable=False,
                        max_length=16,
                    ),
                ),
                ("previous_salt", models.CharField(blank=True, editable=False, max_length=64)),
                (
                    "previous_until",
                    models.DateTimeField(
                        db_comment="until when the secret before signs as well",
                        editable=False,
                        null=True,
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="made at")),
                ("disabled_at", models.DateTimeField(null=True, verbose_name="off since")),
                (
                    "disabled_because",
                    models.CharField(blank=True, max_length=300, verbose_name="off because"),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
                (
                    "departments",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Empty: the whole company.",
                        related_name="+",
                        to="organisation.department",
                        verbose_name="departments",
                    ),
                ),
            ],
            options={
                "verbose_name": "webhook endpoint",
                "verbose_name_plural": "webhook endpoints",
                "ordering": ["-id"],
            },
        ),
        migrations.AddField(
            model_name="webhookdelivery",
            name="endpoint",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deliveries",
                to="ledger.webhookendpoint",
            ),
        ),
        migrations.CreateModel(
            name="WebhookEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        default=ledger.models.webhooks.event_code,
                        editable=False,
                        max_length=40,
                        unique=True,
                    ),
                ),
                ("type", models.CharField(max_length=40, verbose_name="event")),
                (
                    "key",
                    models.CharField(
                        db_comment="names what happened, so that it is written once",
                        max_length=120,
                        unique=True,
                    ),
                ),
                (
                    "data",
                    models.JSONField(
                        db_comment="names and addresses, never an amount", verbose_name="content"
                    ),
                ),
                (
                    "happened_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="happened at",
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        db_comment="null: it happened to the whole company",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.department",
                        verbose_name="department",
                    ),
                ),
            ],
            options={
                "verbose_name": "event",
                "verbose_name_plural": "events",
                "ordering": ["-id"],
            },
        ),
        migrations.AddField(
            model_name="webhookdelivery",
            name="event",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deliveries",
                to="ledger.webhookevent",
            ),
        ),
        migrations.AddConstraint(
            model_name="webhookendpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(("url__startswith", "https://")), name="ledger_webhook_is_https"
            ),
        ),
        migrations.AddConstraint(
            model_name="webhookendpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("previous_salt", ""), ("previous_until__isnull", True)),
                    models.Q(
                        models.Q(("previous_salt", ""), _negated=True),
                        ("previous_until__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="ledger_previous_secret_has_an_end",
            ),
        ),
        migrations.AddIndex(
            model_name="webhookevent",
            index=models.Index(fields=["happened_at"], name="ledger_webhookevent_happened"),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(
                condition=models.Q(("delivered_at__isnull", True), ("given_up_at__isnull", True)),
                fields=["due_at"],
                name="ledger_webhook_undelivered",
            ),
        ),
        migrations.AddConstraint(
            model_name="webhookdelivery",
            constraint=models.UniqueConstraint(
                fields=("endpoint", "event"), name="ledger_webhook_event_goes_once_to_an_endpoint"
            ),
        ),
        migrations.AddConstraint(
            model_name="webhookdelivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("delivered_at__isnull", False), ("given_up_at__isnull", False), _negated=True
                ),
                name="ledger_delivered_event_is_not_given_up",
            ),
        ),
    ]
