"""The claimant's side: read, confirm, explain, keep proof."""
