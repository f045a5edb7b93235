"""The administrative court: the papers for it, what the person declares, what is judged."""
