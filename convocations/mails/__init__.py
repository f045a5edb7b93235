"""The words of this room's e-mails: the act, the deadline, what happens next, and one way to act."""
