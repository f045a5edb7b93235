"""The supervisor's page: what is late in the agency, who owns it, and how the work is shared."""
