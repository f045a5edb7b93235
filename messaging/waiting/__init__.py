"""Nobody waits unanswered: the clock of answers, and the lists of what is owed."""
