"""When an agency is open, when an advisor receives, who stands in: what is written down, and by whom."""
