"""A person's side of their threads."""
