"""What comes back after the server's yes: kept as a fact, applied once, and told to the rooms above."""
