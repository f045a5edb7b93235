"""A person before their own procedure: what is said, how to answer, what was decided."""
