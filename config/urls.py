"""Which address opens which door."""

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularSwaggerSplitView, SpectacularYAMLAPIView

# Its scripts are files of ours; its icons and a few of its styles lie inside the page.
api_docs = csp_update({"style-src": [SELF, UNSAFE_INLINE], "img-src": [SELF, "data:"]})(
    SpectacularSwaggerSplitView.as_view(
        url_name="openapi", template_name="drf_spectacular/api_docs.html"
    )
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/v1/", include("departments.organisation.api.urls")),
    path("api/v1/", include("departments.inventory.api.urls")),
    path("api/v1/", include("pricing.api.urls")),
    path("api/v1/", include("ledger.api.urls")),
    path("api/v1/openapi.yaml", SpectacularYAMLAPIView.as_view(), name="openapi"),
    path("api/docs/", api_docs, name="api-docs"),
    path("", include("departments.organisation.urls")),
    path("", include("departments.portal.urls")),
]

handler400 = "config.problems.bad_request"
handler404 = "config.problems.not_found"
handler500 = "config.problems.internal_error"
