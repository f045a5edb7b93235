"""The gracious appeal: filed, answered by somebody else than the author, or refused by silence."""
