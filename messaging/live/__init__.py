"""A thread while both are there: what changed is told at once, to who may read it."""
