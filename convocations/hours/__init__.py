"""Hours: when an agency and an advisor receive, what is free, who has an hour and until when."""
