"""Who follows how many, and moving people to a colleague or another agency."""
