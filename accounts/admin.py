"""Where Django looks for the back office's pages."""

from accounts.back_office import people, places, running

__all__ = ["people", "places", "running"]
