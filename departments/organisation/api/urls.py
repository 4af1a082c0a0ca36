"""Which address opens which door of organisation's API."""

from django.urls import path

from departments.organisation.api.views import DepartmentList, Me

urlpatterns = [
    path("departments/", DepartmentList.as_view(), name="departments"),
    path("me/", Me.as_view(), name="me"),
]
