"""Which address opens which door of pricing's API."""

from django.urls import path

from pricing.api.views import PriceList, SchemeList

urlpatterns = [
    path("prices/", PriceList.as_view(), name="prices"),
    path("schemes/", SchemeList.as_view(), name="schemes"),
]
