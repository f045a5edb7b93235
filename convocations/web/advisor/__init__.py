"""An advisor's pages on what is due: convoke, record, review, decide, call."""
