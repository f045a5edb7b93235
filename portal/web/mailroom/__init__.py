"""The agency's mailroom: letters that wait, the day's batch, and what became of each."""
