"""From a notice that no e-mail brings to a letter at the post office, and what became of it."""
