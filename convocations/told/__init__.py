"""What a person reads of their appointments and absences, outside of e-mails."""
