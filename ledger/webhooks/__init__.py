"""Telling programs outside what happened: endpoints, events, signatures, deliveries."""
