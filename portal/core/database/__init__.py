"""PostgreSQL through Django's own backend, with an end to waiting (settings.DATABASES, ENGINE)."""
