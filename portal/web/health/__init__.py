"""How the portal is doing: `/healthz` for machines, a page for the staff who answer for it."""
