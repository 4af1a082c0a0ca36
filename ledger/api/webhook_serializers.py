"""Doors. Webhooks as programs read and send them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from departments.organisation.api.strict import StrictSerializer
from ledger.api.queries import PageQuerySerializer
from ledger.models.webhooks import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookEvent
from ledger.webhooks.endpoints import LONGEST_OVERLAP_HOURS, OVERLAP_HOURS, Issued
from ledger.webhooks.events import TESTED, TYPES
from ledger.webhooks.targets import LONGEST

_WANTED = sorted(set(TYPES) - {TESTED})


class EndpointSerializer(serializers.ModelSerializer[WebhookEndpoint]):
    """Where a program listens. Its secret is in the answers that made it, nowhere else."""

    id = serializers.CharField(source="code")
    event_types = serializers.ListField(
        child=serializers.CharField(), help_text="Empty: all of them."
    )
    departments = serializers.SlugRelatedField[Any](
        slug_field="code",
        many=True,
        read_only=True,
        help_text="Of one that is not `is_company_wide`; those below them count as well.",
    )
    is_on = serializers.SerializerMethodField()
    previous_secret_until = serializers.DateTimeField(source="previous_until", allow_null=True)

    class Meta:
        model = WebhookEndpoint
        fields = [
            "id",
            "url",
            "description",
            "event_types",
            "is_company_wide",
            "departments",
            "is_on",
            "disabled_at",
            "disabled_because",
            "previous_secret_until",
            "created_at",
        ]

    def get_is_on(self, endpoint: WebhookEndpoint) -> bool:
        return endpoint.disabled_at is None


class IssuedEndpointSerializer(serializers.Serializer[Issued]):
    endpoint = EndpointSerializer()
    secret = serializers.CharField(help_text="`whsec_…`; shown now and never again.")


class EventSerializer(serializers.ModelSerializer[WebhookEvent]):
    """What happened: the same as is sent."""

    id = serializers.CharField(source="code")
    type = serializers.ChoiceField(choices=sorted(TYPES))
    timestamp = serializers.DateTimeField(source="happened_at")
    data = serializers.DictField(  # type: ignore[assignment]  # what the event calls it
        help_text="Names and addresses, never an amount."
    )

    class Meta:
        model = WebhookEvent
        fields = ["id", "type", "timestamp", "data"]


class AttemptSerializer(serializers.ModelSerializer[WebhookAttempt]):
    class Meta:
        model = WebhookAttempt
        fields = ["attempted_at", "milliseconds", "status", "error", "body_sha256", "answer_sha256"]


class DeliverySerializer(serializers.ModelSerializer[WebhookDelivery]):
    event = EventSerializer()
    state = serializers.SerializerMethodField()
    next_attempt_at = serializers.SerializerMethodField(allow_null=True)
    attempts = AttemptSerializer(source="log", many=True)

    class Meta:
        model = WebhookDelivery
        fields = [
            "event",
            "state",
            "delivered_at",
            "given_up_at",
            "next_attempt_at",
            "attempts",
        ]

    @extend_schema_field(serializers.ChoiceField(choices=["waiting", "delivered", "given_up"]))
    def get_state(self, delivery: WebhookDelivery) -> str:
        if delivery.delivered_at is not None:
            return "delivered"
        return "waiting" if delivery.given_up_at is None else "given_up"

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_next_attempt_at(self, delivery: WebhookDelivery) -> Any:
        if self.get_state(delivery) != "waiting" or delivery.due_at is None:
            return None
        return serializers.DateTimeField().to_representation(delivery.due_at)


class NewEndpointSerializer(StrictSerializer):
    url = serializers.CharField(max_length=LONGEST, help_text="https://, on the open internet.")
    description = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=200
    )
    event_types = serializers.ListField(
        child=serializers.ChoiceField(choices=_WANTED),
        required=False,
        default=list,
        help_text="Left out: all of them.",
    )
    departments = serializers.ListField(
        child=serializers.CharField(max_length=40),
        required=False,
        default=list,
        max_length=1000,
        help_text="Left out: the whole company. Otherwise it hears of their statements alone.",
    )


class RotationSerializer(StrictSerializer):
    overlap_hours = serializers.IntegerField(
        required=False,
        default=OVERLAP_HOURS,
        min_value=0,
        max_value=LONGEST_OVERLAP_HOURS,
        help_text="For how long the secret before signs as well.",
    )


class AgainSerializer(StrictSerializer):
    event = serializers.CharField(
        required=False, max_length=40, help_text="One event; otherwise `since` and `until`."
    )
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False, help_text="Without it.")


class SentAgainSerializer(serializers.Serializer[Any]):
    events = serializers.IntegerField(help_text="How many are on their way.")


class EventsQuerySerializer(PageQuerySerializer):
    type = serializers.ChoiceField(choices=sorted(TYPES), required=False)
    since = serializers.DateTimeField(required=False, help_text="From this moment on.")
    until = serializers.DateTimeField(required=False, help_text="Before this moment.")
