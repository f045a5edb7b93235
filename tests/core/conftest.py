"""Property tests judge results, never speed: a busy machine makes one example slow."""

from hypothesis import settings

settings.register_profile("portal", deadline=None)
settings.load_profile("portal")
