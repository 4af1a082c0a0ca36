"""Which address opens which door of inventory's API."""

from django.urls import path

from departments.inventory.api import evidence_views, import_views, shared_views, site_views, views

urlpatterns = [
    path("activities/", views.ActivityList.as_view(), name="activities"),
    path("activities/batch/", import_views.ActivityBatch.as_view(), name="activity-batch"),
    path("imports/", import_views.Imports.as_view(), name="imports"),
    path("activities/<int:record_id>/", views.ActivityDetail.as_view(), name="activity"),
    path(
        "activities/<int:record_id>/submit/",
        views.ActivitySubmit.as_view(),
        name="activity-submit",
    ),
    path(
        "activities/<int:record_id>/approve/",
        views.ActivityApprove.as_view(),
        name="activity-approve",
    ),
    path(
        "activities/<int:record_id>/return/",
        views.ActivityReturn.as_view(),
        name="activity-return",
    ),
    path(
        "activities/<int:record_id>/evidence/",
        evidence_views.EvidenceList.as_view(),
        name="activity-evidence",
    ),
    path(
        "activities/<int:record_id>/evidence/<int:evidence_id>/",
        evidence_views.EvidenceDetail.as_view(),
        name="activity-evidence-file",
    ),
    path("emission-records/", views.EmissionList.as_view(), name="emission-records"),
    path("factors/", views.FactorList.as_view(), name="factors"),
    path("shared-emissions/", shared_views.SharedEmissions.as_view(), name="shared-emissions"),
    path("sites/", site_views.SiteList.as_view(), name="sites"),
    path(
        "sites/<str:code>/indicators/",
        site_views.SiteIndicators.as_view(),
        name="site-indicators",
    ),
]
