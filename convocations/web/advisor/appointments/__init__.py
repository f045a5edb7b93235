"""One appointment before its advisor: recorded, put right, moved, cancelled."""
