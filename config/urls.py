"""Which address opens which door."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/v1/", include("departments.organisation.api.urls")),
    path("api/v1/", include("pricing.api.urls")),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="openapi"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="openapi"), name="api-docs"),
    path("", include("departments.organisation.urls")),
    path("", include("departments.portal.urls")),
]

handler404 = "config.problems.not_found"
handler500 = "config.problems.internal_error"
