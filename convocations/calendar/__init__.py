"""What a person's own calendar is told: an appointment's file, and a private feed of them all."""
