"""How a person's follow-up changes: another agency, another mode; who may take them."""
