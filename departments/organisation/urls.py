"""Which address opens which door of organisation."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from departments.organisation.views import SignIn, demo_sign_in

urlpatterns = [
    path("sign-in/", SignIn.as_view(), name="sign_in"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("demo-sign-in/<str:username>/", demo_sign_in, name="demo_sign_in"),
]
