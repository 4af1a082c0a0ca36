"""Which address opens which door of pricing's API."""

from django.urls import path

from pricing.api.quote_views import QuoteDoor
from pricing.api.views import PriceList, SchemeList

urlpatterns = [
    path("prices/", PriceList.as_view(), name="prices"),
    path("quotes/", QuoteDoor.as_view(), name="quotes"),
    path("schemes/", SchemeList.as_view(), name="schemes"),
]
