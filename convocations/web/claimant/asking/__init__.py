"""From an appointment: ask for another date, another manner, or say that the technique failed."""
