"""A person's safe: what they send is quarantined, checked, cleaned, kept, read by few, and let go in time."""

from portal.core.safe.receiving import CHECKS, DUE_CHECK, RefusedFile, Submission, look_at, receive
from portal.core.safe.storing import StoreUnavailable

__all__ = ["CHECKS", "DUE_CHECK", "RefusedFile", "StoreUnavailable", "Submission", "look_at", "receive"]
