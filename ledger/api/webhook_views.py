"""Doors. Webhooks: endpoints with their steps and logs, and everything that happened."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from departments.organisation.access import Permission
from departments.organisation.api.answers import Unacceptable, asked, sent, with_etag
from departments.organisation.api.idempotency import IdempotentPosts
from departments.organisation.api.pages import KeysetPagination
from departments.organisation.api.permissions import KeyScope
from departments.organisation.api.strict import BoundedJSONParser
from ledger import tasks
from ledger.api.permissions import SeesWholeCompany
from ledger.api.queries import NoQuerySerializer, NothingSerializer, PageQuerySerializer
from ledger.api.webhook_serializers import (
    AgainSerializer,
    DeliverySerializer,
    EndpointSerializer,
    EventSerializer,
    EventsQuerySerializer,
    IssuedEndpointSerializer,
    NewEndpointSerializer,
    RotationSerializer,
    SentAgainSerializer,
)
from ledger.models.webhooks import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookEvent
from ledger.webhooks import endpoints


class WebhookView(IdempotentPosts):
    """What these doors share: the whole company reads, who manages keys writes."""

    permission_classes = [KeyScope, SeesWholeCompany]
    parser_classes = [BoundedJSONParser]
    required_scopes = {"GET": "webhooks:read", "POST": "webhooks:write"}
    required_permission = {"GET": Permission.READ_BOOKS, "POST": Permission.MANAGE_KEYS}


class EndpointList(WebhookView, ListAPIView[WebhookEndpoint]):
    """Endpoints of webhooks."""

    serializer_class = EndpointSerializer
    pagination_class = KeysetPagination
    filter_backends = []
    queryset = WebhookEndpoint.objects.prefetch_related("departments")

    @extend_schema(operation_id="webhook_endpoints_list", parameters=[PageQuerySerializer])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Endpoints, oldest first."""
        asked(request, PageQuerySerializer)
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="webhook_endpoints_create",
        request=NewEndpointSerializer,
        responses={201: IssuedEndpointSerializer},
        examples=[
            OpenApiExample(
                "What finance waits for",
                request_only=True,
                value={
                    "url": "https://hooks.example.com/carbon-fee",
                    "event_types": ["settlement.posted", "period.closed"],
                },
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Make an endpoint; its secret is in this answer alone."""
        person: Any = request.user
        issued = endpoints.create(
            **sent(request, NewEndpointSerializer), by=person, at=timezone.now()
        )
        answer = _issued(issued, status.HTTP_201_CREATED)
        answer["Location"] = f"{request.path}{issued.endpoint.code}/"
        return answer


class EndpointDetail(WebhookView):
    """One endpoint."""

    @extend_schema(operation_id="webhook_endpoints_retrieve", responses=EndpointSerializer)
    def get(self, request: Request, code: str) -> Any:
        """Where it listens, to what, and whether it is on."""
        asked(request, NoQuerySerializer)
        return with_etag(request, EndpointSerializer(endpoints.find(code=code)).data)


class EndpointRotate(WebhookView):
    """Another secret."""

    @extend_schema(
        operation_id="webhook_endpoints_rotate",
        request=RotationSerializer,
        responses=IssuedEndpointSerializer,
    )
    def post(self, request: Request, code: str) -> Response:
        """A new secret signs from now on, for a while beside the old one; it is in this answer."""
        person: Any = request.user
        facts = sent(request, RotationSerializer)
        return _issued(endpoints.rotate(code=code, **facts, by=person, at=timezone.now()))


class EndpointTest(WebhookView):
    """A trial."""

    @extend_schema(
        operation_id="webhook_endpoints_test",
        request=NothingSerializer,
        responses={202: EventSerializer},
    )
    def post(self, request: Request, code: str) -> Response:
        """Send an event that means nothing else; `deliveries/` shows what was answered."""
        sent(request, NothingSerializer)
        person: Any = request.user
        event = endpoints.send_test(code=code, by=person)
        event.refresh_from_db()
        transaction.on_commit(tasks.ring_webhooks)
        return Response(EventSerializer(event).data, status=status.HTTP_202_ACCEPTED)


class EndpointTurnOff(WebhookView):
    """Silence."""

    @extend_schema(
        operation_id="webhook_endpoints_turn_off",
        request=NothingSerializer,
        responses=EndpointSerializer,
    )
    def post(self, request: Request, code: str) -> Response:
        """Nothing more is sent. Safe to repeat."""
        sent(request, NothingSerializer)
        person: Any = request.user
        endpoint = endpoints.turn_off(code=code, by=person, at=timezone.now())
        return Response(EndpointSerializer(endpoint).data)


class EndpointTurnOn(WebhookView):
    """The end of silence."""

    @extend_schema(
        operation_id="webhook_endpoints_turn_on",
        request=NothingSerializer,
        responses=EndpointSerializer,
    )
    def post(self, request: Request, code: str) -> Response:
        """It hears of what happens from now on; `replay/` sends what it missed. Safe to repeat."""
        sent(request, NothingSerializer)
        person: Any = request.user
        return Response(EndpointSerializer(endpoints.turn_on(code=code, by=person)).data)


class EndpointReplay(WebhookView):
    """Again."""

    @extend_schema(
        operation_id="webhook_endpoints_replay",
        request=AgainSerializer,
        responses={202: SentAgainSerializer},
        examples=[
            OpenApiExample(
                "A day",
                request_only=True,
                value={"since": "2024-04-02T00:00:00Z", "until": "2024-04-03T00:00:00Z"},
            )
        ],
    )
    def post(self, request: Request, code: str) -> Response:
        """Send one event, or all of a window, again; each keeps its id."""
        person: Any = request.user
        facts = sent(request, AgainSerializer)
        if set(facts) not in ({"event"}, {"since", "until"}):
            raise Unacceptable({"event": [_("Send either event, or since and until.")]})
        again = endpoints.send_again if "event" in facts else endpoints.send_window_again
        count = again(code=code, **facts, by=person)
        transaction.on_commit(tasks.ring_webhooks)
        return Response({"events": count}, status=status.HTTP_202_ACCEPTED)


class EndpointDeliveries(WebhookView, ListAPIView[WebhookDelivery]):
    """The delivery log of an endpoint."""

    serializer_class = DeliverySerializer
    pagination_class = KeysetPagination
    filter_backends = []
    queryset = WebhookDelivery.objects.all()

    def get_queryset(self) -> QuerySet[WebhookDelivery]:
        endpoint = endpoints.find(code=self.kwargs["code"])
        log = WebhookAttempt.objects.order_by("pk")
        return (
            WebhookDelivery.objects.filter(endpoint=endpoint)
            .select_related("event")
            .prefetch_related(Prefetch("log", log))
        )

    @extend_schema(operation_id="webhook_endpoints_deliveries", parameters=[PageQuerySerializer])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What was sent to it, each with every attempt; oldest first."""
        asked(request, PageQuerySerializer)
        return super().get(request, *args, **kwargs)


class EventList(WebhookView, ListAPIView[WebhookEvent]):
    """What happened."""

    serializer_class = EventSerializer
    pagination_class = KeysetPagination
    filter_backends = []
    queryset = WebhookEvent.objects.all()

    def get_queryset(self) -> QuerySet[WebhookEvent]:
        query = asked(self.request, EventsQuerySerializer)
        lookups = {"type": "type", "since": "happened_at__gte", "until": "happened_at__lt"}
        wanted = {lookups[name]: query[name] for name in lookups if name in query}
        return WebhookEvent.objects.filter(**wanted)

    @extend_schema(operation_id="events_list", parameters=[EventsQuerySerializer])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Events, oldest first: what a receiver that was away can read instead of a replay."""
        return super().get(request, *args, **kwargs)


class EventDetail(WebhookView):
    """One event."""

    @extend_schema(operation_id="events_retrieve", responses=EventSerializer)
    def get(self, request: Request, code: str) -> Any:
        """The same as was sent."""
        asked(request, NoQuerySerializer)
        event = WebhookEvent.objects.filter(code=code).first()
        if event is None:
            raise Http404
        return with_etag(request, EventSerializer(event).data)


def _issued(issued: endpoints.Issued, status_code: int = status.HTTP_200_OK) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(IssuedEndpointSerializer(issued).data, status=status_code, headers=headers)
