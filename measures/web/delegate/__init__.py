"""A delegate of the regional director at work: one list, one case, the forms of the procedure."""
