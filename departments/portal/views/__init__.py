"""Doors. The pages of the portal: read the request, make one call, show the answer."""
