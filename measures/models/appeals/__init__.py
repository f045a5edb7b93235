"""What follows a decision: liftings, the ways to contest it, and what must be done when somebody wins."""
