"""What people ask about an appointment: another date, another manner, a technical problem; and the answers."""
