"""To the person who missed an appointment: the examination, and what they sent for it."""
