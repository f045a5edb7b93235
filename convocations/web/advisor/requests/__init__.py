"""A request before its advisor: read, answered, or written down for the person."""
