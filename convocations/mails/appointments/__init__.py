"""To the person convoked or invited: an appointment announced, changed, in their calendar."""
