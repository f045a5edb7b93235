"""The notice, its reception, what the person writes and says."""
