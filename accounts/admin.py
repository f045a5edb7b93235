"""Where Django looks for the back office's pages."""

from accounts.back_office import accounts, advisors, claimants, people, places, running

__all__ = ["accounts", "advisors", "claimants", "people", "places", "running"]
