"""A person's safe: what they send is quarantined, checked, cleaned, kept, read by few, and let go in time."""

from portal.core.safe.receiving import RefusedFile, Submission, receive

__all__ = ["RefusedFile", "Submission", "receive"]
