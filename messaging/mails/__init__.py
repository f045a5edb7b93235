"""The e-mails about threads; none holds a word of what was written."""
