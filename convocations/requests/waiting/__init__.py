"""While a request waits: the answer that is due, the days an outage took, no absence meanwhile."""
