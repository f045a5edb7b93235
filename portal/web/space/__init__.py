"""The claimant's space: what is due, their documents, who did what on their file."""
