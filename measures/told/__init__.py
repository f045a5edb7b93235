"""What a page, an e-mail and a letter say alike of a procedure: one source of words."""
