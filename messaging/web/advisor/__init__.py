"""The service's side of threads."""
