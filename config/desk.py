"""Connects the admin with its site; apart from apps.py, where it would be taken for the app."""

from django.contrib.admin.apps import AdminConfig


class DeskConfig(AdminConfig):
    default_site = "config.admin.Desk"
