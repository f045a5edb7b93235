"""Convoke one person, a selection, or the people of a file."""
