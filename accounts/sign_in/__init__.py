"""Signing in with django-allauth: our words, our limits, our second factor, sessions that end."""
